// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import {
  ConnectionStatus,
  getWebSocketConfig,
  useWebSocketContext,
  type WebSocketManager,
  WebSocketProvider,
} from '@fanfare/react/gateway';
import { useCallback, useEffect, useMemo, useReducer, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useReturned } from '../away.ts';
import { ConnectionBar, FramesDrawer, NONE_YET, Shell, useCut, useFrames, type Frame } from '../design/index.ts';
import { tapped } from '../tap.ts';
import { Activity } from './activity.tsx';
import { enter, forget, happen, type Happening } from './guest.ts';
import { channels, EMPTY, reduce, walletOf, type Wallet } from './model.ts';
import { Price } from './price.tsx';
import { Holdings, SignIn } from './holdings.tsx';

const EVENTS = { one: 'event', many: 'events' };
const AGAIN = 2_000;
const CATCHING_UP: State = { name: 'connecting', attempt: 1, transport: 'websocket' };

export function WalletPage(): ReactNode {
  const [frames, note] = useFrames();
  const options = useMemo(() => tapped(note), [note]);
  const { wallet, failed, bring, renew } = useWallet();
  return (
    <WebSocketProvider url={getWebSocketConfig().url} token={wallet?.token} options={options}>
      <Live key={wallet?.user} wallet={wallet} failed={failed} frames={frames} bring={bring} renew={renew} />
    </WebSocketProvider>
  );
}

/** Whose wallet it is: a guest's of our own, until somebody brings another token. */
function useWallet() {
  const [wallet, setWallet] = useState<Wallet>();
  const [failed, setFailed] = useState('');
  const [wanted, setWanted] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = (): void => {
      enter(gone.signal).then(
        (entered) => {
          setFailed('');
          setWallet(entered);
        },
        () => {
          if (!gone.signal.aborted) {
            setFailed('The server cannot be reached. Trying again.');
            timer = setTimeout(attempt, AGAIN * (0.5 + Math.random()));
          }
        },
      );
    };
    attempt();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [wanted]);
  const bring = useCallback((token: string): boolean => {
    const brought = walletOf(token.trim());
    if (brought !== undefined) {
      setWallet(brought);
    }
    return brought !== undefined;
  }, []);
  const renew = useCallback((who: 'same' | 'another') => {
    if (who === 'another') {
      forget();
    }
    setWanted((before) => before + 1);
  }, []);
  return { wallet, failed, bring, renew };
}

interface LiveProps {
  readonly wallet: Wallet | undefined;
  readonly failed: string;
  readonly frames: readonly Frame[];
  readonly bring: (token: string) => boolean;
  readonly renew: (who: 'same' | 'another') => void;
}

function Live({ wallet, failed, frames, bring, renew }: LiveProps): ReactNode {
  const { manager, status } = useWebSocketContext();
  const [view, dispatch] = useReducer(reduce, EMPTY);
  const settled = useSettled(manager);
  const cut = useCut();
  const recovered = useReturned(view.away, EVENTS);
  const tries = status === ConnectionStatus.RECONNECTING;
  const { been } = view.away;
  const guest = wallet?.balance !== undefined;

  useEffect(() => {
    if (wallet) {
      dispatch({ kind: 'entered', wallet });
    }
  }, [wallet]);

  useEffect(() => {
    // Not by what was rendered: what was missed must not overtake it.
    const offs = [
      manager?.on('status', (moved) => {
        if (moved !== ConnectionStatus.CONNECTED) {
          dispatch({ kind: 'lost', now: Date.now() });
        }
      }),
      manager?.on('settled', (settled) => {
        if (settled && manager.serverTime !== undefined) {
          dispatch({ kind: 'back', now: Date.now(), until: manager.serverTime });
        }
      }),
    ];
    return () => offs.forEach((off) => off?.());
  }, [manager]);

  useEffect(() => {
    // A guest whose token has ended is given another; who brought one brings the next.
    if (status === ConnectionStatus.ERROR && guest) {
      renew('same');
    }
  }, [status, guest, renew]);

  useEffect(() => {
    if (manager === null || wallet === undefined) {
      return;
    }
    const notice = (text: string): void => dispatch({ kind: 'noticed', text, now: Date.now() });
    const offs = channels(wallet).map((channel) =>
      manager.subscribe(channel, (_, message) => dispatch({ kind: 'pushed', push: message })),
    );
    offs.push(
      manager.on('gap', (channel) => {
        notice(`Some of ${channel.split(':')[0] ?? channel} is not kept any more`);
        if (wallet.balance !== undefined) {
          renew('same');
        }
      }),
      manager.on('refused', ({ channel, error }) => notice(`${channel} was refused: ${error}`)),
    );
    return () => offs.forEach((off) => off());
  }, [manager, wallet, renew]);

  const make = (kind: Happening): void => {
    if (wallet) {
      happen(wallet.token, kind).catch(() =>
        dispatch({ kind: 'noticed', text: 'The server did not take that', now: Date.now() }),
      );
    }
  };

  return (
    <Shell
      app="wallet"
      title="A wallet that is never stale"
      lead="Balances, prices and notifications, each from its own channel. Cut the network, let things happen in another tab, and come back: what you missed arrives, in order and once."
      connection={
        <ConnectionBar
          state={settled || status !== ConnectionStatus.CONNECTED ? stateOf(status) : CATCHING_UP}
          recovered={failed || (tries && !been && !cut ? NONE_YET : recovered)}
          instead={
            tries
              ? {
                  tone: 'bad',
                  text: cut ? 'Network cut, reconnecting' : been ? 'Reconnecting' : 'Not connected, trying again',
                }
              : undefined
          }
        />
      }
    >
      <div className="wallet">
        <Price view={view} />
        <Holdings wallet={wallet} view={view} />
        <Activity view={view} able={guest && !cut} make={make} />
        <div className="stack">
          <SignIn wallet={wallet} bring={bring} renew={() => renew('another')} />
          <FramesDrawer frames={frames} />
        </div>
      </div>
    </Shell>
  );
}

const never = (): boolean => false;

/** Whether the wallet is subscribed to all of its channels: before that it is not live. */
function useSettled(manager: WebSocketManager | null): boolean {
  const listen = useCallback((listener: () => void) => manager?.on('settled', listener) ?? never, [manager]);
  return useSyncExternalStore(listen, () => manager?.settled ?? false, never);
}

function stateOf(status: ConnectionStatus): State {
  switch (status) {
    case ConnectionStatus.DISCONNECTED:
    case ConnectionStatus.CONNECTING:
      return { name: 'connecting', attempt: 0, transport: 'websocket' };
    case ConnectionStatus.CONNECTED:
      return { name: 'connected', transport: 'websocket' };
    case ConnectionStatus.RECONNECTING:
      return { name: 'connecting', attempt: 1, transport: 'websocket' };
    case ConnectionStatus.ERROR:
      return { name: 'closed', reason: { message: 'the token was refused, or has ended' } };
  }
}
