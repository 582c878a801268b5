// @vitest-environment node
// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import * as gateway from '../src/gateway/index.ts';
import { FanfareProvider, useChannel, useConnection, usePresence, useSocket } from '../src/index.ts';
import { useConnectionStatus } from '../src/session/index.ts';
import * as store from '../src/store/index.ts';

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
