// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { pageSocket } from '../page.ts';
import { idle, SocketSource, type SocketHandlers, type SocketState } from '../socketsource.ts';
import { Trouble, unreadable } from './trouble.ts';
import type {
  Identity,
  OutgoingMessage,
  UseWebSocket,
  UseWebSocketOptions,
  WebSocketMessage,
  WebSocketStatus,
} from './types.ts';

export const RECONNECT_INTERVAL = 5000;
export const MAX_RECONNECT_ATTEMPTS = 5;
const DEBOUNCE = 100;
const HEARTBEAT = { every: 25_000, frame: { type: 'ping' }, within: 35_000 };

type Source = SocketSource<WebSocketMessage, WebSocketMessage>;

/** What a provider and the hook have in common: the source, and nothing that renders. */
export function useSource(options: UseWebSocketOptions): Source {
  const url = options.url ?? pageWebSocket;
  const { autoConnect, autoReconnect, reconnectInterval, maxReconnectAttempts } = options;
  const where = typeof url === 'function' ? 'asked' : url;
  const [source, trouble] = useMemo(
    () => made(url, options),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what may change is taken up by configure
    [where, autoConnect, autoReconnect, reconnectInterval, maxReconnectAttempts],
  );
  useEffect(() => source.configure(url, handlers(options, trouble)));
  // Another user, or another store, on the connection that is.
  const hello = options.identity && JSON.stringify(authenticate(options));
  useEffect(() => {
    if (hello !== undefined && source.snapshot().state.name === 'connected') {
      source.send(hello);
    }
  }, [source, hello]);
  return source;
}

/** A connection to the events of a store, while the component is there. */
export function useWebSocket(options: UseWebSocketOptions = {}): UseWebSocket {
  const source = useSource(options);
  const { state, value } = useSyncExternalStore<SocketState<WebSocketMessage, WebSocketMessage>>(
    source.listen,
    source.snapshot,
    idle,
  );
  return useMemo(() => ({ ...connection(source, state), lastMessage: value ?? null }), [source, state, value]);
}

export function connection(source: Source, state: State): Omit<UseWebSocket, 'lastMessage'> {
  return {
    status: statusOf(state),
    isConnected: state.name === 'connected',
    sendMessage: (message: OutgoingMessage) => source.send(message),
    connect: source.connect,
    disconnect: source.disconnect,
  };
}

export function statusOf(state: State): WebSocketStatus {
  switch (state.name) {
    case 'idle':
    case 'waiting':
      return 'DISCONNECTED';
    case 'connecting':
      return 'CONNECTING';
    case 'connected':
      return 'CONNECTED';
    case 'closed':
      return 'ERROR';
  }
}

function made(url: string | (() => string), options: UseWebSocketOptions): [Source, Trouble] {
  const { autoConnect = true, autoReconnect = true, maxReconnectAttempts = MAX_RECONNECT_ATTEMPTS } = options;
  const trouble = new Trouble();
  const source = new SocketSource<WebSocketMessage, WebSocketMessage>(
    url,
    {
      policy: {
        kind: 'fixed',
        interval: options.reconnectInterval ?? RECONNECT_INTERVAL,
        attempts: autoReconnect ? maxReconnectAttempts : 0,
      },
      heartbeat: HEARTBEAT,
      ...options.socket,
    },
    handlers(options, trouble),
    autoConnect ? 'listened' : 'manual',
  );
  return [source, trouble];
}

function handlers(options: UseWebSocketOptions, trouble: Trouble): SocketHandlers<WebSocketMessage, WebSocketMessage> {
  return {
    select: (message, last) => (message.type === 'pong' ? last! : message),
    throttle: options.debounce ?? DEBOUNCE,
    onMessage: (message) => {
      if (message.type !== 'pong') {
        options.onMessage?.(message);
      }
    },
    onText: (text) => unreadable(options, text),
    onState: (state) => trouble.moved(state, options),
    hello: () => authenticate(options),
  };
}

function authenticate({ identity }: UseWebSocketOptions): { type: 'authenticate'; data: Identity } | undefined {
  return identity && { type: 'authenticate', data: identity };
}

function pageWebSocket(): string {
  return pageSocket('/ws');
}
