// SPDX-License-Identifier: Apache-2.0
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, useContext, useEffect, useState, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  configureWebSocket,
  ConnectionStatus,
  getWebSocketConfig,
  RealtimeService,
  useWebSocket,
  useWebSocketContext,
  WebSocketContext,
  WebSocketManager,
  WebSocketProvider,
  type Refusal,
} from '../src/gateway/index.ts';
import { ManualClock } from './clock.ts';
import { eventually, NodeWebSocket, Server, type Peer } from './server.ts';

const SERVER_TIME = 1000;
const ADDRESS = '0xABC';

let server: Server;
let clock: ManualClock;
/** What a subscribe of a channel is answered; null is not answered. */
let answer: Record<string, object | null>;
beforeEach(async () => {
  clock = new ManualClock();
  answer = {};
  server = await Server.start(({ type, channel }: { type: string; channel: string }, peer) => {
    if (type === 'ping') {
      peer.send({ type: 'pong', timestamp: SERVER_TIME });
    } else {
      const given = answer[channel] === undefined ? { success: true } : answer[channel];
      if (given) {
        peer.send(given);
      }
    }
  });
  // As the gateway: a token that is none is let in, and disconnected.
  server.welcome = (peer) => {
    if (!peer.url.includes('token=good')) {
      peer.close(4501, 'unauthorized');
    }
  };
});
afterEach(async () => {
  cleanup();
  configureWebSocket(undefined);
  await server.stop();
});

const options = (): { WebSocket: typeof NodeWebSocket; clock: ManualClock; random: () => number } => ({
  WebSocket: NodeWebSocket,
  clock,
  random: () => 0.5,
});
const manager = (): WebSocketManager => new WebSocketManager(`${server.url}/ws`, options());
const push = (type: string, payload: unknown, timestamp: number, peer: Peer = server.last): void =>
  peer.send({ type, payload, timestamp });

