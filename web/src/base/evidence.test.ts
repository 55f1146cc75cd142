import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { csvOf } from './csv';
import { readLeaf } from './leaf';
import { examine, leafHash, readHead, readKey, rootFrom } from './merkle';
import type { Raw } from './raw';
import { fromBase64, idOf, toBase64 } from './raw';
import { padding, tarEnd, tarHead } from './tar';

globalThis.crypto ??= webcrypto as Crypto;

const sha = (...parts: readonly Uint8Array[]): Raw =>
  new Uint8Array(parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest());
const raw = (bytes: Uint8Array): Raw => new Uint8Array(bytes);
const text = (words: string): Raw => new TextEncoder().encode(words);

const halfOf = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);

function rootOf(hashes: readonly Raw[]): Raw {
  if (hashes.length === 1) return hashes[0] as Raw;
  const half = halfOf(hashes.length);
  return sha(Uint8Array.of(1), rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
}

/* RFC 6962, section 2.1.1 */
function pathOf(index: number, hashes: readonly Raw[]): Raw[] {
  if (hashes.length === 1) return [];
  const half = halfOf(hashes.length);
  return index < half
    ? [...pathOf(index, hashes.slice(0, half)), rootOf(hashes.slice(half))]
    : [...pathOf(index - half, hashes.slice(half)), rootOf(hashes.slice(0, half))];
}

const entries = Array.from({ length: 70 }, (_, number) => text(`entry ${number}`));
const hashes = entries.map((entry) => sha(Uint8Array.of(0), entry));

test('LG-2 every entry of trees of all sizes leads to their root, and no other one does', async () => {
  for (let size = 1; size <= entries.length; size += size < 9 ? 1 : 7) {
    const some = hashes.slice(0, size);
    for (const index of new Set([0, 1, Math.floor(size / 2), size - 1].filter((one) => one < size))) {
      const path = pathOf(index, some);
      const leaf = await leafHash(entries[index] as Raw);
      assert.deepEqual(await rootFrom(index, size, leaf, path), rootOf(some), `${index} of ${size}`);
      const other = await rootFrom(index, size, await leafHash(text('other')), path);
      assert.notDeepEqual(other, rootOf(some));
      assert.equal(await rootFrom(index, size, leaf, [...path, leaf]), null);
      if (path.length > 0) assert.equal(await rootFrom(index, size, leaf, path.slice(1)), null);
    }
  }
  assert.equal(await rootFrom(3, 3, hashes[0] as Raw, []), null);
  assert.equal(await rootFrom(-1, 3, hashes[0] as Raw, []), null);
});

const pair = generateKeyPairSync('ed25519');
const publicKey = raw(pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(12));
const NAME = 'demo/city';
const typed = Uint8Array.of(1, ...publicKey);
const keyId = sha(text(`${NAME}\n`), typed).slice(0, 4);
const VKEY = `${NAME}+${Buffer.from(keyId).toString('hex')}+${toBase64(typed)}`;

function noteOf(words: string): string {
  const signature = sign(null, text(words), pair.privateKey);
  return `${words}\n— ${NAME} ${toBase64(Uint8Array.of(...keyId, ...signature))}\n`;
}
const checkpoint = noteOf(`${NAME}\n${entries.length}\n${toBase64(rootOf(hashes))}\n`);

test('LG-2 a genuine proof passes every check, and each forgery fails the one that is meant for it', async () => {
  const key = await readKey(VKEY);
  const genuine = { leaf: toBase64(entries[5] as Raw), hashes: pathOf(5, hashes).map(toBase64), checkpoint };
  const says = (entry: Raw) => (entry.length === 0 ? null : Buffer.from(entry).toString() === 'entry 5');
  const found = async (change: Partial<typeof genuine>, index = 5) =>
    (await examine(index, { ...genuine, ...change }, key, says)).checks;
  const good = { leaf: true, entry: true, path: true, signature: true };
  const witnessed = `${checkpoint}— witness.example ${toBase64(Uint8Array.of(1, 2, 3, 4, 5))}\n`;
  assert.deepEqual(await found({}), good);
  assert.deepEqual(await found({ checkpoint: witnessed }), good);
  assert.deepEqual(await found({ leaf: toBase64(text('entry 6')) }), { ...good, entry: false, path: false });
  assert.deepEqual(await found({ leaf: '!' }), { ...good, leaf: false, entry: false, path: false });
  assert.deepEqual(await found({}, 4), { ...good, path: false });
  assert.deepEqual(await found({ hashes: genuine.hashes.slice(1) }), { ...good, path: false });
  assert.deepEqual(await found({ hashes: ['x', ...genuine.hashes.slice(1)] }), { ...good, path: false });
  assert.deepEqual(await found({ checkpoint: checkpoint.replace('\n70\n', '\n71\n') }), { ...good, signature: false });
  const root = toBase64(rootOf(hashes));
  assert.deepEqual(await found({ checkpoint: checkpoint.replace(root, toBase64(sha(text('x')))) }), { ...good, path: false, signature: false });
  assert.deepEqual(await found({ checkpoint: 'nothing' }), { ...good, path: false, signature: false });
  const other = await examine(5, { ...genuine, checkpoint: noteOf(`other\n70\n${toBase64(rootOf(hashes))}\n`) }, key, says);
  assert.equal(other.checks.signature, false, 'the head of another log');
  assert.equal((await examine(5, genuine, null, says)).checks.signature, false);
  assert.equal(await readKey(VKEY.replace(NAME, 'demo/town')), null, 'the id belongs to key and name');
  assert.equal(await readKey('x'), null);
  assert.equal(readHead(`${NAME}\n070\n${toBase64(rootOf(hashes))}\n\n— a AAAAAAAA\n`), null);
});

test('an entry is read from its own bytes, and nothing that is cut off or goes on', () => {
  const id = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
  const word = (words: string) => [words.length, ...text(words)];
  const leaf = Uint8Array.of(
    1, 0, 0, 0, 0, 0, 0, 0x27, 0x10, ...word('child.see'), 0, 200, ...word('staff'), ...id, ...id, ...new Uint8Array(16),
    ...word('staff class *'), 1, ...word('child'), ...id, 0, 1, ...word('child'), ...id, 0, 0, 0, 0, 0, 0, 0, 2,
    ...new Uint8Array(32), ...new Uint8Array(32).fill(7), 0, 0, 0, 3, 9, 9, 9,
  );
  const read = readLeaf(leaf);
  assert.equal(read?.ms, 10);
  assert.deepEqual([read?.operation, read?.outcome, read?.role, read?.rule], ['child.see', 200, 'staff', 'staff class *']);
  assert.equal(read?.facility, null);
  assert.equal(read?.actor, idOf(id));
  assert.match(read?.actor ?? '', /^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  assert.deepEqual(read?.rows[0]?.before, null);
  assert.equal(fromBase64(read?.rows[0]?.after ?? '')?.length, 32);
  assert.equal(read?.sealed, 3);
  for (let length = 0; length < leaf.length; length++) assert.equal(readLeaf(leaf.slice(0, length)), null);
  assert.equal(readLeaf(Uint8Array.of(...leaf, 0)), null);
  assert.equal(readLeaf(Uint8Array.of(2, ...leaf.slice(1))), null);
});

test('an archive has heads with their sums, whole blocks and an end', () => {
  const head = tarHead('tile/0/000', 7, new Date(1_000_000));
  assert.equal(head.length, 512);
  const sum = head.reduce((before, byte, at) => before + (at >= 148 && at < 156 ? 32 : byte), 0);
  assert.equal(Number.parseInt(Buffer.from(head.slice(148, 154)).toString(), 8), sum);
  assert.equal(Buffer.from(head.slice(124, 135)).toString(), '00000000007');
  assert.deepEqual([padding(0).length, padding(1).length, padding(512).length, padding(513).length], [0, 511, 0, 511]);
  assert.equal(tarEnd().length, 1024);
  assert.throws(() => tarHead('a'.repeat(101), 0, new Date(0)));
  assert.throws(() => tarHead('あ', 0, new Date(0)));
});

test('no cell is taken for a formula, and none breaks out of its place', async () => {
  const blob = csvOf([['a', 'b,c', 'd"e', '=1+1', '@x', '-1', 'f\ng']]);
  assert.equal(await blob.text(), '\ufeffa,"b,c","d""e",\'=1+1,\'@x,\'-1,"f\ng"\r\n'.replace('\ufeff', ''));
  assert.deepEqual([...new Uint8Array(await blob.arrayBuffer()).slice(0, 3)], [0xef, 0xbb, 0xbf]);
});
