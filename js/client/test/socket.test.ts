// SPDX-License-Identifier: Apache-2.0
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WebSocket, { type WebSocket as Peer, WebSocketServer } from 'ws';
import { Socket, type SocketOptions, type State } from '../src/socket.ts';

let server: WebSocketServer;
let peers: Peer[];
let heard: unknown[];
let socket: Socket | undefined;

beforeEach(async () => {
  peers = [];
  heard = [];
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (peer) => {
    peers.push(peer);
    peer.on('message', (data: Buffer) => heard.push(data.toString()));
  });
  await new Promise((resolve) => server.once('listening', resolve));
});

afterEach(() => {
  socket?.close();
  server.close();
});

function open(options: Partial<SocketOptions> = {}): Socket {
  const { port } = server.address() as AddressInfo;
  socket = new Socket(`ws://127.0.0.1:${port}`, {
    policy: { kind: 'fixed', interval: 1 },
    WebSocket: WebSocket,
    ...options,
  });
  socket.open();
  return socket;
}

const until = (done: () => boolean): Promise<void> =>
  expect
    .poll(done, { timeout: 10_000 })
    .toBe(true)
    .then(() => undefined);
const connected = (): Promise<void> => until(() => socket?.state.name === 'connected');

it('says hello on every connection, and what it is told to', async () => {
  open({ hello: () => ({ type: 'authenticate' }) });
  await connected();
  expect(socket!.send({ type: 'ping' })).toBe(true);
  await until(() => heard.length === 2);
  peers[0]!.terminate();
  await until(() => heard.length === 3);
  expect(heard).toEqual(['{"type":"authenticate"}', '{"type":"ping"}', '{"type":"authenticate"}']);
});

it('hands over JSON as values and other texts as they are', async () => {
  const messages: unknown[] = [];
  open().on('message', (message) => messages.push(message));
  await connected();
  peers[0]!.send('{"a":1}');
  peers[0]!.send('a, b');
  await until(() => messages.length === 2);
  expect(messages).toEqual([{ a: 1 }, 'a, b']);
});

it('keeps nothing that is sent while there is no connection', () => {
  expect(open().send('lost')).toBe(false);
});

it('gives up after as many attempts as its policy has', async () => {
  const states: State[] = [];
  open({ policy: { kind: 'fixed', interval: 1, attempts: 3 } }).on('state', (state) => states.push(state));
  await connected();
  server.close();
  peers[0]!.terminate();
  await until(() => socket?.state.name === 'closed');
  expect(states.filter(({ name }) => name === 'waiting')).toHaveLength(3);
});

it('does not come back when the server says so', async () => {
  open();
  await connected();
  peers[0]!.close(4503, 'gone');
  await until(() => socket?.state.name === 'closed');
  expect(socket!.state).toEqual({ name: 'closed', reason: { code: 4503, message: 'gone' } });
});
