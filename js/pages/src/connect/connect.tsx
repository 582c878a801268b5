// SPDX-License-Identifier: Apache-2.0
import { pollingInterval, useConnectionStatus } from '@fanfare/react/session';
import type { SessionStatus, UseConnectionStatus } from '@fanfare/react/session';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button, cable, Card, ConnectionBar, FramesDrawer, Shell, useCut, useFrames } from '../design/index.ts';
import { begin, code, outcomeOf, scan, type Outcome, type Session } from './session.ts';

/** Pixels: what a phone of 360 has room for. */
const CODE_WIDTH = 278;

/** A session with its code, and where it has come to. */
interface Pairing {
  readonly session: Session;
  readonly size: number;
  readonly dark: string;
  readonly outcome?: Outcome;
}

export function Connect(): ReactNode {
  const [pairing, setPairing] = useState<Pairing>();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const [frames, note] = useFrames();
  const session = pairing?.session;

  const changed = (status: SessionStatus): void => {
    note('in', status);
    const outcome = outcomeOf(status.status);
    if (outcome !== undefined) {
      setPairing((before) => (before?.session.sessionId === status.sessionId ? { ...before, outcome } : before));
    }
  };
  const watched = useConnectionStatus({
    sessionId: session?.sessionId ?? '',
    token: session?.token,
    onStatusChange: changed,
    socket: { WebSocket: cable.WebSocket, network: cable },
    fetch: cable.fetch,
  });

  const start = async (): Promise<void> => {
    setBusy(true);
    setTrouble('');
    try {
      const begun = await begin(cable.fetch);
      setPairing({ session: begun, ...(await code(cable.fetch, begun)) });
    } catch {
      setTrouble('The server did not give us a session. Try again in a moment.');
    } finally {
      setBusy(false);
    }
  };

  return (
    <Shell
      app="connect"
      title="Connect a wallet"
      lead="This page shows a code. A phone scans it, its platform sends a signed webhook, and the page knows at once."
      connection={<Followed session={session} {...watched} />}
    >
      {trouble === '' ? null : (
        <p id="trouble" className="notice" role="alert">
          {trouble}
        </p>
      )}
      <Card className="pairing">
        <Code pairing={pairing} />
        <div className="stack">
          {pairing === undefined ? (
            <Invite busy={busy} start={() => void start()} />
          ) : (
            <Following pairing={pairing} again={() => void start()} />
          )}
        </div>
      </Card>
      <FramesDrawer frames={frames} />
    </Shell>
  );
}

interface FollowedProps extends UseConnectionStatus {
  readonly session: Session | undefined;
}

/** By WebSocket, or by polling where that has failed for good. */
function Followed({ session, state, connectionMethod, lastUpdate }: FollowedProps): ReactNode {
  const cut = useCut();
  const heard = lastUpdate === null ? '' : `Last heard at ${lastUpdate.toLocaleTimeString()}`;
  if (session === undefined || connectionMethod === 'websocket') {
    return <ConnectionBar state={state} recovered={heard} />;
  }
  return cut ? (
    <ConnectionBar state={state} recovered={heard} instead={{ tone: 'bad', text: 'Network cut, polling' }} />
  ) : (
    <ConnectionBar
      state={state}
      recovered={`No WebSocket gets through. ${heard}`}
      instead={{ tone: 'busy', text: `Polling every ${pollingInterval / 1000} s` }}
    />
  );
}

