// SPDX-License-Identifier: Apache-2.0
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import type { State } from '../src/index.ts';

/** What the global object has otherwise than this Node; undefined is not there. */
type Globals = Record<string, unknown>;

const NOTHING: Globals = {
  window: undefined,
  document: undefined,
  location: undefined,
  navigator: undefined,
  WebSocket: undefined,
  BroadcastChannel: undefined,
};

let listeners: string[];
const network = {
  addEventListener: (type: string): void => void listeners.push(type),
  removeEventListener: (type: string): void => void listeners.splice(listeners.indexOf(type), 1),
};

/** The names read on from "In ...". */
const ENVIRONMENTS: readonly (readonly [string, Globals, string[]])[] = [
  ['an old Node, or a server that renders pages', {}, []],
  ['a Node with an empty window', { window: {} }, []],
  ['a Node whose window is the global object', { window: globalThis }, []],
  ['a runtime whose page has no address', { location: { href: '' }, window: { location: {} } }, []],
  [
    'a browser without locks',
    { window: network, navigator: {}, location: { href: 'https://page/' } },
    ['online', 'offline'],
  ],
  ['a worker', { self: globalThis, location: { href: 'https://page/worker.js' }, ...network }, ['online', 'offline']],
  [
    'React Native',
    { window: globalThis, self: globalThis, navigator: { product: 'ReactNative' }, FinalizationRegistry: undefined },
    [],
  ],
];

describe.each(ENVIRONMENTS)('In %s', (_, globals, heard) => {
  let server: WebSocketServer;
  let url: string;

  beforeEach(async () => {
    listeners = [];
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (peer) => {
      peer.once('message', () => peer.send('{"type":"connected","id":1,"session":"s","pingInterval":25000}'));
    });
    await new Promise((resolve) => server.once('listening', resolve));
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
    vi.resetModules();
    Object.entries({ ...NOTHING, ...globals }).forEach(([name, value]) => vi.stubGlobal(name, value));
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    server.close();
  });

  /** It is connected, and leaves nothing behind when it is closed. */
  async function lives(client: { readonly state: State; close(): void }): Promise<void> {
    await expect.poll(() => client.state.name, { timeout: 10_000 }).toBe('connected');
    expect(listeners).toEqual(heard);
    client.close();
    expect([client.state.name, listeners]).toEqual(['idle', []]);
  }

  it('a client connects and is closed', async () => {
    const { Fanfare } = await import('../src/index.ts');
    const fanfare = new Fanfare(url, { WebSocket });
    fanfare.channel('a');
    fanfare.connect();
    await lives(fanfare);
  });

  it('a client that would share its connection has one of its own', async () => {
    const { Fanfare } = await import('../src/index.ts');
    const { tabs } = await import('../src/tabs.ts');
    const fanfare = new Fanfare(url, { WebSocket, transports: [tabs()] });
    fanfare.connect();
    await lives(fanfare);
  });

  it('a socket opens and is closed', async () => {
    const { Socket } = await import('../src/socket.ts');
    const socket = new Socket(url, { WebSocket, policy: { kind: 'fixed', interval: 1_000 } });
    socket.open();
    await lives(socket);
  });

  it('keys seal and open', async () => {
    const { Keyring } = await import('../src/encryption.ts');
    const keys = new Keyring({ a: Keyring.generate() });
    expect(await keys.open('a', undefined, await keys.seal('a', undefined, 1))).toBe(1);
  });
});

describe('Where there is no page', () => {
  beforeEach(() => {
    vi.stubGlobal('location', undefined);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('a client of a relative URL is made, and says why it does not connect', async () => {
    const { Fanfare } = await import('../src/index.ts');
    const fanfare = new Fanfare('/ws');
    expect(() => fanfare.connect()).toThrow(TypeError);
    expect(fanfare.state).toEqual({ name: 'idle' });
    expect(() => fanfare.close()).not.toThrow();
  });
});
