// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { createContext, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { Toaster } from './toasts.tsx';
import type { UseWebSocket, UseWebSocketOptions, WebSocketStatus } from './types.ts';
import { connection, useSource } from './usewebsocket.ts';

/** What a component is told of the connection: it renders again when the status changes, and for no message. */
export interface WebSocketContextType extends Omit<UseWebSocket, 'lastMessage'> {
  readonly state: State;
}

const IDLE: State = { name: 'idle' };
const Context = createContext<WebSocketContextType>({
  state: IDLE,
  status: 'DISCONNECTED',
  isConnected: false,
  sendMessage: () => false,
  connect: () => undefined,
  disconnect: () => undefined,
});

export interface WebSocketProviderProps extends UseWebSocketOptions {
  readonly children?: ReactNode;
}

/** One connection for everything below, with the toasts that tell of its troubles, unless `toast` shows them elsewhere. */
export function WebSocketProvider({ children, ...options }: WebSocketProviderProps): ReactNode {
  const source = useSource(options);
  const state = useSyncExternalStore(
    source.listen,
    () => source.snapshot().state,
    () => IDLE,
  );
  const value = useMemo(() => ({ state, ...connection(source, state) }), [source, state]);
  return (
    <Context.Provider value={value}>
      {children}
      {options.toast ? null : <Toaster />}
    </Context.Provider>
  );
}

export function useWebSocketContext(): WebSocketContextType {
  return useContext(Context);
}

export interface WebSocketStatusIndicatorProps {
  /** The status in words too; false if absent. */
  readonly showDetails?: boolean;
}

const WORDS: Record<WebSocketStatus, string> = {
  CONNECTING: 'Connecting',
  CONNECTED: 'Connected',
  DISCONNECTED: 'Disconnected',
  ERROR: 'No connection',
};
const COLOURS: Record<WebSocketStatus, string> = {
  CONNECTING: '#b7791f',
  CONNECTED: '#2f855a',
  DISCONNECTED: '#718096',
  ERROR: '#c53030',
};

/** A dot, and with `showDetails` words, that say how the provider's connection is. `data-status` is for styles. */
export function WebSocketStatusIndicator({ showDetails = false }: WebSocketStatusIndicatorProps): ReactNode {
  const { state, status } = useWebSocketContext();
  return (
    <span
      className="fanfare-status"
      role="status"
      data-status={status}
      aria-label={WORDS[status]}
      title={WORDS[status]}
    >
      <span
        aria-hidden="true"
        style={{
          display: 'inline-block',
          width: '0.6em',
          height: '0.6em',
          borderRadius: '50%',
          background: `var(--fanfare-status, ${COLOURS[status]})`,
        }}
      />
      {showDetails ? <span> {details(state, status)}</span> : null}
    </span>
  );
}

function details(state: State, status: WebSocketStatus): string {
  switch (state.name) {
    case 'waiting':
      return `${WORDS[status]}: ${state.reason.message}`;
    case 'closed':
      return `${WORDS[status]}: ${state.reason.message}`;
    case 'connecting':
      return state.attempt === 0 ? WORDS[status] : `${WORDS[status]}, attempt ${state.attempt + 1}`;
    case 'idle':
    case 'connected':
      return WORDS[status];
  }
}