describe('WebSocketManager', () => {
  it.each(['?tenant=a', '?tenant=a#x', '?tenant=a&token=old'])('keeps the rest of a query: %s', async (query) => {
    await new WebSocketManager(`${server.url}/ws${query}`, options()).connect('good');
    expect(server.last.url).toBe('/ws?tenant=a&token=good');
  });

  it('S1-15: connects with the token in the query, subscribes, and routes each message by its type', async () => {
    const wallet = manager();
    const prices: unknown[] = [];
    const notes: unknown[] = [];
    wallet.subscribe('token:price', (payload) => prices.push(payload));
    wallet.subscribe('notifications', (payload, { type }) => notes.push([type, payload]));
    await wallet.connect('good&one=+');
    expect(server.last.url).toBe('/ws?token=good%26one%3D%2B');
    expect(wallet.status).toBe(ConnectionStatus.CONNECTED);
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(2));
    push('token:price', { usd: 1 }, 2000);
    push('welcome', { text: 'hello' }, 2001);
    push('token:price', { usd: 2 }, 2002);
    await eventually(() => expect(prices).toEqual([{ usd: 1 }, { usd: 2 }]));
    expect(notes).toEqual([['welcome', { text: 'hello' }]]);
    wallet.disconnect();
    expect(wallet.status).toBe(ConnectionStatus.DISCONNECTED);
  });

  it('S1-15: comes back after an exponential delay, and resubscribes from the last message of each channel', async () => {
    const wallet = manager();
    const heard: unknown[] = [];
    wallet.subscribe('balance:0xabc', (payload) => heard.push(payload));
    wallet.subscribe('token:price', () => undefined);
    await wallet.connect('good');
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(2));
    push('balance:0xabc', 1, 5000);
    await eventually(() => expect(heard).toEqual([1]));
    server.refusals = 1;
    server.last.cut();
    await eventually(() => expect(wallet.status).toBe(ConnectionStatus.RECONNECTING));
    clock.move(499);
    expect(server.upgrades).toBe(1);
    clock.move(1);
    await eventually(() => expect(server.upgrades).toBe(2));
    // That attempt was refused: the next is after twice the time.
    await eventually(() => expect(clock.timers).toContain(1000));
    clock.move(999);
    expect(server.upgrades).toBe(2);
    clock.move(1);
    await eventually(() => expect(server.peers).toHaveLength(2));
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(2));
    expect(server.last.of('subscribe')).toEqual([
      { type: 'subscribe', channel: 'balance:0xabc', since: 5000 },
      { type: 'subscribe', channel: 'token:price', since: SERVER_TIME },
    ]);
    await eventually(() => expect(wallet.isConnected).toBe(true));
    server.last.cut();
    await eventually(() => expect(wallet.status).toBe(ConnectionStatus.RECONNECTING));
    clock.move(500);
    await eventually(() => expect(server.peers).toHaveLength(3));
    await eventually(() => expect(server.last.of('subscribe')[0]).toMatchObject({ since: 5000 }));
    wallet.disconnect();
  });

  it('S1-15: says what was refused, and what was lost', async () => {
    const wallet = manager();
    const refused: Refusal[] = [];
    const gaps: string[] = [];
    wallet.on('refused', (refusal) => refused.push(refusal));
    wallet.on('gap', (channel) => gaps.push(channel));
    answer['nft:0x1'] = { success: false, error: 'unauthorized' };
    wallet.subscribe('nft:0x1', () => undefined);
    wallet.subscribe('staking:7', () => undefined);
    await wallet.connect('good');
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(2));
    await eventually(() => expect(refused).toEqual([{ channel: 'nft:0x1', error: 'unauthorized' }]));
    wallet.subscribe('token:price', () => undefined);
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(3));
    expect(gaps).toEqual([]);
    answer['staking:7'] = { success: true, recovered: false };
    server.last.cut();
    await eventually(() => expect(wallet.status).toBe(ConnectionStatus.RECONNECTING));
    clock.move(500);
    await eventually(() => expect(gaps).toEqual(['staking:7']));
    wallet.disconnect();
  });

  it('S1-15: does not come back with a token that was refused, and does with the next of a function', async () => {
    const refused = manager();
    await expect(refused.connect('forged')).rejects.toThrow('unauthorized');
    expect(refused.status).toBe(ConnectionStatus.ERROR);
    const expired = manager();
    await expired.connect('good');
    server.last.close(4005, 'token expired');
    await eventually(() => expect(expired.status).toBe(ConnectionStatus.ERROR));
    let asked = 0;
    const wallet = manager();
    await wallet.connect(() => `good${++asked}`);
    server.last.close(4005, 'token expired');
    await eventually(() => expect(wallet.status).toBe(ConnectionStatus.RECONNECTING));
    clock.move(500);
    await eventually(() => expect(wallet.isConnected).toBe(true));
    expect(server.last.url).toBe('/ws?token=good2');
    wallet.disconnect();
  });

  it('S1-15: asks for one channel after the other, since an answer does not name its channel', async () => {
    const wallet = manager();
    const refused: Refusal[] = [];
    wallet.on('refused', (refusal) => refused.push(refusal));
    await wallet.connect('good');
    answer['staking:1'] = null;
    wallet.subscribe('staking:1', () => undefined);
    wallet.subscribe('staking:2', () => undefined);
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(1));
    server.last.send({ success: false, error: 'unauthorized' });
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(2));
    expect(refused).toEqual([{ channel: 'staking:1', error: 'unauthorized' }]);
    wallet.disconnect();
  });

  it('is settled once the server has answered for every channel, and not while it comes back', async () => {
    answer['token:price'] = null;
    const wallet = manager();
    const told: boolean[] = [];
    wallet.on('settled', (settled) => told.push(settled));
    wallet.subscribe('balance:0xabc', () => undefined);
    const off = wallet.subscribe('token:price', () => undefined);
    await wallet.connect('good');
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(2));
    expect(wallet.settled).toBe(false);
    server.last.send({ success: false, error: 'permission_denied' });
    await eventually(() => expect(wallet.settled).toBe(true));
    server.last.cut();
    await eventually(() => expect(wallet.settled).toBe(false));
    off();
    clock.move(500);
    await eventually(() => expect(wallet.settled).toBe(true));
    expect(told).toEqual([true, false, true]);
    wallet.disconnect();
    expect(wallet.settled).toBe(false);
  });

  it('knows the time of the server, whatever its own is', async () => {
    const wallet = manager();
    expect(wallet.serverTime).toBeUndefined();
    await wallet.connect('good');
    const first = wallet.serverTime!;
    expect(first).toBe(SERVER_TIME);
    clock.move(500);
    expect(wallet.serverTime).toBe(first + 500);
    wallet.disconnect();
  });

  it('S1-15: waits before it asks again where it has asked too often', async () => {
    const wallet = manager();
    answer['token:price'] = { success: false, error: 'rate_limited', retryAfter: 400 };
    wallet.subscribe('token:price', () => undefined);
    await wallet.connect('good');
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(1));
    delete answer['token:price'];
    await eventually(() => expect(clock.timers).toContain(600));
    clock.move(599);
    expect(server.last.of('subscribe')).toHaveLength(1);
    clock.move(1);
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(2));
    wallet.disconnect();
  });
});

