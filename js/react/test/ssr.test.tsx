// @vitest-environment node
// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import * as gateway from '../src/gateway/index.ts';
import { FanfareProvider, useChannel, useConnection, usePresence, useSocket } from '../src/index.ts';
import { useConnectionStatus } from '../src/session/index.ts';
import * as store from '../src/store/index.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it.each([
  ['is empty', (): unknown => ({})],
  ['is the global object', (): unknown => globalThis],
])('every entry renders where the window %s, for a page whose URL is relative', async (_, window) => {
  vi.resetModules();
  vi.stubGlobal('window', window());
  const { FanfareProvider, useChannel } = await import('../src/index.ts');
  const gateway = await import('../src/gateway/index.ts');
  const store = await import('../src/store/index.ts');
  const session = await import('../src/session/index.ts');
  const { renderToString } = await import('react-dom/server');
  function Page(): ReactNode {
    const { status } = useChannel('orders');
    const { connectionMethod } = session.useConnectionStatus({ sessionId: 'session-1' });
    return [status, connectionMethod].join();
  }
  const html = renderToString(
    <FanfareProvider url="/ws">
      <gateway.WebSocketProvider url="/ws" token="token">
        <store.WebSocketProvider>
          <Page />
        </store.WebSocketProvider>
      </gateway.WebSocketProvider>
    </FanfareProvider>,
  );
  expect(html).toContain('idle,websocket');
});

/** Nothing connects on a server: there is no WebSocket here at all. */
it('every hook renders on a server, and opens nothing', () => {
  expect('WebSocket' in globalThis).toBe(false);
  function Page(): ReactNode {
    const { status } = useChannel('orders', { select: ({ data }) => data });
    const { known } = usePresence('lobby');
    const { state } = useSocket('ws://localhost/ws');
    const socket = store.useWebSocket({ url: 'ws://localhost/ws' });
    const wallet = gateway.useWebSocket('ws://localhost/ws', 'token');
    const session = useConnectionStatus({ sessionId: 'session-1' });
    return [
      useConnection().name,
      status,
      String(known),
      state.name,
      socket.status,
      wallet.status,
      session.connectionMethod,
    ].join();
  }
  const html = renderToString(
    <FanfareProvider url="ws://localhost/ws">
      <gateway.WebSocketProvider url="ws://localhost/ws" token="token">
        <store.WebSocketProvider>
          <Page />
          <store.WebSocketStatusIndicator showDetails />
        </store.WebSocketProvider>
      </gateway.WebSocketProvider>
    </FanfareProvider>,
  );
  expect(html).toContain('idle,idle,false,idle,DISCONNECTED,DISCONNECTED,websocket');
  expect(html).toContain('Disconnected');
});
