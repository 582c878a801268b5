// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Fanfare, type FanfareError, type FanfareOptions, type State } from '../src/index.ts';
import { realClock } from '../src/reconnect.ts';
import { Links } from './links.ts';
import { Cable, settled, Time } from './time.ts';

let links: Links;
let time: Time;
let errors: FanfareError[];
let states: State[];

beforeEach(() => {
  links = new Links();
  time = new Time();
  errors = [];
  states = [];
});

function client(options: FanfareOptions = {}): Fanfare {
  const fanfare = new Fanfare('ws://server/ws', {
    transports: [links.factory()],
    clock: time,
    random: () => 0.5,
    network: new Cable(),
    ...options,
  });
  fanfare.on('error', (error) => errors.push(error));
  fanfare.on('state', (state) => states.push(state));
  return fanfare;
}

function connected(options: FanfareOptions = {}): Fanfare {
  const fanfare = client(options);
  fanfare.connect();
  links.connected();
  return fanfare;
}

/** Milliseconds go by in which the server is heard all the time. */
async function busy(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 10_000) {
    await time.advance(Math.min(left, 10_000));
    links.frame({ type: 'message', time: 0, data: 'still here' });
  }
}

/** A promise that a test keeps. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe('what waits', () => {
  test('is bounded by its number, and what is more is refused', async () => {
    const fanfare = client({ buffer: { messages: 2, bytes: 1_000 } });
    const first = fanfare.channel('a').publish(1);
    const second = fanfare.channel('a').publish(2);
    await expect(fanfare.send('echo', 3)).rejects.toMatchObject({ code: 'buffer_full', limit: 'messages' });
    fanfare.connect();
    links.connected();
    const [one, two] = links.sent('publish');
    links.frame({ type: 'published', id: one!.id, position: { epoch: 'e', offset: 1, tag: 't1' } });
    await first;
    const third = fanfare.channel('a').publish(4);
    await expect(fanfare.channel('a').publish(5)).rejects.toThrow('at most 2 messages');
    fanfare.close();
    await expect(second).rejects.toMatchObject({ code: 'closed' });
    await expect(third).rejects.toMatchObject({ code: 'closed' });
    expect(two).toMatchObject({ data: 2 });
  });

  test('is bounded by its size, and what was answered makes room', async () => {
    const fanfare = connected({ buffer: { messages: 10, bytes: 1_000 } });
    const first = fanfare.send('echo', 'x'.repeat(600));
    await expect(fanfare.send('echo', 'x'.repeat(600))).rejects.toMatchObject({ code: 'buffer_full', limit: 'bytes' });
    links.frame({ type: 'reply', id: links.sent('send')[0]!.id, data: 'done' });
    expect(await first).toBe('done');
    const second = fanfare.send('echo', 'x'.repeat(600));
    links.frame({ type: 'reply', id: links.sent('send')[1]!.id });
    expect(await second).toBeUndefined();
  });

  test('is at most a thousand, and a mebibyte', async () => {
    const fanfare = client();
    const waiting = Array.from({ length: 1_000 }, (_, n) => fanfare.send('echo', n));
    await expect(fanfare.send('echo')).rejects.toMatchObject({ limit: 'messages' });
    fanfare.close();
    fanfare.connect();
    fanfare.close();
    expect((await Promise.allSettled(waiting)).every(({ status }) => status === 'rejected')).toBe(true);
    await expect(fanfare.send('echo', 'x'.repeat(1 << 20))).rejects.toMatchObject({ limit: 'bytes' });
  });

  test('is the largest that was sent, when the server could not read something', async () => {
    const fanfare = connected();
    const [small, large] = [fanfare.send('echo', 1), fanfare.send('echo', 'x'.repeat(100))];
    links.frame({ type: 'error', code: 'message_too_large', message: 'At most 64 bytes.', limit: '64' });
    await expect(large).rejects.toMatchObject({ code: 'message_too_large', limit: '64' });
    links.frame({ type: 'reply', id: links.sent('send')[0]!.id, data: 'small' });
    expect(await small).toBe('small');
    expect(errors).toEqual([]);
  });

  test('is not blamed for what was too large before it was sent', async () => {
    const fanfare = client();
    const waiting = fanfare.send('echo', 'x'.repeat(100));
    fanfare.connect();
    links.frame({ type: 'error', code: 'message_too_large', message: 'At most 64 bytes.' });
    expect(errors.map(({ code }) => code)).toEqual(['message_too_large']);
    links.connected();
    links.frame({ type: 'reply', id: links.sent('send')[0]!.id, data: 'fine' });
    expect(await waiting).toBe('fine');
  });

  test('fails with what the server says of it', async () => {
    const fanfare = connected();
    const published = fanfare.channel('a').publish(1);
    const details = { field: 'channel', limit: 'commands', retryAfter: 100 };
    const { id } = links.sent('publish')[0]!;
    links.frame({ type: 'error', id, code: 'too_many_requests', message: 'Slowly.', ...details });
    await expect(published).rejects.toMatchObject({ code: 'too_many_requests', message: 'Slowly.', ...details });
    expect(errors).toEqual([]);
  });

  test('of messages is failed when it was sent, and only then', async () => {
    const fanfare = client();
    const early = fanfare.send('echo', 'early');
    fanfare.connect();
    links.connected();
    links.lost();
    await expect(early).rejects.toMatchObject({ code: 'connection_lost' });
    const waiting = fanfare.send('echo', 'waiting');
    await time.advance(250);
    links.lost();
    await time.advance(500);
    links.connected();
    links.frame({ type: 'reply', id: links.sent('send')[0]!.id, data: 'came' });
    expect(await waiting).toBe('came');
  });

  test('is asked with its options, and answered to whoever asked', async () => {
    const fanfare = connected();
    const since = { epoch: 'e', offset: 3, tag: 't3' };
    const history = fanfare.channel('a').history({ since, limit: 5, order: 'newest' });
    const presence = fanfare.channel('a').presence();
    const published = fanfare.channel('a').publish(1, { event: 'said', key: 'k' });
    expect(links.sent('history')).toMatchObject([{ channel: 'a', since, limit: 5, order: 'newest' }]);
    expect(links.sent('publish')).toMatchObject([{ channel: 'a', event: 'said', key: 'k', data: 1 }]);
    const publication = { offset: 4, tag: 't4', time: 1, data: 'old' };
    links.frame({ type: 'presence', id: links.sent('presence')[0]!.id, channel: 'a', members: [{ user: 'ann' }] });
    links.frame({ type: 'history', id: links.sent('history')[0]!.id, channel: 'a', publications: [publication] });
    links.frame({ type: 'published', id: links.sent('publish')[0]!.id, position: since });
    expect(await presence).toEqual([{ user: 'ann' }]);
    expect(await history).toEqual([{ channel: 'a', ...publication }]);
    expect(await published).toEqual(since);
  });

  test('has keys that are not the same', () => {
    let n = 0;
    const fanfare = connected({ random: () => (n++ % 997) / 997 + 1e-9 * n });
    const keys = Array.from({ length: 400 }, () => {
      fanfare
        .channel('a')
        .publish(1)
        .catch(() => undefined);
      return links.sent('publish').at(-1)!.key;
    });
    expect(new Set(keys).size).toBe(400);
    expect(Math.min(...keys.map(({ length }) => length))).toBeGreaterThanOrEqual(12);
  });

  test('is pinged through, and timed', async () => {
    const fanfare = connected();
    const pinged = fanfare.ping();
    await time.advance(70);
    links.frame({ type: 'pong', id: links.sent('ping')[0]!.id });
    expect(await pinged).toBe(70);
  });

  test('sends null where there is no data', () => {
    connected()
      .send('echo')
      .catch(() => undefined);
    expect(links.sent('send')).toMatchObject([{ handler: 'echo', data: null }]);
  });
});

describe('a link', () => {
  test('is not heard any more once it was let go', async () => {
    const fanfare = connected();
    const heard: unknown[] = [];
    fanfare.on('message', ({ data }) => heard.push(data));
    const old = links.last;
    links.lost();
    old.listener.frame({ type: 'message', time: 0, data: 'late' });
    old.listener.alive();
    old.listener.lost({ code: 4500, message: 'late' });
    await time.advance(250);
    old.listener.frame({ type: 'message', time: 0, data: 'later' });
    expect(heard).toEqual([]);
    expect(fanfare.state).toEqual({ name: 'connecting', attempt: 1, transport: 'websocket' });
  });

  test('that cannot be opened is one that is lost', async () => {
    const fanfare = client({
      transports: [
        {
          name: 'broken',
          duplex: true,
          open: () => {
            throw new TypeError('not here');
          },
        },
      ],
    });
    fanfare.connect();
    await settled();
    expect(fanfare.state).toMatchObject({ name: 'waiting', reason: { message: 'TypeError: not here' } });
  });

  test('lives by what is no frame, too', async () => {
    const fanfare = connected({ transports: [links.factory('sse')] });
    for (let n = 0; n < 10; n++) {
      await time.advance(20_000);
      links.last.listener.alive();
    }
    expect(fanfare.state.name).toBe('connected');
    expect(links.last.said).toHaveLength(1);
  });

  test('dies after as much silence as the program says', async () => {
    const fanfare = connected({ heartbeat: 7_000 });
    await time.advance(6_999);
    expect(fanfare.state.name).toBe('connected');
    await time.advance(1);
    expect(fanfare.state.name).toBe('waiting');
    expect(links.last.opening.heartbeat).toBe(7_000);
  });

  test('is tried again as the program says', async () => {
    const fanfare = client({ backoff: { base: 100, cap: 150 } });
    fanfare.connect();
    for (const delay of [50, 75, 75]) {
      const now = time.wall();
      links.lost();
      expect(fanfare.state).toMatchObject({ name: 'waiting', retryAt: now + delay });
      await time.advance(delay);
    }
  });

  test('that is no WebSocket says once what stands, however much changes at a moment', async () => {
    const fanfare = connected({ transports: [links.factory('sse')] });
    fanfare.channel('a').subscribe();
    fanfare.channel('b').subscribe();
    fanfare.inbox().catch(() => undefined);
    await settled();
    expect(links.last.said.map((commands) => commands.map(({ type }) => type))).toEqual([
      ['connect'],
      ['connect', 'subscribe', 'subscribe', 'inbox'],
    ]);
    fanfare.channel('c').subscribe();
    await settled();
    expect(links.last.said).toHaveLength(3);
    links.lost();
    fanfare.channel('d').subscribe();
    await settled();
    expect(links.last.said).toHaveLength(3);
  });

  test('is asked about lateness that only one of the clocks shows', async () => {
    connected();
    await time.advance(1_000);
    time.skew += 60_000;
    await time.advance(5_000);
    expect(links.sent('ping')).toHaveLength(1);
    links.frame({ type: 'pong', id: links.sent('ping')[0]!.id });
    time.skew -= 15_000;
    await time.sleep(15_000);
    expect(links.sent('ping')).toHaveLength(2);
  });

  test('is asked once, whatever makes the client doubt', async () => {
    const cable = new Cable();
    connected({ network: cable });
    await time.advance(3_000);
    cable.is('offline');
    await time.advance(1_000);
    cable.is('online');
    expect(links.sent('ping')).toHaveLength(1);
    await time.advance(3_999);
    expect(states.at(-1)!.name).toBe('connected');
    await time.advance(1);
    expect(states.at(-1)!.name).toBe('waiting');
  });

  test('is not opened where a listener closes the client first', () => {
    const fanfare = client();
    fanfare.on('state', ({ name }) => {
      if (name === 'connecting') {
        fanfare.close();
      }
    });
    fanfare.connect();
    expect(links.all).toEqual([]);
    expect(fanfare.state.name).toBe('idle');
  });

  test('that is asked is dead when it does not answer in five seconds', async () => {
    const cable = new Cable();
    const fanfare = connected({ network: cable });
    await time.advance(3_000);
    cable.is('offline');
    await time.advance(4_999);
    expect([fanfare.state.name, links.sent('ping')]).toMatchObject(['connected', [{}]]);
    await time.advance(1);
    expect(fanfare.state.name).toBe('waiting');
  });

  test('is not brought back by the network once the client is closed', async () => {
    const cable = new Cable();
    const fanfare = connected({ network: cable });
    fanfare.close();
    fanfare.close();
    cable.is('online');
    cable.is('offline');
    await time.advance(60_000);
    expect(states.map(({ name }) => name)).toEqual(['connecting', 'connected', 'idle']);
    expect(cable.listeners).toBe(0);
    expect(links.all).toHaveLength(1);
  });

  test('begins with the first attempt again when the program connects anew', async () => {
    const fanfare = client();
    fanfare.connect();
    links.lost();
    await time.advance(250);
    fanfare.close();
    fanfare.connect();
    expect(fanfare.state).toEqual({ name: 'connecting', attempt: 0, transport: 'websocket' });
  });

  test('must have a transport', () => {
    expect(() => client({ transports: [] })).toThrow('names none');
  });
});

describe('a token', () => {
  test('that cannot be had is an error, no fault of the transport, and asked for again', async () => {
    const answers = [later<string>(), later<string>(), later<string>()];
    let asked = 0;
    const fanfare = client({
      token: () => answers[asked++]!.promise,
      transports: [links.factory(), links.factory('sse')],
    });
    fanfare.connect();
    for (const [n, delay] of [250, 500].entries()) {
      answers[n]!.reject(new Error('offline'));
      await settled();
      expect(fanfare.state).toMatchObject({ name: 'waiting', reason: { message: 'There is no token.' } });
      await time.advance(delay);
    }
    answers[2]!.resolve('t');
    await settled();
    expect(links.all.map(({ name, said }) => [name, said[0]])).toEqual([
      ['websocket', [{ type: 'connect', id: 1, version: 1, token: 't' }]],
    ]);
    expect(errors.map(({ code, cause }) => [code, (cause as Error).message])).toEqual([
      ['token', 'offline'],
      ['token', 'offline'],
    ]);
  });

  test('that takes 12 s each time is late, and no fault of the transport', async () => {
    let asked = 0;
    const fanfare = client({
      token: () => {
        const token = `t${++asked}`;
        return new Promise((resolve) => time.after(12_000, () => resolve(token)));
      },
      transports: ['websocket', 'sse', 'poll'].map((name) => links.factory(name)),
    });
    fanfare.connect();
    await time.advance(12_000);
    links.connected(600_000);
    expect(fanfare.state).toEqual({ name: 'connected', transport: 'websocket' });
    expect(errors.map(({ code, cause }) => [code, (cause as Error).message])).toEqual([
      ['token', 'The token function did not answer within 10000 ms.'],
    ]);
    await busy(540_000);
    expect(links.sent('refresh').map(({ token }) => token)).toEqual(['t3']);
    links.lost();
    await time.advance(250);
    links.connected(900_000);
    expect(fanfare.state).toEqual({ name: 'connected', transport: 'websocket' });
  });

  test('whose renewal hangs does not keep the client from coming back', async () => {
    let asked = 0;
    const fanfare = client({ token: () => (++asked === 2 ? new Promise<string>(() => undefined) : `t${asked}`) });
    fanfare.connect();
    await settled();
    links.connected(8_000);
    await time.advance(8_000);
    expect(asked).toBe(2);
    links.frame({ type: 'disconnect', code: 4005, reason: 'token expired', reconnect: true });
    await time.advance(250);
    expect(fanfare.state.name).toBe('connecting');
    await time.advance(10_000);
    links.connected();
    expect([asked, fanfare.state.name, links.last.said[0]]).toMatchObject([3, 'connected', [{ token: 't3' }]]);
  });

  test('that comes when the client is closed opens nothing', async () => {
    const answer = later<string>();
    const fanfare = client({ token: () => answer.promise });
    fanfare.connect();
    fanfare.close();
    answer.resolve('t');
    await settled();
    expect(links.all).toEqual([]);
    const refused = later<string>();
    const other = client({ token: () => refused.promise });
    other.connect();
    other.close();
    refused.reject(new Error('no'));
    await settled();
    expect(errors).toEqual([]);
    expect(other.state.name).toBe('idle');
  });

  /** Connected with tokens that are called t1, t2, ...; how often it was asked for one. */
  async function asking(options: FanfareOptions = {}): Promise<{ fanfare: Fanfare; asked: () => number }> {
    let asked = 0;
    const fanfare = client({ token: () => `t${++asked}`, ...options });
    fanfare.connect();
    await settled();
    return { fanfare, asked: () => asked };
  }

  test('is renewed a minute and a half before its end, and again before the next', async () => {
    const { asked } = await asking();
    links.connected(600_000);
    await busy(509_000);
    expect(asked()).toBe(1);
    await busy(2_000);
    expect(links.sent('refresh')).toMatchObject([{ token: 't2' }]);
    links.frame({ type: 'refreshed', id: links.sent('refresh')[0]!.id, expiresAt: 1_000_000 });
    await busy(390_000);
    expect(asked()).toBe(2);
    await busy(10_000);
    expect(links.sent('refresh')).toMatchObject([{ token: 't2' }, { token: 't3' }]);
  });

  test('is renewed ahead of the end that was told last, and no earlier', async () => {
    const { asked } = await asking();
    links.connected(600_000);
    await busy(100_000);
    links.frame({ type: 'refreshed', id: 9, expiresAt: 1_000_000 });
    await busy(800_000);
    expect(asked()).toBe(1);
    await busy(20_000);
    expect(asked()).toBe(2);
  });

  test('that has expired is not renewed by itself: the server ends the connection', async () => {
    const { asked } = await asking();
    links.connected(600_000);
    links.frame({ type: 'error', code: 'token_expired', message: 'It has expired.' });
    await busy(600_000);
    expect(asked()).toBe(1);
  });

  test('is not renewed without a connection, nor by a clock that is wrong', async () => {
    const { asked } = await asking();
    links.connected(40_000);
    links.frame({ type: 'disconnect', code: 1012, reason: 'restart', reconnect: true, retryAfter: 29_000 });
    await time.advance(28_999);
    expect(asked()).toBe(1);
    await time.advance(1);
    links.connected(1_000);
    await time.advance(1_000);
    expect([asked(), links.sent('refresh')]).toEqual([1, []]);
  });

  test('is asked for where the one of now is about to end', async () => {
    const { asked } = await asking();
    links.connected(40_000);
    links.frame({ type: 'disconnect', code: 1012, reason: 'restart', reconnect: true, retryAfter: 31_000 });
    await time.advance(31_000);
    expect([asked(), links.last.said[0]]).toMatchObject([2, [{ token: 't2' }]]);
  });

  test('is asked for once by all who want it, and a failure is told', async () => {
    const answers = [later<string>(), later<string>(), later<string>()];
    answers[0]!.resolve('t1');
    let asked = 0;
    const fanfare = client({ token: () => answers[asked++]!.promise });
    fanfare.connect();
    await settled();
    links.connected();
    links.frame({ type: 'expiring', expiresAt: 30_000 });
    links.frame({ type: 'expiring', expiresAt: 30_000 });
    expect(asked).toBe(2);
    answers[1]!.reject(new Error('offline'));
    await settled();
    expect(errors[0]).toMatchObject({ code: 'token', cause: { message: 'offline' } });
    expect([fanfare.state.name, links.sent('refresh')]).toEqual(['connected', []]);
    links.frame({ type: 'expiring', expiresAt: 30_000 });
    expect(asked).toBe(3);
    links.lost();
    await time.advance(250);
    links.connected();
    answers[2]!.resolve('t3');
    await settled();
    expect(links.sent('refresh')).toEqual([]);
  });

  test('that the server does not take for a refresh is an error, and the connection goes on', async () => {
    const { fanfare } = await asking();
    links.connected();
    links.frame({ type: 'expiring', expiresAt: 30_000 });
    await settled();
    const { id } = links.sent('refresh')[0]!;
    links.frame({ type: 'error', id, code: 'invalid_token', message: 'No.' });
    expect([errors.map(({ code }) => code), fanfare.state.name]).toEqual([['invalid_token'], 'connected']);
  });

  test.each([
    ['the server says so', () => links.frame({ type: 'error', id: 1, code: 'token_expired', message: 'x' }), 1006],
    ['the connection ends with that', () => undefined, 4005],
  ])('that has expired is asked for anew when %s', async (_, says, code) => {
    const { asked } = await asking();
    links.connected(600_000);
    says();
    links.last.listener.lost({ code, message: 'over' });
    await time.advance(250);
    await settled();
    expect(asked()).toBe(2);
    links.connected();
    await busy(600_000);
    links.lost();
    await time.advance(250);
    // Nothing is known of its end.
    expect(asked()).toBe(2);
  });

  test('that the server does not take is replaced by another, as often as it takes', async () => {
    const { fanfare, asked } = await asking();
    links.connected(600_000);
    links.lost();
    await time.advance(250);
    expect(asked()).toBe(1);
    links.last.listener.lost({ code: 4501, message: 'invalid token' });
    expect(fanfare.state.name).toBe('waiting');
    await time.advance(10_000);
    expect([asked(), links.last.said[0]]).toMatchObject([2, [{ token: 't2' }]]);
    links.last.listener.lost({ code: 4501, message: 'invalid token' });
    expect(fanfare.state.name).toBe('waiting');
    await time.advance(10_000);
    expect([asked(), links.last.said[0]]).toMatchObject([3, [{ token: 't3' }]]);
    links.connected();
    expect(fanfare.state.name).toBe('connected');
  });

  test.each([
    [undefined, 'is undefined'],
    [() => 1, 'is function'],
    [Symbol('x'), 'is symbol'],
    [10n, 'has a BigInt or contains itself'],
  ])('publishes nothing that JSON cannot say: %s', async (data, why) => {
    const { fanfare } = await asking();
    links.connected();
    const message = `\`data\` cannot be written as JSON: it ${why}.`;
    await expect(fanfare.channel('a').publish(data)).rejects.toMatchObject({
      code: 'bad_request',
      field: 'data',
      message,
    });
    expect(fanfare.state.name).toBe('connected');
  });

  test('is forgotten when the client is closed', async () => {
    const { fanfare, asked } = await asking();
    links.connected(600_000);
    fanfare.close();
    fanfare.connect();
    await settled();
    expect(asked()).toBe(2);
  });
});

