// SPDX-License-Identifier: Apache-2.0
/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { type Envelope, Keyring } from '../src/encryption.ts';

interface Case {
  name: string;
  key: string;
  channel: string;
  event?: string;
  text: string;
  data: Envelope;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../protocol/cases/encryption.json', import.meta.url), 'utf8'),
) as { cases: Case[]; refused: Omit<Case, 'text'>[]; foreign: { name: string; data: unknown }[] };

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

describe('the vectors', () => {
  test.each(vectors.cases)('data that $name opens', async ({ key, channel, event, text, data }) => {
    const keys = new Keyring({ [data.kid]: key });
    expect(await keys.open(channel, event, data)).toEqual(JSON.parse(text));
  });

  test.each(vectors.cases)('data that $name is sealed so', async ({ key, channel, event, text, data }) => {
    const keys = new Keyring({ [data.kid]: bytes(key) });
    const random = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      (array as Uint8Array).set(bytes(data.iv));
      return array;
    });
    const stringify = vi.spyOn(JSON, 'stringify').mockReturnValue(text);
    const sealed = keys.seal(channel, event, null);
    stringify.mockRestore();
    random.mockRestore();
    expect(await sealed).toEqual(data);
  });

  test.each(vectors.refused)('data that $name does not open', async ({ key, channel, event, data }) => {
    const keys = new Keyring({ [data.kid]: key });
    await expect(keys.open(channel, event, data)).rejects.toThrow('was changed');
  });

  test.each(vectors.foreign)('data that $name is told from an envelope', async ({ data }) => {
    const keys = new Keyring({ '2026-11': Keyring.generate() });
    await expect(keys.open('notes:42', 'said', data)).rejects.toThrow('The data is not encrypted');
  });
});

describe('a keyring', () => {
  test('opens what another one with the same key sealed', async () => {
    const key = Keyring.generate();
    const sealed = await new Keyring({ a: key }).seal('notes', undefined, { text: 'Grüße', n: [1, null] });
    expect(Object.keys(sealed)).toEqual(['enc', 'kid', 'iv', 'ct']);
    const [other] = [new Keyring({ a: key })];
    expect(await other.open('notes', undefined, JSON.parse(JSON.stringify(sealed)))).toEqual({
      text: 'Grüße',
      n: [1, null],
    });
  });

  test('never takes an iv twice', async () => {
    const keys = new Keyring({ a: Keyring.generate() });
    const sealed = await Promise.all(Array.from({ length: 1000 }, () => keys.seal('notes', 'said', 1)));
    expect(new Set(sealed.map(({ iv }) => iv)).size).toBe(1000);
  });

  test('seals with the newest key and opens with all, while keys change', async () => {
    const [old, young] = [Keyring.generate(), Keyring.generate()];
    const keys = new Keyring({ old });
    const before = await keys.seal('notes', undefined, 1);
    keys.add('young', young);
    const after = await keys.seal('notes', undefined, 2);
    expect([before.kid, after.kid, keys.current]).toEqual(['old', 'young', 'young']);
    expect(await keys.open('notes', undefined, before)).toBe(1);
    expect((await keys.use('old').seal('notes', undefined, 3)).kid).toBe('old');
    keys.remove('old');
    expect(keys.current).toBe('young');
    await expect(keys.open('notes', undefined, before)).rejects.toThrow('"old", which is not here');
    expect(await keys.open('notes', undefined, after)).toBe(2);
  });

  test('without a key seals nothing', async () => {
    await expect(new Keyring().seal('notes', undefined, 1)).rejects.toThrow('no key to encrypt with');
    expect(() => new Keyring().use('a')).toThrow('There is no key "a".');
  });

  test('takes no key and no id of another length', () => {
    expect(() => new Keyring({ a: new Uint8Array(16) })).toThrow('A key has 32 bytes');
    expect(() => new Keyring({ a: 'short' })).toThrow('A key has 32 bytes');
    expect(() => new Keyring({ '': Keyring.generate() })).toThrow('1 to 128 characters, this one 0');
    expect(() => new Keyring({ ['k'.repeat(129)]: Keyring.generate() })).toThrow('this one 129');
  });

  test('keeps its key when the bytes it was given change', async () => {
    const key = Keyring.generate();
    const given = bytes(key);
    const keys = new Keyring({ a: given });
    given.fill(0);
    const sealed = await keys.seal('notes', undefined, 1);
    expect(await new Keyring({ a: key }).open('notes', undefined, sealed)).toBe(1);
  });

  test('refuses what has no JSON', async () => {
    await expect(new Keyring({ a: Keyring.generate() }).seal('notes', undefined, undefined)).rejects.toThrow('no JSON');
  });
});
