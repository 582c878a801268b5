// SPDX-License-Identifier: Apache-2.0
export {
  useChannel,
  type ChannelState,
  type ChannelStatus,
  type UseChannel,
  type UseChannelOptions,
} from './channel.ts';
export { useConnection } from './connection.ts';
export type { Folding } from './fold.ts';
export { pageSocket } from './page.ts';
export { usePresence, type Presence } from './presence.ts';
export { FanfareProvider, useFanfare, type FanfareProviderProps } from './provider.tsx';
export { useSocket, type UseSocket, type UseSocketOptions } from './socket.ts';
export type { SocketHandlers, SocketState, Url } from './socketsource.ts';
export type { State } from '@fanfare/client';
