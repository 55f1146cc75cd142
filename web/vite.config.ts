import { defineConfig } from 'vite';

/*
 * The page must live under `script-src 'self'; style-src 'self'`: nothing is inlined, neither code, style nor image.
 * Every file but index.html carries a digest of its content in its name and may be kept for ever.
 */
export default defineConfig({
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
