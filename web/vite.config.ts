import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/*
 * Writes sw.js beside the page: worker/sw.js with the addresses of all files of this build, and a version that changes
 * when any of them does.
 */
function shellWorker(): Plugin {
  return {
    name: 'shell-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const digest = createHash('sha256');
      const files: string[] = [];
      for (const output of Object.values(bundle)) {
        digest.update(output.type === 'chunk' ? output.code : output.source);
        files.push(output.fileName === 'index.html' ? '/' : `/${output.fileName}`);
      }
      for (const name of readdirSync('public').sort()) {
        digest.update(readFileSync(`public/${name}`));
        files.push(`/${name}`);
      }
      const shell = { version: digest.digest('hex').slice(0, 16), files: files.sort() };
      const source = readFileSync('worker/sw.js', 'utf8');
      const empty = "const SHELL = { version: '', files: [] };";
      if (!source.includes(empty)) this.error('worker/sw.js has no place for the shell');
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: source.replace(empty, `const SHELL = ${JSON.stringify(shell)};`),
      });
    },
  };
}

/*
 * The page must live under `script-src 'self'; style-src 'self'`: nothing is inlined, neither code, style nor image.
 * Every file but index.html, the worker and those of public/ carries a digest of its content in its name and may be kept
 * for ever.
 */
export default defineConfig({
  plugins: [shellWorker()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/v1': { target: 'https://localhost:8443', secure: false },
    },
  },
});
