// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { NOTHING, SessionSource, type UseConnectionStatus, type UseConnectionStatusOptions } from './status.ts';

const nothing = (): UseConnectionStatus => NOTHING;

/** Follows the status of a session: by WebSocket, by polling where that fails five times, until the component leaves. */
export function useConnectionStatus(options: UseConnectionStatusOptions): UseConnectionStatus {
  const { sessionId, token, server } = options;
  const source = useMemo(
    () => new SessionSource(options),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the others are taken up by configure
    [sessionId, token, server],
  );
  useEffect(() => source.configure(options));
  return useSyncExternalStore(source.listen, source.snapshot, nothing);
}
