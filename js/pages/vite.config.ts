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

/** What the head of every page begins with: the theme's script runs before anything is painted. */
const HEAD = `<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="/src/design/icon.svg" type="image/svg+xml" />
    <script src="/shared/theme.js"></script>`;

export default defineConfig({
  plugins: [
    react(),
    {
      name: 'shared-head',
      // Before Vite looks for what the page loads.
      transformIndexHtml: { order: 'pre', handler: (html) => html.replace('<head>', HEAD) },
    },
  ],
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
