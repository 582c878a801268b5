// SPDX-License-Identifier: Apache-2.0
import {
  type Context,
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import { Hold } from '../hold.ts';
import { WebSocketManager, type WebSocketManagerOptions } from './manager.ts';
import { ConnectionStatus, type Token } from './types.ts';

export interface WebSocketContextType {
  /** Null where there is no provider. */
  readonly manager: WebSocketManager | null;
  readonly status: ConnectionStatus;
  readonly isConnected: boolean;
}

export const WebSocketContext: Context<WebSocketContextType> = createContext<WebSocketContextType>({
  manager: null,
  status: ConnectionStatus.DISCONNECTED,
  isConnected: false,
});

export interface WebSocketProviderProps {
  readonly children?: ReactNode;
  readonly url: string;
  readonly token?: Token | undefined;
  /** For tests: read when the manager is made. */
  readonly options?: WebSocketManagerOptions;
}

const disconnected = (): ConnectionStatus => ConnectionStatus.DISCONNECTED;

/**
 * A manager that is connected while the component is there and has a token; without one it waits. Another url or token is
 * another manager. Renders again when the status changes, and for no message: subscribe in an effect.
 */
export function useWebSocket(url: string, token?: Token, options?: WebSocketManagerOptions): WebSocketContextType {
  // A function is asked at every attempt, and may be another one at every rendering.
  const kind = typeof token;
  const given = typeof token === 'function' ? 'asked' : token;
  const [manager, hold, configure] = useMemo(
    () => managed(url, token, options),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- options are read once
    [url, kind, given],
  );
  useEffect(() => configure(token));
  useEffect(() => (given ? hold.take() : undefined), [hold, given]);
  const listen = useCallback((listener: () => void) => manager.on('status', listener), [manager]);
  const status = useSyncExternalStore(listen, () => manager.status, disconnected);
  return useMemo(() => ({ manager, status, isConnected: status === ConnectionStatus.CONNECTED }), [manager, status]);
}

function managed(
  url: string,
  token: Token | undefined,
  options: WebSocketManagerOptions | undefined,
): [WebSocketManager, Hold, (token: Token | undefined) => void] {
  const manager = new WebSocketManager(url, options);
  let latest = token;
  const ask = (): string => (typeof latest === 'function' ? latest() : (latest ?? ''));
  const hold = new Hold(
    // Its status says how it went.
    () => void manager.connect(typeof token === 'function' ? ask : token).catch(() => undefined),
    () => manager.disconnect(),
  );
  return [manager, hold, (other) => void (latest = other)];
}

export function WebSocketProvider({ children, url, token, options }: WebSocketProviderProps): ReactNode {
  return <WebSocketContext.Provider value={useWebSocket(url, token, options)}>{children}</WebSocketContext.Provider>;
}

export function useWebSocketContext(): WebSocketContextType {
  return useContext(WebSocketContext);
}
