// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { cable as pageCable, type Cable } from './cable.ts';

export type Tone = 'good' | 'busy' | 'bad' | 'plain';

interface ConnectionBarProps {
  readonly state: State;
  /** What came back after a cut, in a sentence: "Back after 4 s: 2 messages caught up." */
  readonly recovered?: string | undefined;
  /** What the state is instead, where the page knows better: it polls, it needs a token. */
  readonly instead?: { readonly tone: Tone; readonly text: string } | undefined;
  readonly cable?: Cable;
}

const TRANSPORTS: Record<string, string> = { websocket: 'WebSocket', sse: 'SSE', poll: 'long-polling' };

/** A page that is there and cannot connect: most often something on the way lets only requests through. */
export const NONE_YET = 'No WebSocket has got through yet.';

/** How the connection is, in words; what was recovered; and a button that cuts it. */
export function ConnectionBar({ state, recovered, instead, cable = pageCable }: ConnectionBarProps): ReactNode {
  const cut = useCut(cable);
  const [been, setBeen] = useState(false);
  if (state.name === 'connected' && !been) {
    setBeen(true);
  }
  const said = instead ?? tell(state, cut, been);
  const failed = state.name === 'waiting' || (state.name === 'connecting' && state.attempt > 0);
  return (
    <section className="connection" aria-label="Connection" data-tone={said.tone}>
      <div>
        <p id="state" className="badge dot" role="status" data-tone={said.tone} data-state={state.name}>
          <span>
            {said.text}
            {instead === undefined && state.name === 'waiting' ? <Countdown until={state.retryAt} /> : null}
          </span>
        </p>
        <p id="recovered" className="recovered" role="status">
          {instead === undefined && failed && !been && !cut ? NONE_YET : recovered}
        </p>
        <button id="cut" className="button quiet" type="button" onClick={() => (cut ? cable.plug() : cable.pull())}>
          {cut ? 'Restore the network' : 'Cut the network'}
        </button>
      </div>
    </section>
  );
}

function tell(state: State, cut: boolean, been: boolean): { tone: Tone; text: string } {
  switch (state.name) {
    case 'idle':
      return { tone: 'plain', text: 'Not connected' };
    case 'connecting':
      return { tone: 'busy', text: been && state.attempt > 0 ? 'Reconnecting' : 'Connecting' };
    case 'connected':
      return { tone: 'good', text: `Live by ${TRANSPORTS[state.transport] ?? state.transport}` };
    case 'waiting':
      return {
        tone: 'bad',
        text: cut ? 'Network cut, reconnecting' : been ? 'Reconnecting' : 'Not connected, trying again',
      };
    case 'closed':
      return { tone: 'bad', text: `Closed: ${state.reason.message}` };
  }
}

/** Seconds, for the eye alone: a screen reader is not told each of them. */
function Countdown({ until }: { readonly until: number }): ReactNode {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden="true"> in {Math.max(0, Math.ceil((until - now) / 1000))} s</span>;
}

/** Whether somebody has cut the page's network. */
export function useCut(cable: Cable = pageCable): boolean {
  const listen = useCallback(
    (listener: () => void) => {
      cable.addEventListener('change', listener);
      return () => cable.removeEventListener('change', listener);
    },
    [cable],
  );
  return useSyncExternalStore(
    listen,
    () => cable.cut,
    () => false,
  );
}
