// SPDX-License-Identifier: Apache-2.0
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useSocket } from '../src/index.ts';
import { ManualClock } from './clock.ts';
import { eventually, NodeWebSocket, Server } from './server.ts';

interface KycStatus {
  readonly type: 'kyc_status';
  readonly data: { readonly status: string };
}

describe('useSocket', () => {
  let server: Server;
  let clock: ManualClock;
  const texts: string[] = [];
  beforeEach(async () => {
    clock = new ManualClock();
    texts.length = 0;
    server = await Server.start(({ userId }: { userId: string }, peer) => {
      const data = {
        user_id: userId,
        status: 'pending',
        verification_level: 'basic',
        timestamp: '2026-01-01T00:00:00Z',
      };
      peer.send({ type: 'kyc_status', data });
    });
  });
  afterEach(async () => {
    cleanup();
    await server.stop();
  });

  function Kyc({ user }: { readonly user: string }): ReactNode {
    const { state, value } = useSocket<KycStatus, string>(`${server.url}/live`, {
      hello: () => ({ type: 'subscribe', userId: user }),
      select: ({ data }) => data.status,
      onText: (text) => texts.push(text),
      WebSocket: NodeWebSocket,
      clock,
      random: () => 0.5,
    });
    return (
      <p>
        {state.name} {value}
      </p>
    );
  }

  it('S0-15: tries again after a failed upgrade, later and later, until it is let in', async () => {
    server.refusals = 3;
    render(
      <StrictMode>
        <Kyc user="alice" />
      </StrictMode>,
    );
    // Half of 500 ms, of 1,000 ms and of 2,000 ms.
    let attempts = 1;
    for (const delay of [250, 500, 1000]) {
      await eventually(() => expect(document.body.textContent).toContain('waiting'));
      expect(server.upgrades).toBe(attempts);
      act(() => clock.move(delay - 1));
      expect(document.body.textContent).toContain('waiting');
      act(() => clock.move(1));
      await eventually(() => expect(server.upgrades).toBe(attempts + 1));
      attempts++;
    }
    await screen.findByText('connected pending');
    expect(server.peers).toHaveLength(1);
  });

  it('S0-15: comes back when the connection is lost, and says again who it is', async () => {
    render(<Kyc user="alice" />);
    await screen.findByText('connected pending');
    server.last.cut();
    await screen.findByText('waiting pending');
    act(() => clock.move(250));
    await eventually(() => expect(server.peers).toHaveLength(2));
    await eventually(() => expect(server.last.heard).toEqual([{ type: 'subscribe', userId: 'alice' }]));
  });

  it('survives what is no JSON, closes when it leaves, and connects nowhere without a URL', async () => {
    function Nowhere(): ReactNode {
      return <i>{useSocket(null).state.name}</i>;
    }
    const { unmount } = render(
      <>
        <Kyc user="alice" />
        <Nowhere />
      </>,
    );
    await screen.findByText('connected pending');
    server.last.send('no json');
    server.last.send({ type: 'kyc_status', data: { status: 'verified' } });
    await screen.findByText('connected verified');
    expect(texts).toEqual(['no json']);
    expect(screen.getByText('idle')).toBeTruthy();
    unmount();
    await eventually(() => expect(server.open).toHaveLength(0));
    expect(server.upgrades).toBe(1);
  });
});
