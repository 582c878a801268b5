// SPDX-License-Identifier: Apache-2.0
// The native wire, version 1: protocol/SPEC.md.
import type { ErrorDetails } from './error.ts';
import type { Filter, Inbox, Member, Message, Position, Publication } from './types.ts';

export type Command =
  | { type: 'connect'; id: number; version: 1; token?: string }
  | { type: 'refresh'; id: number; token: string }
  | { type: 'subscribe'; id: number; channel: string; since?: Position; filter?: Filter }
  | { type: 'unsubscribe'; id: number; channel: string }
  | { type: 'publish'; id: number; channel: string; event?: string; key: string; data: unknown }
  | { type: 'send'; id: number; handler: string; data: unknown }
  | { type: 'presence'; id: number; channel: string; after?: string }
  | {
      type: 'history';
      id: number;
      channel: string;
      since?: Position;
      before?: Position;
      limit?: number;
      order?: 'oldest' | 'newest';
    }
  | { type: 'inbox'; id: number }
  | { type: 'ping'; id: number }
  | { type: 'pong' };

/** What the server says: with an `id` a reply, without one a push. Others than these are ignored. */
export type ServerFrame =
  | { type: 'connected'; id: number; session: string; user?: string; expiresAt?: number; pingInterval: number }
  | { type: 'refreshed'; id: number; expiresAt?: number }
  | { type: 'subscribed'; id?: number; channel: string; position: Position; recovered?: boolean }
  | { type: 'unsubscribed'; id?: number; channel: string; code?: string; message?: string }
  | { type: 'published'; id: number; position: Position }
  | { type: 'reply'; id: number; data?: unknown }
  | { type: 'presence'; id: number; channel: string; members: Member[]; after?: string }
  | { type: 'history'; id: number; channel: string; publications: Omit<Publication, 'channel'>[]; next?: Position }
  | ({ type: 'inbox'; id?: number } & Inbox)
  | { type: 'pong'; id: number }
  | ({ type: 'publication'; prev?: number } & Publication)
  | { type: 'join' | 'leave'; channel: string; member: Member }
  | ({ type: 'message' } & Message)
  | { type: 'gap'; channel: string; from: number; to: Position }
  | { type: 'expiring'; expiresAt: number }
  | { type: 'ping' }
  | { type: 'disconnect'; code: number; reason: string; reconnect: boolean; retryAfter?: number }
  | ({ type: 'error'; id?: number; code: string; message: string } & ErrorDetails);
