// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const BYTES = 12 * 1024;

it('is less than 12 KB, minified and gzipped', async () => {
  const bundle = await rolldown({ input: fileURLToPath(new URL('../src/index.ts', import.meta.url)) });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  const size = gzipSync(output[0].code).length;
  // eslint-disable-next-line no-console
  console.info(`@fanfare/client: ${size} bytes, minified and gzipped`);
  expect(size).toBeLessThan(BYTES);
});