describe('RealtimeService', () => {
  it('S1-15: subscribes what its helpers are named for, at the configured URL, and unsubscribes', async () => {
    expect(getWebSocketConfig().url).toBe('ws://localhost:3000/ws');
    configureWebSocket({ url: `${server.url}/ws` });
    expect(new RealtimeService().manager).toBeInstanceOf(WebSocketManager);
    const service = new RealtimeService(new WebSocketManager(getWebSocketConfig().url, options()));
    const heard: unknown[] = [];
    const unsubscribe = service.subscribeToBalanceUpdates<{ balance: string }>(ADDRESS, ({ balance }) =>
      heard.push(balance),
    );
    service.subscribeToNotifications(() => undefined);
    service.subscribeToNftTransfers(ADDRESS, () => undefined);
    service.subscribeToTokenPrices(() => undefined);
    service.subscribeToStakingUpdates('7', () => undefined);
    await service.connect('good');
    const channels = ['balance:0xabc', 'notifications', 'nft:0xabc', 'token:price', 'staking:7'];
    await eventually(() =>
      expect(server.last.of('subscribe')).toEqual(channels.map((channel) => ({ type: 'subscribe', channel }))),
    );
    push('balance:0xabc', { balance: '1.50' }, 2000);
    await eventually(() => expect(heard).toEqual(['1.50']));
    unsubscribe();
    await eventually(() =>
      expect(server.last.of('unsubscribe')).toEqual([{ type: 'unsubscribe', channel: 'balance:0xabc' }]),
    );
    service.disconnect();
  });
});

describe('WebSocketProvider and useWebSocket', () => {
  it('S1-16: give a context that without a provider is null and disconnected', () => {
    let context: unknown;
    function Bare(): ReactNode {
      context = useContext(WebSocketContext);
      return null;
    }
    render(<Bare />);
    expect(context).toEqual({ manager: null, status: ConnectionStatus.DISCONNECTED, isConnected: false });
  });

  it('S1-16: make one connection in StrictMode, through which components subscribe', async () => {
    function Balance(): ReactNode {
      const { manager: wallet, isConnected } = useWebSocketContext();
      const [balance, setBalance] = useState('?');
      useEffect(
        () => wallet?.subscribe<{ balance: string }>('balance:0xabc', (data) => setBalance(data.balance)),
        [wallet],
      );
      return (
        <p>
          {isConnected ? 'live' : 'not live'} {balance}
        </p>
      );
    }
    const page = (token?: string): ReactNode => (
      <StrictMode>
        <WebSocketProvider url={`${server.url}/ws`} token={token} options={options()}>
          <Balance />
        </WebSocketProvider>
      </StrictMode>
    );
    const { rerender, unmount } = render(page());
    await screen.findByText('not live ?');
    expect(server.upgrades).toBe(0);
    rerender(page('good'));
    await screen.findByText('live ?');
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(1));
    push('balance:0xabc', { balance: '1.50' }, 2000);
    await screen.findByText('live 1.50');
    expect(server.dialed).toBe(1);
    unmount();
    await eventually(() => expect(server.open).toHaveLength(0));
  });

  it('take a token function made while rendering as the same each time, and ask that of the latest', async () => {
    let renders = 0;
    function Status({ token }: { readonly token: string }): ReactNode {
      renders++;
      const { status } = useWebSocket(`${server.url}/ws`, () => token, options());
      return <p>{status}</p>;
    }
    const page = (token: string): ReactNode => (
      <StrictMode>
        <Status token={token} />
      </StrictMode>
    );
    const { rerender } = render(page('good1'));
    await screen.findByText('CONNECTED');
    rerender(page('good2'));
    expect(server.dialed).toBe(1);
    act(() => server.last.cut());
    await screen.findByText('RECONNECTING');
    act(() => clock.move(30_000));
    await screen.findByText('CONNECTED');
    expect(server.peers.map(({ url }) => url)).toEqual(['/ws?token=good1', '/ws?token=good2']);
    expect(renders).toBeLessThan(20);
  });

  it('S1-16: render when the status changes, and for no message', async () => {
    let renders = 0;
    let heard = 0;
    function Status(): ReactNode {
      const { manager: wallet, status } = useWebSocket(`${server.url}/ws`, 'good', options());
      useEffect(() => wallet?.subscribe('token:price', () => heard++), [wallet]);
      renders++;
      return <p>{status}</p>;
    }
    render(<Status />);
    await screen.findByText('CONNECTED');
    await eventually(() => expect(server.last.of('subscribe')).toHaveLength(1));
    const before = renders;
    for (let i = 0; i < 100; i++) {
      push('token:price', i, 2000 + i);
    }
    await eventually(() => expect(heard).toBe(100));
    expect(renders).toBe(before);
    act(() => server.last.cut());
    await screen.findByText('RECONNECTING');
  });
});
