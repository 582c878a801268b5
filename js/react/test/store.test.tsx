// SPDX-License-Identifier: Apache-2.0
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, useEffect, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  useWebSocket,
  useWebSocketContext,
  WebSocketProvider,
  WebSocketStatusIndicator,
  type UseWebSocket,
  type UseWebSocketOptions,
  type WebSocketMessage,
} from '../src/store/index.ts';
import { ManualClock } from './clock.ts';
import { eventually, NodeWebSocket, Server } from './server.ts';

let server: Server;
let clock: ManualClock;
let toasts: string[];
let lines: string[];
let heard: WebSocketMessage[];
let used: UseWebSocket;
beforeEach(async () => {
  clock = new ManualClock();
  toasts = [];
  lines = [];
  heard = [];
  server = await Server.start(({ type }: { type: string }, peer) => {
    if (type === 'custom_action') {
      peer.send({ type: 'general_notification', data: { message: 'it came' }, timestamp: '2026-01-01T00:00:00Z' });
    }
  });
});
afterEach(async () => {
  cleanup();
  await server.stop();
});

const options = (): UseWebSocketOptions => ({
  url: `${server.url}/ws`,
  socket: { WebSocket: NodeWebSocket, clock, random: () => 0.5 },
  log: (line) => lines.push(line),
  onMessage: (message) => heard.push(message),
});
const send = (type: string, data: unknown = {}): void =>
  server.last.send({ type, data, timestamp: '2026-01-01T00:00:00Z' });

/** As the document has it. */
function MyComponent(given: UseWebSocketOptions): ReactNode {
  const connection = useWebSocket({ ...options(), toast: (text) => toasts.push(text), ...given });
  const { status, isConnected, lastMessage } = connection;
  useEffect(() => {
    used = connection;
  });
  return (
    <div>
      <p>Connection Status: {status}</p>
      <p>Connected: {isConnected ? 'Yes' : 'No'}</p>
      <p>Last: {lastMessage?.type ?? 'none'}</p>
    </div>
  );
}

/** One attempt that fails, 5,000 ms after the one before. */
async function fails(attempt: number): Promise<void> {
  await screen.findByText('Connection Status: DISCONNECTED');
  act(() => clock.move(4999));
  expect(server.upgrades).toBe(attempt);
  act(() => clock.move(1));
  await eventually(() => expect(server.upgrades).toBe(attempt + 1));
}

describe('useWebSocket', () => {
  it('S3-11: connects by itself, says who it is, and gives the last message', async () => {
    const updates: unknown[] = [];
    function Profile(): ReactNode {
      const { lastMessage } = useWebSocket({
        autoConnect: true,
        autoReconnect: true,
        reconnectInterval: 5000,
        maxReconnectAttempts: 5,
        identity: { userId: 'user123', storeId: 'store456' },
        ...options(),
      });
      useEffect(() => {
        if (lastMessage?.type === 'profile_updated') {
          updates.push(lastMessage.data);
        }
      }, [lastMessage]);
      return null;
    }
    render(
      <StrictMode>
        <Profile />
      </StrictMode>,
    );
    await eventually(() => expect(server.upgrades).toBe(1));
    await eventually(() =>
      expect(server.last.heard).toEqual([{ type: 'authenticate', data: { userId: 'user123', storeId: 'store456' } }]),
    );
    send('profile_updated', { action: 'profile_updated' });
    await eventually(() => expect(heard).toHaveLength(1));
    act(() => clock.move(100));
    expect(updates).toEqual([{ action: 'profile_updated' }]);
    expect(server.dialed).toBe(1);
  });

  it('S3-11: tries again every 5000 ms, five times, and then gives up', async () => {
    render(<MyComponent />);
    expect(screen.getByText('Connection Status: CONNECTING')).toBeTruthy();
    await screen.findByText('Connection Status: CONNECTED');
    expect(screen.getByText('Connected: Yes')).toBeTruthy();
    server.refusals = 100;
    server.last.cut();
    for (let attempt = 1; attempt <= 5; attempt++) {
      await fails(attempt);
    }
    await screen.findByText('Connection Status: ERROR');
    act(() => clock.move(1_000_000));
    expect(server.upgrades).toBe(6);
    server.refusals = 0;
    act(() => used.connect());
    await screen.findByText('Connection Status: CONNECTED');
  });

  it('S3-11: does neither connect nor come back where that is not wanted', async () => {
    render(<MyComponent autoConnect={false} autoReconnect={false} />);
    expect(screen.getByText('Connection Status: DISCONNECTED')).toBeTruthy();
    expect(used.sendMessage({ type: 'custom_action' })).toBe(false);
    act(() => used.connect());
    await screen.findByText('Connection Status: CONNECTED');
    server.last.cut();
    await screen.findByText('Connection Status: ERROR');
    act(() => clock.move(1_000_000));
    expect(server.upgrades).toBe(1);
  });
});

