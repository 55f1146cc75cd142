/*
 * Put a .gz and a .br beside every text file of the folder, so that the server compresses nothing while it serves.
 * A variant that saves nothing is not written.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt']);

const VARIANTS = {
  '.gz': (plain) => gzipSync(plain, { level: 9 }),
  '.br': (plain) =>
    brotliCompressSync(plain, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }),
};

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}

const folder = process.argv[2];
if (!folder) {
  console.error('usage: compress.mjs FOLDER');
  process.exit(2);
}
for (const path of files(folder)) {
  if (!TEXT.has(extname(path))) continue;
  const plain = readFileSync(path);
  for (const [suffix, compress] of Object.entries(VARIANTS)) {
    const packed = compress(plain);
    if (packed.length < plain.length) writeFileSync(path + suffix, packed);
  }
}
