// SPDX-License-Identifier: Apache-2.0
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageSocket } from '../src/page.ts';
import {
  maxReconnectAttempts,
  useConnectionStatus,
  type SessionStatus,
  type UseConnectionStatusOptions,
} from '../src/session/index.ts';
import { ManualClock } from './clock.ts';
import { eventually, NodeWebSocket, Server } from './server.ts';

const SESSION = 'session-1';

let server: Server;
let clock: ManualClock;
let changes: string[];
let polls: string[];
let polled: SessionStatus;
beforeEach(async () => {
  clock = new ManualClock();
  changes = [];
  polls = [];
  polled = status('pending');
  server = await Server.start(() => undefined);
  server.welcome = (peer) => peer.send(status('pending'));
  server.http = (request, response) => {
    polls.push(`${request.url} ${request.headers.authorization}`);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(polled));
  };
});
afterEach(async () => {
  cleanup();
  await server.stop();
});

function status(name: string): SessionStatus {
  return { type: 'status', sessionId: SESSION, status: name, timestamp: `2026-01-01T00:00:00Z#${name}` };
}

/** As the document has it. */
function RegisterPage(given: Partial<UseConnectionStatusOptions>): ReactNode {
  const { isConnected, connectionMethod, lastUpdate, state } = useConnectionStatus({
    sessionId: SESSION,
    token: 'secret',
    onStatusChange: (data) => changes.push(data.status),
    server: `http://${server.host}`,
    socket: { WebSocket: NodeWebSocket, clock, random: () => 0.5 },
    ...given,
  });
  return (
    <p>
      {connectionMethod} {isConnected ? 'connected' : 'not connected'} {lastUpdate ? 'updated' : 'never'}
      <i>{state.name === 'waiting' ? `attempt ${state.attempt} in ${state.retryAt - clock.wall()}` : state.name}</i>
    </p>
  );
}

/** The attempts after the first, each after half of its exponential delay; the fifth is the last. */
async function failFiveTimes(): Promise<void> {
  for (let attempt = 1; attempt <= maxReconnectAttempts; attempt++) {
    const delay = 500 * 2 ** (attempt - 1);
    const refused = server.upgrades;
    // What has failed is known to the client a little after it is to the server.
    await eventually(() => {
      act(() => clock.move(0));
      expect(clock.timers).toContain(delay);
    });
    act(() => clock.move(delay - 1));
    expect(server.upgrades).toBe(refused);
    act(() => clock.move(1));
    await eventually(() => expect(server.upgrades).toBe(refused + 1));
  }
}

