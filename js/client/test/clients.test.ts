// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Case, Script } from './script.ts';

const file = new URL('../../../protocol/cases/clients.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

describe('a client', () => {
  it.each(cases)('$name', async (one) => {
    const script = new Script(one);
    for (const [number, { do: input, expect: expected }] of one.steps.entries()) {
      expect(await script.step(input), `step ${number}: ${JSON.stringify(input)}`).toEqual(expected);
    }
  });
});
