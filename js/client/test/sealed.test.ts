// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Envelope, Keyring } from '../src/encryption.ts';
import { type Channel, Fanfare, type FanfareOptions, type Keys } from '../src/index.ts';
import { eventually } from './browser.ts';
import { Server } from './server.ts';
import { settled, Time } from './time.ts';

const NAME = 'notes';

let server: Server;
let open: Fanfare[];

beforeEach(() => {
  server = new Server();
  open = [];
});

afterEach(() => {
  open.forEach((fanfare) => fanfare.close());
});

function channel(key: Keys, options: FanfareOptions = {}): Channel {
  const transports = [server.link];
  const fanfare = new Fanfare('ws://server/ws', { transports, backoff: { base: 0, cap: 0 }, ...options });
  open.push(fanfare);
  fanfare.connect();
  return fanfare.channel(NAME, { key });
}

/** Subscribed, with all that its listeners are told: data, gaps, and what cannot be opened. */
async function listening(notes: Channel): Promise<unknown[]> {
  const heard: unknown[] = [];
  notes.on('gap', ({ from, to }) => heard.push({ gap: [from, to.offset] }));
  notes.on('error', ({ code, offset }) => heard.push({ [code]: offset }));
  notes.on('unsubscribed', ({ code }) => heard.push({ unsubscribed: code }));
  await notes.subscribe(({ data }) => heard.push(data)).ready;
  return heard;
}

/** Keys that take as long as a test says: sealing marks, opening removes the mark, when it is its turn. */
class SlowKeys implements Keys {
  readonly sealing: (() => void)[] = [];
  readonly opening: (() => void)[] = [];

  async seal(_: string, __: unknown, data: unknown): Promise<unknown> {
    await new Promise<void>((resolve) => this.sealing.push(resolve));
    return { sealed: data };
  }

  async open(_: string, __: unknown, data: unknown): Promise<unknown> {
    await new Promise<void>((resolve) => this.opening.push(resolve));
    return (data as { sealed: unknown }).sealed;
  }
}

