// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test } from 'vitest';
import { Fanfare, websocketUrl } from '../src/index.ts';
import { Socket, type SocketOptions } from '../src/socket.ts';
import type { WebSocketLike } from '../src/types.ts';
import { Cable, settled, Time } from './time.ts';

/** A WebSocket that a test opens, hears and closes. */
class Fake implements WebSocketLike {
  static all: Fake[] = [];
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly sent: string[] = [];
  readonly closed: (number | undefined)[] = [];
  readonly url: string;
  readonly protocols: string | string[] | undefined;

  constructor(url: string, protocols?: string | string[]) {
    this.url = url;
    this.protocols = protocols;
    Fake.all.push(this);
  }

  static get last(): Fake {
    return Fake.all.at(-1)!;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  say(data: unknown): void {
    this.onmessage?.({ data } as never);
  }

  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason } as never);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code?: number): void {
    this.closed.push(code);
  }
}

let time: Time;
let cable: Cable;

beforeEach(() => {
  Fake.all = [];
  time = new Time();
  cable = new Cable();
});

describe('a client on a WebSocket', () => {
  const connected = JSON.stringify({ type: 'connected', id: 1, session: 's', pingInterval: 25_000 });

  function open(url = 'http://server:8000'): Fanfare {
    const options = { transports: ['websocket' as const], WebSocket: Fake, clock: time, random: () => 0.5 };
    const fanfare = new Fanfare(url, { ...options, network: cable });
    fanfare.connect();
    return fanfare;
  }

  test.each([
    ['http://server:8000', 'ws://server:8000/ws'],
    ['https://server/', 'wss://server/ws'],
    ['wss://server/live/socket?a=b', 'wss://server/live/socket?a=b'],
    ['https://server/?a=b#x', 'wss://server/ws?a=b'],
    ['ws://server/live/#', 'ws://server/live/'],
  ])('given as %s is at %s', (url, expected) => {
    expect(websocketUrl(new URL(url))).toBe(expected);
    open(url);
    expect(Fake.last.url).toBe(expected);
  });

  test('says connect when it is open, and hears texts alone', () => {
    const fanfare = open();
    const heard: unknown[] = [];
    fanfare.on('message', ({ data }) => heard.push(data));
    expect(Fake.last.sent).toEqual([]);
    Fake.last.open();
    expect(Fake.last.sent).toEqual(['{"type":"connect","id":1,"version":1}']);
    Fake.last.say(connected);
    Fake.last.say(new ArrayBuffer(2));
    Fake.last.say('{"type":"message","time":1,"data":"hi"}');
    expect([fanfare.state.name, heard]).toEqual(['connected', ['hi']]);
  });

  test('sends nothing where it is closing', () => {
    const fanfare = open();
    Fake.last.open();
    Fake.last.say(connected);
    Fake.last.readyState = 2;
    fanfare.send('echo').catch(() => undefined);
    expect(Fake.last.sent).toHaveLength(1);
  });

  test.each([1008, 1009])('fails the largest message when the server closes with %d, and comes back', async (code) => {
    const fanfare = open();
    Fake.last.open();
    Fake.last.say(connected);
    const channel = fanfare.channel('a');
    const large = channel.publish('x'.repeat(1_000), { key: 'large' });
    const small = channel.publish('x', { key: 'small' });
    await settled();
    Fake.last.end(code, 'too large');
    await expect(large).rejects.toMatchObject({ code: 'message_too_large', message: 'too large' });
    expect(fanfare.state).toMatchObject({ name: 'waiting', reason: { code } });
    fanfare.connect();
    Fake.last.open();
    Fake.last.say(connected.replace('"id":1', '"id":4'));
    expect(Fake.last.sent.slice(1).join()).toContain('"key":"small"');
    expect(Fake.last.sent.join()).not.toContain('"key":"large"');
    Fake.last.say('{"type":"published","id":3,"position":{"epoch":"e","offset":1,"tag":"t"}}');
    expect(await small).toMatchObject({ offset: 1 });
  });

  test('is lost once, and says so in words', () => {
    const fanfare = open();
    const states: unknown[] = [];
    Fake.last.open();
    Fake.last.say(connected);
    fanfare.on('state', (state) => states.push(state));
    Fake.last.onerror?.({} as never);
    Fake.last.end(1006);
    Fake.last.end(1006);
    expect(states).toEqual([
      { name: 'waiting', attempt: 1, retryAt: 250, reason: { code: 1006, message: 'The connection was lost.' } },
    ]);
    fanfare.connect();
    Fake.last.end(4503, 'gone');
    expect(fanfare.state).toEqual({ name: 'closed', reason: { code: 4503, message: 'gone' } });
  });

  test('is closed, and not heard after that', () => {
    const fanfare = open();
    const heard: unknown[] = [];
    fanfare.on('message', ({ data }) => heard.push(data));
    const socket = Fake.last;
    fanfare.close();
    expect(socket.closed).toEqual([1000]);
    socket.open();
    socket.say('{"type":"message","time":1,"data":"late"}');
    socket.end(1000);
    expect([socket.sent, heard, fanfare.state.name]).toEqual([[], [], 'idle']);
  });

  test('is not to be had where the runtime has none', () => {
    const here = globalThis as { WebSocket?: unknown };
    const native = here.WebSocket;
    delete here.WebSocket;
    try {
      const fanfare = new Fanfare('http://server', { transports: ['websocket'], clock: time, network: cable });
      fanfare.connect();
      expect(fanfare.state).toMatchObject({
        name: 'waiting',
        reason: { message: expect.stringContaining('give one as the option') as string },
      });
    } finally {
      if (native !== undefined) {
        here.WebSocket = native;
      }
    }
  });
});

