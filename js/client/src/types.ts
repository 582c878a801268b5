// SPDX-License-Identifier: Apache-2.0
import type { FanfareError } from './error.ts';
import type { LinkFactory } from './link.ts';

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
  /** Only in a history: why there is no data (`sealed`). What cannot be opened when it comes is an `error` of the channel. */
  readonly error?: FanfareError;
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

/** Takes a listener off again. */
export type Off = () => void;

/** Which publications a subscription is sent; protocol/SPEC.md, "filter", has the operators. */
export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | { readonly field: string; readonly [operator: string]: unknown };

/** What seals and opens the `data` of a channel; `@fanfare/client/encryption` has one. */
export interface Keys {
  seal(channel: string, event: string | undefined, data: unknown): Promise<unknown>;
  open(channel: string, event: string | undefined, sealed: unknown): Promise<unknown>;
}

export interface ChannelOptions {
  /** Begin after this position, as far as the channel's history is kept. */
  readonly since?: Position;
  readonly filter?: Filter;
  readonly key?: Keys;
}

export interface PublishOptions {
  readonly event?: string;
  /** Makes the publication idempotent across programs; each has a generated one otherwise. */
  readonly key?: string;
}

export interface HistoryOptions {
  readonly since?: Position;
  /** 1 to 1,000; 100 if absent. */
  readonly limit?: number;
  readonly order?: 'oldest' | 'newest';
}

/** What waited for the user: how many messages follow as `message` events, and how many were dropped before. */
export interface Inbox {
  readonly messages: number;
  readonly lost: number;
}

/** A subscription is live from `position` on. `recovered` is absent when nothing was to be recovered. */
export interface Subscribed {
  readonly position: Position;
  readonly recovered?: boolean;
}

/** A subscription ended: by the program (no code), or by the server. */
export interface Unsubscribed {
  readonly code?: string;
  readonly message?: string;
}

export interface ChannelEvents<T = unknown> {
  publication: Publication<T>;
  gap: Gap;
  subscribed: Subscribed;
  unsubscribed: Unsubscribed;
  join: Member;
  leave: Member;
  error: FanfareError;
}

export interface FanfareEvents {
  state: State;
  error: FanfareError;
  message: Message;
  inbox: Inbox;
}

/** One listener's share in a channel's subscription. */
export interface Subscription {
  /** When the channel is live: from where on. Rejects when the server refuses it. */
  readonly ready: Promise<Position>;
  unsubscribe(): void;
}

export interface Backoff {
  /** Milliseconds: the bound of the first delay, which doubles with each attempt. */
  readonly base: number;
  /** Milliseconds: the bound of all delays. */
  readonly cap: number;
}

export interface FanfareOptions {
  /** A token, or where to get one, within 10 s: asked at connect, ahead of its end, and after `token_expired`. */
  readonly token?: string | (() => string | Promise<string>);
  /** What to try, in this order: by default WebSocket, then SSE, then long-polling. */
  readonly transports?: readonly (TransportName | LinkFactory)[];
  /** By default 500 ms and 30 s. */
  readonly backoff?: Backoff;
  /** What may wait for a connection: by default 1,000 messages and 1 MiB. */
  readonly buffer?: { readonly messages: number; readonly bytes: number };
  /** Milliseconds of silence after which a connection is taken for dead: by default 35 s. */
  readonly heartbeat?: number;
  /** For runtimes that have none, such as Node 20: npm's `ws`. */
  readonly WebSocket?: WebSocketConstructor;
  readonly fetch?: typeof globalThis.fetch;
  readonly random?: () => number;
  readonly clock?: Clock;
  /** Where `online` and `offline` are heard: by default the window. */
  readonly network?: Network;
}

export interface SocketOptions {
  readonly protocols?: string | string[];
  readonly policy: Policy;
  /** The first message of every connection. */
  readonly hello?: () => string | object | undefined;
  /** A message every so many milliseconds; with `within`, that much silence is the connection's death. */
  readonly heartbeat?: { readonly every: number; readonly frame: string | object; readonly within?: number };
  /** Whether to come back after this close code: by default as protocol/SPEC.md, section 9. */
  readonly comesBack?: (code: number) => boolean;
  readonly WebSocket?: WebSocketConstructor;
  readonly random?: () => number;
  readonly clock?: Clock;
  readonly network?: Network;
}

export interface SocketEvents {
  state: State;
  /** A JSON value, or the text where it is none. */
  message: unknown;
  error: FanfareError;
}

/** As much of `window` as tells that the network came or went. */
export interface Network {
  addEventListener(type: 'online' | 'offline', listener: () => void): void;
  removeEventListener(type: 'online' | 'offline', listener: () => void): void;
}

/** As much of a browser's WebSocket as is used; npm's `ws` has it too. */
export interface WebSocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;