describe('an inbox', () => {
  test('is taken on every connection, and told when nobody waits for it', async () => {
    const fanfare = client();
    const told: unknown[] = [];
    fanfare.on('inbox', (inbox) => told.push(inbox));
    const early = fanfare.inbox();
    fanfare.connect();
    links.connected();
    links.frame({ type: 'inbox', id: links.sent('inbox')[0]!.id, messages: 2, lost: 1 });
    expect(await early).toEqual({ messages: 2, lost: 1 });
    links.lost();
    await time.advance(250);
    links.connected();
    links.frame({ type: 'inbox', id: links.sent('inbox')[0]!.id, messages: 0, lost: 0 });
    expect(told).toEqual([]);
    links.lost();
    await time.advance(250);
    links.connected();
    links.frame({ type: 'inbox', id: links.sent('inbox')[0]!.id, messages: 0, lost: 3 });
    expect(told).toEqual([{ messages: 0, lost: 3 }]);
    const again = fanfare.inbox();
    links.frame({ type: 'inbox', id: links.sent('inbox')[1]!.id, messages: 0, lost: 0 });
    expect(await again).toEqual({ messages: 0, lost: 0 });
  });

  test('that is refused is not asked for again, and other refusals are not its', async () => {
    const fanfare = connected();
    const [inbox, sent] = [fanfare.inbox(), fanfare.send('echo')];
    const refusal = { type: 'error', code: 'not_enabled', message: 'No.' } as const;
    links.frame({ ...refusal, id: links.sent('send')[0]!.id });
    await expect(sent).rejects.toMatchObject({ code: 'not_enabled' });
    links.frame({ ...refusal, id: links.sent('inbox')[0]!.id });
    await expect(inbox).rejects.toMatchObject({ code: 'not_enabled' });
    links.lost();
    await time.advance(250);
    links.connected();
    expect(links.sent('inbox')).toEqual([]);
  });

  test('fails when the client is closed', async () => {
    const fanfare = connected();
    const inbox = fanfare.inbox();
    fanfare.close();
    await expect(inbox).rejects.toMatchObject({ code: 'closed' });
  });
});

test('what is due in years does not happen at once', () => {
  vi.useFakeTimers();
  try {
    const happened = vi.fn();
    const cancel = realClock.after(2 ** 40, happened);
    vi.advanceTimersByTime(60_000);
    expect(happened).not.toHaveBeenCalled();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