describe('a channel with keys', () => {
  test('seals what is published, for its channel and event, and opens it for those who have the key', async () => {
    const key = Keyring.generate();
    const [ada, bob] = [channel(new Keyring({ a: key })), channel(new Keyring({ a: key }))];
    const heard = await listening(bob);
    await ada.publish({ text: 'for you alone' }, { event: 'said' });
    await ada.publish('plain');
    await eventually(heard, [{ text: 'for you alone' }, 'plain']);
    const [first, second] = server.histories.get(NAME)!;
    expect(Object.keys(first!.data as object)).toEqual(['enc', 'kid', 'iv', 'ct']);
    const keys = new Keyring({ a: key });
    expect(await keys.open(NAME, 'said', first!.data)).toEqual({ text: 'for you alone' });
    expect(await keys.open(NAME, undefined, second!.data)).toBe('plain');
    expect(JSON.stringify(server.commands)).not.toContain('for you alone');
  });

  test('publishes nothing that it cannot seal', async () => {
    await expect(channel(new Keyring()).publish('secret')).rejects.toThrow('no key to encrypt with');
    expect(server.asked('publish')).toBe(0);
  });

  test('tells what it cannot open by its place, and delivers the others', async () => {
    const [mine, foreign] = [new Keyring({ a: Keyring.generate() }), new Keyring({ b: Keyring.generate() })];
    const forged = new Keyring({ a: Keyring.generate() });
    const heard = await listening(channel(mine));
    server.publish(NAME, await mine.seal(NAME, undefined, 1));
    server.publish(NAME, await foreign.seal(NAME, undefined, 2));
    server.publish(NAME, await mine.seal(NAME, undefined, 3));
    server.publish(NAME, 'in the clear');
    server.publish(NAME, await forged.seal(NAME, undefined, 5));
    server.publish(NAME, await mine.seal('elsewhere', undefined, 6));
    server.publish(NAME, await mine.seal(NAME, 'other', 7), 'event');
    server.publish(NAME, await mine.seal(NAME, 'event', 8), 'event');
    await eventually(heard, [1, { sealed: 2 }, 3, { sealed: 4 }, { sealed: 5 }, { sealed: 6 }, { sealed: 7 }, 8]);
  });

  test('says why it cannot open', async () => {
    const notes = channel(new Keyring({ a: Keyring.generate() }));
    const errors: unknown[] = [];
    notes.on('error', ({ message, cause }) => errors.push([message, (cause as Error).message]));
    await notes.subscribe().ready;
    server.publish(NAME, await new Keyring({ b: Keyring.generate() }).seal(NAME, undefined, 2));
    await eventually(errors, [
      ['The publication at offset 1 cannot be opened.', 'The data is encrypted with the key "b", which is not here.'],
    ]);
  });

  test('has its position move over what it cannot open', async () => {
    const keys = new Keyring({ a: Keyring.generate() });
    const heard = await listening(channel(keys));
    server.publish(NAME, 'in the clear');
    await eventually(heard, [{ sealed: 1 }]);
    server.cut();
    server.publish(NAME, await keys.seal(NAME, undefined, 2));
    await eventually(heard, [{ sealed: 1 }, 2]);
    expect(server.commands.at(-1)).toMatchObject({ type: 'subscribe', since: { offset: 1 } });
  });

  test('tells everything in order, however long it takes to open', async () => {
    const keys = new SlowKeys();
    const notes = channel(keys);
    const heard = await listening(notes);
    server.publish(NAME, { sealed: 1 });
    server.publish(NAME, { sealed: 2 });
    server.say({ type: 'gap', channel: NAME, from: 2, to: { epoch: 'e', offset: 5, tag: 't5' } });
    server.say({ type: 'unsubscribed', channel: NAME, code: 'permission_denied', message: 'No.' });
    await settled();
    expect(heard).toEqual([]);
    while (keys.opening.length > 0) {
      keys.opening.pop()!();
      await settled();
    }
    expect(heard).toEqual([1, 2, { gap: [2, 5] }, { unsubscribed: 'permission_denied' }]);
  });

  test('publishes in the order in which it was told to, however long it takes to seal', async () => {
    const keys = new SlowKeys();
    const notes = channel(keys);
    await notes.subscribe().ready;
    const published = [notes.publish(1), notes.publish(2), notes.publish(3)];
    expect(keys.sealing).toHaveLength(3);
    while (keys.sealing.length > 0) {
      keys.sealing.pop()!();
      await settled();
    }
    await Promise.all(published);
    expect(server.histories.get(NAME)!.map(({ data }) => data)).toEqual([{ sealed: 1 }, { sealed: 2 }, { sealed: 3 }]);
  });

  test('goes on after keys that do not answer within 10 s', async () => {
    const time = new Time();
    const keys = new SlowKeys();
    const notes = channel(keys, { clock: time });
    const heard = await listening(notes);
    server.publish(NAME, { sealed: 1 });
    server.publish(NAME, { sealed: 2 });
    const published = Promise.allSettled([notes.publish(3), notes.publish(4)]);
    keys.sealing[1]!();
    await settled();
    await time.advance(9_999);
    expect(heard).toEqual([]);
    await time.advance(1);
    keys.opening[1]!();
    await settled();
    expect(heard.slice(0, 2)).toEqual([{ sealed: 1 }, 2]);
    const [late, done] = await published;
    expect((late as PromiseRejectedResult).reason).toEqual(
      new Error("`seal` of the channel's keys did not answer within 10000 ms."),
    );
    expect(done).toMatchObject({ status: 'fulfilled', value: { offset: 3 } });
  });

  test('goes on publishing after something that could not be sealed', async () => {
    const notes = channel(new Keyring({ a: Keyring.generate() }));
    const published = [notes.publish(1), notes.publish(() => 2), notes.publish(3)];
    const [first, second, third] = await Promise.allSettled(published);
    expect([first!.status, second!.status, third!.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(server.histories.get(NAME)).toHaveLength(2);
  });

  test('opens with all keys while they change, and seals with the newest', async () => {
    const [old, young] = [Keyring.generate(), Keyring.generate()];
    const [adas, bobs] = [new Keyring({ old }), new Keyring({ old })];
    const [ada, bob] = [channel(adas), channel(bobs)];
    const heard = await listening(bob);
    await ada.publish(1);
    bobs.add('young', young).use('old');
    adas.add('young', young);
    await ada.publish(2);
    await bob.publish(3);
    bobs.use('young');
    await bob.publish(4);
    bobs.remove('old');
    adas.use('old');
    await ada.publish(5);
    await eventually(heard, [1, 2, 3, 4, { sealed: 5 }]);
    const kids = server.histories.get(NAME)!.map(({ data }) => (data as Envelope).kid);
    expect(kids).toEqual(['old', 'young', 'old', 'young', 'old']);
  });

  test('seals with the key of the moment in which it was told to publish', async () => {
    const keys = new Keyring({ old: Keyring.generate() });
    const notes = channel(keys);
    const published = [notes.publish(1)];
    keys.add('young', Keyring.generate());
    published.push(notes.publish(2));
    await Promise.all(published);
    const kids = server.histories.get(NAME)!.map(({ data }) => (data as Envelope).kid);
    expect(kids).toEqual(['old', 'young']);
  });

  test('takes other keys than before, for what comes from then on', async () => {
    const [old, young] = [new Keyring({ a: Keyring.generate() }), new Keyring({ b: Keyring.generate() })];
    const notes = channel(old);
    const heard = await listening(notes);
    server.publish(NAME, await old.seal(NAME, undefined, 1));
    await eventually(heard, [1]);
    expect(open[0]!.channel(NAME, { key: young })).toBe(notes);
    server.publish(NAME, await young.seal(NAME, undefined, 2));
    await eventually(heard, [1, 2]);
  });

  test('has a history with what cannot be opened in its place, and without its data', async () => {
    const [mine, foreign] = [new Keyring({ a: Keyring.generate() }), new Keyring({ b: Keyring.generate() })];
    server.publish(NAME, await mine.seal(NAME, undefined, 1));
    server.publish(NAME, await foreign.seal(NAME, undefined, 2));
    server.publish(NAME, 'in the clear');
    server.publish(NAME, await mine.seal(NAME, 'said', 4), 'said');
    const history = await channel(mine).history();
    expect(history.map(({ channel: name, offset, data, error }) => [name, offset, data, error?.code])).toEqual([
      [NAME, 1, 1, undefined],
      [NAME, 2, undefined, 'sealed'],
      [NAME, 3, undefined, 'sealed'],
      [NAME, 4, 4, undefined],
    ]);
    expect(history[1]!.error).toMatchObject({
      offset: 2,
      cause: { message: expect.stringContaining('"b"') as string },
    });
  });

  test('publishes the same envelope again when the connection was lost before the reply', async () => {
    const keys = new Keyring({ a: Keyring.generate() });
    const notes = channel(keys);
    const heard = await listening(notes);
    server.published = () => {
      server.published = () => undefined;
      server.cut();
    };
    await notes.publish('once');
    await eventually(heard, ['once']);
    const [first, second] = server.commands.filter(({ type }) => type === 'publish');
    expect(second).toEqual(first);
    expect(server.histories.get(NAME)).toHaveLength(1);
  });
});
