// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useFanfare } from './provider.tsx';

const IDLE: State = { name: 'idle' };
const idle = (): State => IDLE;

/** Where the connection stands; renders again when that changes. On a server it is `idle`. */
export function useConnection(): State {
  const client = useFanfare();
  const listen = useCallback((listener: () => void) => client.on('state', listener), [client]);
  return useSyncExternalStore(listen, () => client.state, idle);
}
