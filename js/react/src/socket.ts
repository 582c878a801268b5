// SPDX-License-Identifier: Apache-2.0
import type { Policy } from '@fanfare/client';
import type { SocketOptions } from '@fanfare/client/socket';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { idle, SocketSource, type SocketHandlers, type SocketState, type Url } from './socketsource.ts';

export interface UseSocketOptions<T, V> extends SocketHandlers<T, V>, Partial<Omit<SocketOptions, 'hello'>> {}

export interface UseSocket<T, V> extends SocketState<T, V> {
  /** False when there is no connection to send it on. */
  readonly send: (message: string | object) => boolean;
  /** Connects anew after it was closed for good. */
  readonly connect: () => void;
  readonly disconnect: () => void;
}

const PATIENT: Policy = { kind: 'exponential', base: 500, cap: 30_000 };

/**
 * A WebSocket of a wire of its own, while the component is there, that comes back when it is lost: by default after a full-jitter
 * exponential delay of up to 30 s, for ever. Another `url` is another socket; `null` is none.
 *
 * A message renders nothing by itself; `select`, `throttle` and `onMessage` as in `useChannel`. Policy, protocols, heartbeat
 * and what is injected are read when the socket is made.
 */
export function useSocket<T = unknown, V = T>(url: Url | null, options: UseSocketOptions<T, V> = {}): UseSocket<T, V> {
  // A function is asked at every attempt, and may be another one at every rendering.
  const where = typeof url === 'function' ? 'asked' : url;
  const source = useMemo(
    () => new SocketSource<T, V>(url, { policy: PATIENT, ...options }, options),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what may change is taken up by configure
    [where],
  );
  useEffect(() => source.configure(url, options));
  const state = useSyncExternalStore<SocketState<T, V>>(source.listen, source.snapshot, idle);
  return useMemo(
    () => ({ ...state, send: source.send, connect: source.connect, disconnect: source.disconnect }),
    [state, source],
  );
}