function Code({ pairing }: { readonly pairing: Pairing | undefined }): ReactNode {
  if (pairing === undefined) {
    return (
      <div className="code none">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M3 8V3h5M16 3h5v5M21 16v5h-5M8 21H3v-5M8 8h3v3H8zM14 14h2v2h-2zM14 8h2v2M8 14v2" />
        </svg>
      </div>
    );
  }
  const { size, dark, outcome } = pairing;
  // Whole pixels: each square is as wide as every other.
  const scale = Math.max(1, Math.floor(CODE_WIDTH / size));
  return (
    <div id="code" className="code" data-outcome={outcome}>
      <div className="face front">
        <svg
          width={size * scale}
          height={size * scale}
          viewBox={`0 0 ${size} ${size}`}
          role="img"
          aria-label="The invitation as a QR code"
          shapeRendering="crispEdges"
        >
          <path fill="#000" d={dark} />
        </svg>
      </div>
      <div className="face back" aria-hidden="true">
        {outcome === undefined ? null : (
          <>
            <svg viewBox="0 0 24 24">
              <path d={outcome === 'failed' ? 'M6 6l12 12M18 6 6 18' : 'M4 12.5l5.5 5.5L20 6.5'} />
            </svg>
            {outcome === 'failed' ? 'Not connected' : 'Connected'}
          </>
        )}
      </div>
    </div>
  );
}

function Invite({ busy, start }: { readonly busy: boolean; readonly start: () => void }): ReactNode {
  return (
    <>
      <h2 id="headline">Ready when you are</h2>
      <ol className="story">
        <li>You are shown a code that is good for a few minutes.</li>
        <li>A phone scans it. No phone at hand? Open the invitation in a second tab.</li>
        <li>This page flips the moment the webhook arrives, by WebSocket or, without one, by polling.</li>
      </ol>
      <div className="row">
        <Button id="connect" look="primary" onClick={start} disabled={busy}>
          Connect wallet
        </Button>
      </div>
    </>
  );
}

function Following({ pairing, again }: { readonly pairing: Pairing; readonly again: () => void }): ReactNode {
  const { session, outcome } = pairing;
  const headline = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    headline.current?.focus({ preventScroll: true });
    document.getElementById('code')?.scrollIntoView({ block: 'nearest' });
  }, [session]);
  useEffect(() => {
    // The button that had the focus has gone.
    if (outcome !== undefined && document.activeElement === document.body) {
      headline.current?.focus();
    }
  }, [outcome]);
  const said =
    outcome === undefined
      ? 'Waiting for your wallet'
      : outcome === 'connected'
        ? 'Connection established'
        : 'The connection failed or expired';
  return (
    <>
      <h2 id="headline" ref={headline} tabIndex={-1}>
        {outcome === undefined ? 'Scan this code' : outcome === 'connected' ? 'Wallet connected' : 'Not connected'}
      </h2>
      <ol className="story">
        <li data-done="">Session begun</li>
        <li data-done={outcome === undefined ? undefined : ''}>Code scanned, webhook signed and sent</li>
        <li data-done={outcome === 'connected' ? '' : undefined}>
          <span id="status" role="status">
            {said}
          </span>
        </li>
      </ol>
      {outcome === undefined ? <Left key={session.sessionId} expiresAt={session.expiresAt} /> : null}
      <div className="row">
        {outcome === undefined ? (
          <Choices session={session} />
        ) : (
          <Button id="again" onClick={again}>
            {outcome === 'connected' ? 'Connect another' : 'Start again'}
          </Button>
        )}
      </div>
    </>
  );
}

function Choices({ session }: { readonly session: Session }): ReactNode {
  const [sent, setSent] = useState(false);
  const simulate = (): void => {
    setSent(true);
    void scan(fetch, session.sessionId, 'active').then((ok) => setSent(ok));
  };
  return (
    <>
      {session.demo === true ? (
        <Button id="simulate" look="primary" disabled={sent} onClick={simulate}>
          Simulate the scan
        </Button>
      ) : null}
      <a id="wallet" className="button" href={session.invitationUrl} target="_blank" rel="noopener">
        Open the phone&apos;s page
      </a>
    </>
  );
}

function Left({ expiresAt }: { readonly expiresAt: string }): ReactNode {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((Date.parse(expiresAt) - now) / 1_000));
  const minutes = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return <p className="soft small figures">The code is good for {minutes}</p>;
}
