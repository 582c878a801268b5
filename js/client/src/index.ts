// SPDX-License-Identifier: Apache-2.0
export { Channel } from './channel.ts';
export { FanfareError, type ErrorDetails } from './error.ts';
export { Fanfare } from './fanfare.ts';
export type { Command, ServerFrame } from './frames.ts';
export {
  type Ending,
  exchangeUrl,
  type Link,
  type LinkFactory,
  type LinkListener,
  type Opening,
  websocketUrl,
} from './link.ts';
export { poll } from './link-poll.ts';
export { sse } from './link-sse.ts';
export { websocket } from './link-websocket.ts';
export type * from './types.ts';
