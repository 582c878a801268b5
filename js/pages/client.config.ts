// SPDX-License-Identifier: Apache-2.0
// The client for a page without a build: /client.js, and its separate entries under /client/.
import { existsSync } from 'node:fs';
import { defaultClientConditions, defineConfig } from 'vite';

const entries = Object.entries({
  client: '../client/src/index.ts',
  'client/tabs': '../client/src/tabs.ts',
  'client/encryption': '../client/src/encryption.ts',
}).filter(([, file]) => existsSync(file));

export default defineConfig({
  publicDir: false,
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: 'dist/browser',
    target: 'es2022',
    modulePreload: false,
    rollupOptions: {
      input: Object.fromEntries(entries),
      preserveEntrySignatures: 'strict',
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'client/[name]-[hash].js', minify: true },
    },
  },
});
