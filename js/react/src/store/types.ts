// SPDX-License-Identifier: Apache-2.0
import type { SocketOptions } from '@fanfare/client/socket';

/** The events of a store, as they are on the wire. `error` and `pong` are the connection's own. */
export const WebSocketEventType = {
  PROFILE_UPDATED: 'profile_updated',
  USER_JOINED: 'user_joined',
  USER_LEFT: 'user_left',
  ORDER_CREATED: 'order_created',
  ORDER_UPDATED: 'order_updated',
  ORDER_STATUS_CHANGED: 'order_status_changed',
  CUSTOMER_CREATED: 'customer_created',
  CUSTOMER_UPDATED: 'customer_updated',
  STORE_UPDATED: 'store_updated',
  PRODUCT_UPDATED: 'product_updated',
  CATEGORY_UPDATED: 'category_updated',
  GENERAL_NOTIFICATION: 'general_notification',
} as const;
export type WebSocketEventType = (typeof WebSocketEventType)[keyof typeof WebSocketEventType];

export interface WebSocketMessage<T = unknown> {
  readonly type: WebSocketEventType | 'error' | 'pong' | (string & {});
  readonly data: T;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly userId?: string;
  readonly storeId?: string;
  readonly sessionId?: string;
  /** Of an `error`. */
  readonly message?: string;
  readonly code?: string;
}

export interface OutgoingMessage {
  readonly type: string;
  readonly data?: unknown;
}

/** - `CONNECTING`: an attempt is under way; `DISCONNECTED`: not connected, and perhaps between two attempts; `ERROR`: given up. */
export type WebSocketStatus = 'CONNECTING' | 'CONNECTED' | 'DISCONNECTED' | 'ERROR';

/** Who authenticates; `types` names the events that are wanted, all if absent. */
export interface Identity {
  readonly userId: string;
  readonly storeId?: string;
  readonly token?: string;
  readonly types?: readonly string[];
}

export interface UseWebSocketOptions {
  /** Where it connects: `/ws` at the page's own server if absent. */
  readonly url?: string | (() => string) | undefined;
  /** Sent as `authenticate` at each connection; without it the connection is an unauthenticated one. */
  readonly identity?: Identity | undefined;
  /** Connect when the component is there; true if absent. */
  readonly autoConnect?: boolean | undefined;
  /** Come back when the connection is lost; true if absent. */
  readonly autoReconnect?: boolean | undefined;
  /** Milliseconds between attempts, give or take a tenth; 5000 if absent. */
  readonly reconnectInterval?: number | undefined;
  /** 5 if absent. */
  readonly maxReconnectAttempts?: number | undefined;
  /** Milliseconds in which `lastMessage` renders once; 100 if absent. */
  readonly debounce?: number | undefined;
  /** Every message, in order; renders nothing. */
  readonly onMessage?: ((message: WebSocketMessage) => void) | undefined;
  /**
   * Shows people that the connection is in trouble; by default as `Toaster` does. What it returns, where that is a
   * function, is called when the trouble is over.
   */
  readonly toast?: ((text: string) => unknown) | undefined;
  /** Writes a line for developers; by default on the console. */
  readonly log?: ((line: string) => void) | undefined;
  /** For tests: read when the socket is made. */
  readonly socket?: Partial<Pick<SocketOptions, 'WebSocket' | 'random' | 'clock' | 'network'>> | undefined;
}

export interface UseWebSocket {
  readonly status: WebSocketStatus;
  readonly isConnected: boolean;
  /** The latest message; others may have come between two renderings, which `onMessage` was given. */
  readonly lastMessage: WebSocketMessage | null;
  /** False when there is no connection to send it on. */
  readonly sendMessage: (message: OutgoingMessage) => boolean;
  readonly connect: () => void;
  readonly disconnect: () => void;
}
