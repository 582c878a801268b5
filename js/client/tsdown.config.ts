// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['index', 'socket', 'tabs', 'encryption'].map((name) => `src/${name}.ts`).filter((file) => existsSync(file)),
  format: 'esm',
  dts: true,
  platform: 'neutral',
  target: 'es2022',
});