describe('useConnectionStatus', () => {
  it('S4-13: follows the session by WebSocket, and says when it was updated', async () => {
    render(
      <StrictMode>
        <RegisterPage />
      </StrictMode>,
    );
    await screen.findByText('websocket connected updated');
    expect(server.last.url).toBe(`/ws/connections?sessionId=${SESSION}&token=secret`);
    server.last.send(status('active'));
    server.last.send(status('active'));
    server.last.send(status('completed'));
    await eventually(() => expect(changes).toEqual(['pending', 'active', 'completed']));
    expect(server.dialed).toBe(1);
    cleanup();
    await eventually(() => expect(server.open).toHaveLength(0));
  });

  it('S4-13: connects nowhere while there is no session, and to wss: from a page of https:', async () => {
    const { rerender } = render(<RegisterPage sessionId="" />);
    expect(screen.getByText('websocket not connected never')).toBeTruthy();
    rerender(<RegisterPage />);
    await screen.findByText('websocket connected updated');
    expect(server.dialed).toBe(1);
    expect(pageSocket('/ws', { protocol: 'https:', host: 'a.example' })).toBe('wss://a.example/ws');
    expect(pageSocket('/ws', { protocol: 'http:', host: 'a.example:3300' })).toBe('ws://a.example:3300/ws');
  });

  it.each([
    ['', ''],
    ['/', ''],
    ['/behind/this', '/behind/this'],
    ['/behind/?tenant=a#x', '/behind'],
  ])('S4-13: finds a server at %j, by WebSocket and by polling', async (at, path) => {
    const tenant = at.includes('tenant') ? 'tenant=a' : '';
    server.welcome = (peer) => peer.close(1008);
    render(<RegisterPage server={`http://${server.host}${at}`} />);
    await screen.findByText('polling not connected updated');
    const query = [tenant, `sessionId=${SESSION}`, 'token=secret'].filter((one) => one !== '').join('&');
    expect(server.last.url).toBe(`${path}/ws/connections?${query}`);
    const polled = `${path}/api/connections/session/${SESSION}${tenant === '' ? '' : `?${tenant}`}`;
    expect(polls).toEqual([`${polled} Bearer secret`]);
  });

  it('S4-11: tries five times more, later and later, and then polls every 3000 ms until it leaves', async () => {
    server.refusals = 100;
    const { unmount } = render(<RegisterPage />);
    await eventually(() => expect(server.upgrades).toBe(1));
    await failFiveTimes();
    await screen.findByText('polling not connected updated');
    expect(server.upgrades).toBe(6);
    expect(polls).toEqual([`/api/connections/session/${SESSION} Bearer secret`]);
    expect(changes).toEqual(['pending']);
    polled = status('active');
    for (let poll = 2; poll <= 4; poll++) {
      await eventually(() => expect(clock.timers).toEqual([3000]));
      act(() => clock.move(2999));
      expect(polls).toHaveLength(poll - 1);
      act(() => clock.move(1));
      await eventually(() => expect(polls).toHaveLength(poll));
    }
    await eventually(() => expect(changes).toEqual(['pending', 'active']));
    unmount();
    await eventually(() => expect(clock.timers).toEqual([]));
    expect(server.upgrades).toBe(6);
  });

  it('tells where the WebSocket stands, and when it is tried again', async () => {
    server.refusals = 2;
    const { rerender } = render(<RegisterPage />);
    await screen.findByText('attempt 1 in 500');
    act(() => clock.move(500));
    await screen.findByText('attempt 2 in 1000');
    act(() => clock.move(1000));
    await screen.findByText('connected');
    rerender(<RegisterPage sessionId="" />);
    await screen.findByText('idle');
  });

  it('S4-11: does not poll where that is not wanted', async () => {
    server.refusals = 100;
    render(<RegisterPage enablePolling={false} />);
    await eventually(() => expect(server.upgrades).toBe(1));
    await failFiveTimes();
    await eventually(() => expect(clock.timers).toEqual([]));
    expect(screen.getByText('websocket not connected never')).toBeTruthy();
    expect(polls).toEqual([]);
  });

  it('S4-11: survives a poll that fails, and polls at once when it is told not to come back', async () => {
    server.http = (_, response) => {
      polls.push('failed');
      response.writeHead(503).end('down');
    };
    server.welcome = (peer) => peer.close(1008, 'Too many connections for this session');
    render(<RegisterPage pollingInterval={500} />);
    await screen.findByText('polling not connected never');
    for (let poll = 1; poll <= 3; poll++) {
      await eventually(() => expect(clock.timers).toEqual([500]));
      expect(polls).toHaveLength(poll);
      act(() => clock.move(500));
    }
    expect(server.upgrades).toBe(1);
  });

  it('S4-11: gives up the poll that is under way when it leaves', async () => {
    let gone = false;
    server.welcome = (peer) => peer.close(1008, 'Too many connections for this session');
    server.http = (_, response) => {
      polls.push('never answered');
      response.on('close', () => (gone = true));
    };
    const { unmount } = render(<RegisterPage />);
    await eventually(() => expect(polls).toHaveLength(1));
    unmount();
    await eventually(() => expect(gone).toBe(true));
  });

  it('S4-11: pings every 30000 ms', async () => {
    render(<RegisterPage />);
    await screen.findByText('websocket connected updated');
    clock.move(29_999);
    server.last.send(status('active'));
    await eventually(() => expect(changes).toEqual(['pending', 'active']));
    expect(server.last.of('ping')).toHaveLength(0);
    clock.move(1);
    await eventually(() => expect(server.last.of('ping')).toHaveLength(1));
  });
});
