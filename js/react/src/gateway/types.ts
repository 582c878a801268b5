// SPDX-License-Identifier: Apache-2.0
import type { FanfareError } from '@fanfare/client';

/** What a gateway sends: `type` is the channel, or the event it was sent with; `timestamp` is in milliseconds since 1970 UTC. */
export interface WebSocketMessage<T = unknown> {
  readonly type: string;
  readonly payload: T;
  readonly timestamp: number;
}

export const ConnectionStatus = {
  DISCONNECTED: 'DISCONNECTED',
  CONNECTING: 'CONNECTING',
  CONNECTED: 'CONNECTED',
  /** It was connected, or tried, and tries again. */
  RECONNECTING: 'RECONNECTING',
  /** For good: the token was refused, or the attempts are used up. */
  ERROR: 'ERROR',
} as const;
export type ConnectionStatus = (typeof ConnectionStatus)[keyof typeof ConnectionStatus];

/** A token, or where to get one at each attempt. */
export type Token = string | (() => string);

/** The server let nobody subscribe this: `invalid`, `unauthorized`, `limit_exceeded`, `unavailable`. */
export interface Refusal {
  readonly channel: string;
  readonly error: string;
}

export interface ManagerEvents {
  status: ConnectionStatus;
  /** Whether every channel is where it was wanted: what was missed has come, or is coming. */
  settled: boolean;
  /** Something of this channel was lost and is not kept any more. */
  gap: string;
  refused: Refusal;
  error: FanfareError;
}