describe('a socket', () => {
  function open(options: Partial<SocketOptions> = {}): Socket {
    const policy = { kind: 'fixed', interval: 1_000 } as const;
    const means = { WebSocket: Fake, clock: time, random: () => 0.75, network: cable };
    const socket = new Socket('http://server/live', { policy, ...means, ...options });
    socket.open();
    Fake.last.open();
    return socket;
  }

  test('is at the address that the program gives, with its protocols', () => {
    open({ protocols: ['a', 'b'] });
    expect([Fake.last.url, Fake.last.protocols]).toEqual(['ws://server/live', ['a', 'b']]);
  });

  test.each([
    ['https://server/live?a=b', 'wss://server/live?a=b'],
    ['ws://server/#x', 'ws://server/'],
  ])('given as %s is at %s', (url, expected) => {
    const socket = new Socket(url, { policy: { kind: 'fixed', interval: 1_000 }, WebSocket: Fake, network: cable });
    socket.open();
    expect(Fake.last.url).toBe(expected);
  });

  test('beats as long as it is connected', async () => {
    const socket = open({ heartbeat: { every: 10_000, frame: { type: 'ping' } } });
    await time.advance(30_000);
    expect(Fake.last.sent).toEqual(Array(3).fill('{"type":"ping"}'));
    Fake.last.end(1006);
    await time.advance(10_050);
    expect(Fake.all.map(({ sent }) => sent.length)).toEqual([3, 0]);
    Fake.last.open();
    await time.advance(10_000);
    expect(socket.state.name).toBe('connected');
    expect(Fake.last.sent).toHaveLength(1);
  });

  test('dies of silence, where the program says within what', async () => {
    const socket = open({ heartbeat: { every: 100_000, frame: 'ping', within: 7_000 } });
    await time.advance(5_000);
    Fake.last.say('still here');
    await time.advance(6_000);
    expect([socket.state.name, Fake.last.sent]).toEqual(['connected', ['ping']]);
    await time.advance(1_000);
    expect(socket.state).toMatchObject({ name: 'waiting', reason: { message: 'Nothing was heard for 7000 ms.' } });
    expect(Fake.last.closed).toEqual([1000]);
  });

  test('does not die of silence otherwise', async () => {
    const socket = open({ heartbeat: { every: 100_000, frame: 'ping' } });
    await time.advance(99_000);
    cable.is('offline');
    await time.advance(900);
    expect([socket.state.name, Fake.last.sent]).toEqual(['connected', []]);
  });

  test('waits a fixed interval, give or take a tenth', () => {
    const socket = open();
    Fake.last.end(1006);
    expect(socket.state).toEqual({
      name: 'waiting',
      attempt: 1,
      retryAt: 1_050,
      reason: { code: 1006, message: 'The connection was lost.' },
    });
  });

  test('comes back after the codes that the program says', () => {
    const socket = open({ comesBack: (code) => code === 4500 });
    Fake.last.end(4500, 'again');
    expect(socket.state).toMatchObject({ name: 'waiting', reason: { code: 4500, message: 'again' } });
    socket.open();
    Fake.last.end(1006);
    expect(socket.state.name).toBe('closed');
  });

  test('is lost where it cannot be opened', () => {
    let url = 'http://server';
    const socket = new Socket(() => url, {
      policy: { kind: 'fixed', interval: 1_000 },
      WebSocket: Fake,
      clock: time,
      network: cable,
    });
    socket.open();
    Fake.last.end(1006);
    url = 'no url';
    socket.open();
    expect(socket.state).toMatchObject({ name: 'waiting', attempt: 2 });
    expect(Fake.all).toHaveLength(1);
  });

  test('is closed, and not heard after that', async () => {
    const socket = open({ heartbeat: { every: 10_000, frame: 'ping' } });
    const heard: unknown[] = [];
    socket.on('message', (message) => heard.push(message));
    socket.close();
    expect([socket.state.name, Fake.last.closed]).toEqual(['idle', [1000]]);
    Fake.last.say('late');
    await time.advance(20_000);
    expect([heard, Fake.last.sent, socket.send('late')]).toEqual([[], [], false]);
    Fake.last.end(1000);
    socket.open();
    socket.close();
    Fake.last.open();
    Fake.last.end(1006);
    expect([socket.state.name, Fake.all.length]).toEqual(['idle', 2]);
  });

  test('sends nothing before it is connected', () => {
    const socket = new Socket('ws://server', {
      policy: { kind: 'fixed', interval: 1_000 },
      hello: () => {
        expect(socket.send('too early')).toBe(false);
        return 'hello';
      },
      WebSocket: Fake,
      clock: time,
      network: cable,
    });
    socket.open();
    Fake.last.open();
    expect(Fake.last.sent).toEqual(['hello']);
  });
});
