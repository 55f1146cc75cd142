import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vite';
import type { Plugin, Rollup } from 'vite';

/* Code fetched only by those who come to its screen, with its styles: nothing that is there from the start leads to it. */
function lateFiles(bundle: Rollup.OutputBundle): Set<string> {
  const late = new Set<string>();
  const early = new Set<string>();
  const enter = (name: string) => {
    const output = bundle[name];
    if (output?.type !== 'chunk' || early.has(name)) return;
    early.add(name);
    for (const style of output.viteMetadata?.importedCss ?? []) early.add(style);
    for (const next of output.imports) enter(next);
  };
  for (const output of Object.values(bundle)) if (output.type === 'chunk' && output.isEntry) enter(output.fileName);
  for (const output of Object.values(bundle)) {
    if (output.type !== 'chunk' || early.has(output.fileName)) continue;
    late.add(output.fileName);
    for (const style of output.viteMetadata?.importedCss ?? []) if (!early.has(style)) late.add(style);
  }
  return late;
}

/*
 * Writes sw.js beside the page: worker/sw.js with the addresses of the files of this build that everybody needs, and a
 * version that changes when any file does.
 */
function shellWorker(): Plugin {
  return {
    name: 'shell-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const digest = createHash('sha256');
      const files: string[] = [];
      const late = lateFiles(bundle);
      for (const output of Object.values(bundle)) {
        digest.update(output.type === 'chunk' ? output.code : output.source);
        if (late.has(output.fileName)) continue;
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
