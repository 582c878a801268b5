// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** Every folder here with an index.html is an app; each page in it is built. */
const pages = readdirSync('.', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(`${entry.name}/index.html`))
  .filter((entry) => entry.name !== 'dist')
  .flatMap(({ name }) => readdirSync(name).map((file) => `${name}/${file}`))
  .filter((file) => file.endsWith('.html'));

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The pages' policy lets them load files of their own origin, and nothing written into them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: Object.fromEntries(pages.map((file) => [file.replace(/[/.]/g, '-'), file])) },
  },
});
