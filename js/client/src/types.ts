// SPDX-License-Identifier: Apache-2.0

/** A place in a channel's history; opaque but for the offset (protocol/SPEC.md, section 5). */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
  readonly tag: string;
}

/** Something that was published to a channel. `time` is in milliseconds since 1970 UTC. */
export interface Publication<T = unknown> {
  readonly channel: string;
  readonly offset: number;
  readonly tag: string;
  readonly time: number;
  readonly event?: string;
  /** The user who published; absent for the backend. */
  readonly publisher?: string;
  readonly data: T;
}

/** Publications that are lost to this client, told and never silent: those after `from`, up to and with `to`. */
export interface Gap {
  readonly channel: string;
  /** The offset of the last publication before the gap; absent when the channel was never heard. */
  readonly from?: number;
  readonly to: Position;
}

/** A user who is in a channel, however many sessions the user has. */
export interface Member<I = unknown> {
  readonly user: string;
  readonly info?: I;
}

/** What the server's code sent to this session or user. */
export interface Message<T = unknown> {
  readonly event?: string;
  readonly time: number;
  readonly data: T;
}

export type TransportName = 'websocket' | 'sse' | 'poll';

/**
 * Where a connection stands. protocol/CLIENTS.md has the transitions.
 *
 * - `idle`: never connected, or closed by the program; nothing happens by itself.
 * - `connecting`: a transport is being opened; `attempt` counts from 0 since the last time it was connected.
 * - `connected`: frames go both ways.
 * - `waiting`: lost or refused; the next attempt is at `retryAt` (milliseconds since 1970 UTC), or when the network is back.
 * - `closed`: for good: the server said not to come back, or the policy's attempts are used up. `connect()` begins anew.
 */
export type State =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting'; readonly attempt: number; readonly transport: string }
  | { readonly name: 'connected'; readonly transport: string }
  | { readonly name: 'waiting'; readonly attempt: number; readonly retryAt: number; readonly reason: Reason }
  | { readonly name: 'closed'; readonly reason: Reason };

/** Why a connection ended: the server's close code where it gave one, and a sentence for people. */
export interface Reason {
  readonly code?: number;
  readonly message: string;
}

/** When to come back. Every delay is jittered: between 0 and the exponential delay, or within a tenth of a fixed interval. */
export type Policy =
  | { readonly kind: 'exponential'; readonly base: number; readonly cap: number; readonly attempts?: number }
  | { readonly kind: 'fixed'; readonly interval: number; readonly attempts?: number };

/** Time, to be driven by hand in tests. `now` is monotonic, in milliseconds; `wall` is milliseconds since 1970 UTC. */
export interface Clock {
  now(): number;
  wall(): number;
  after(milliseconds: number, action: () => void): Cancel;
}

export type Cancel = () => void;