describe('WebSocketProvider', () => {
  it('S3-12: gives the context and the status indicator, and sends a custom action', async () => {
    let renders = 0;
    function Custom(): ReactNode {
      const { status, isConnected, sendMessage } = useWebSocketContext();
      renders++;
      return (
        <div>
          <WebSocketStatusIndicator showDetails={true} />
          <p>
            {status} {isConnected ? 'Yes' : 'No'}
          </p>
          <button onClick={() => sendMessage({ type: 'custom_action', data: { action: 'test' } })}>Send</button>
        </div>
      );
    }
    render(
      <StrictMode>
        <WebSocketProvider {...options()}>
          <Custom />
        </WebSocketProvider>
      </StrictMode>,
    );
    await screen.findByText('CONNECTED Yes');
    expect(screen.getByLabelText('Connected').textContent).toContain('Connected');
    const before = renders;
    screen.getByRole('button').click();
    await eventually(() => expect(heard.map(({ type }) => type)).toEqual(['general_notification']));
    expect(server.last.of('custom_action')).toEqual([{ type: 'custom_action', data: { action: 'test' } }]);
    act(() => clock.move(1000));
    expect(renders).toBe(before);
    expect(server.dialed).toBe(1);
    server.last.cut();
    await screen.findByText('DISCONNECTED No');
  });

  it('S3-13: shows a toast when the connection is lost', async () => {
    render(
      <WebSocketProvider {...options()}>
        <WebSocketStatusIndicator />
      </WebSocketProvider>,
    );
    await screen.findByLabelText('Connected');
    server.last.cut();
    const toast = await screen.findByText(/The connection was lost/);
    screen.getByRole('button', { name: 'Dismiss' }).click();
    await eventually(() => expect(toast.isConnected).toBe(false));
  });

  it('S3-13: does not call lost what was never there', async () => {
    server.refusals = 1;
    render(
      <WebSocketProvider {...options()}>
        <WebSocketStatusIndicator />
      </WebSocketProvider>,
    );
    const toast = await screen.findByText('There is no connection yet. Trying again.');
    act(() => clock.move(5500));
    await screen.findByLabelText('Connected');
    await eventually(() => expect(toast.isConnected).toBe(false));
  });

  it('S3-13: takes the toast away when the connection is back', async () => {
    render(
      <WebSocketProvider {...options()}>
        <WebSocketStatusIndicator />
      </WebSocketProvider>,
    );
    await screen.findByLabelText('Connected');
    server.last.cut();
    const toast = await screen.findByText(/The connection was lost/);
    act(() => clock.move(5500));
    await screen.findByLabelText('Connected');
    await eventually(() => expect(toast.isConnected).toBe(false));
  });
});

describe('errors', () => {
  it('S3-13: are shown once for an outage, and each attempt that fails is logged', async () => {
    render(<MyComponent />);
    await screen.findByText('Connection Status: CONNECTED');
    server.refusals = 100;
    server.last.cut();
    for (let attempt = 1; attempt <= 5; attempt++) {
      await fails(attempt);
    }
    await screen.findByText('Connection Status: ERROR');
    expect(toasts).toEqual(['The connection was lost. Trying again.', 'There is no connection any more.']);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/attempt 1/);
    expect(lines[5]).toMatch(/closed for good/);
  });

  it('S3-13: of parsing are logged and survived', async () => {
    render(<MyComponent />);
    await screen.findByText('Connection Status: CONNECTED');
    server.last.send('{"type":');
    send('order_created');
    await eventually(() => expect(heard.map(({ type }) => type)).toEqual(['order_created']));
    expect(lines).toEqual(['WebSocket: a message of 8 characters is no JSON']);
    expect(screen.getByText('Connection Status: CONNECTED')).toBeTruthy();
  });

  it('S3-13: a hundred messages at once render once, and every one reaches the callback', async () => {
    let inner = 0;
    function Inner(): ReactNode {
      const { lastMessage, status } = useWebSocket(options());
      inner++;
      return (
        <p>
          {status} {(lastMessage?.data as { n: number } | undefined)?.n}
        </p>
      );
    }
    render(<Inner />);
    await screen.findByText('CONNECTED');
    const before = inner;
    for (let n = 1; n <= 100; n++) {
      send('order_updated', { n });
    }
    await eventually(() => expect(heard).toHaveLength(100));
    expect(inner).toBe(before);
    act(() => clock.move(100));
    expect(document.body.textContent).toBe('CONNECTED 100');
    expect(inner).toBe(before + 1);
  });
});
