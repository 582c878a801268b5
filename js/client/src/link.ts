// SPDX-License-Identifier: Apache-2.0
import type { Command, ServerFrame } from './frames.ts';
import type { Clock, WebSocketConstructor } from './types.ts';

/** How a link ended. Without `comesBack` the code decides: protocol/SPEC.md, section 9. */
export interface Ending {
  readonly code?: number;
  readonly message: string;
  readonly comesBack?: boolean;
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number;
}

/** Who hears a link. After `lost`, or once the link was told to close, nothing comes from it. */
export interface LinkListener {
  frame(frame: ServerFrame): void;
  /** Something came that is no frame, and shows that the other side lives. */
  alive(): void;
  lost(ending: Ending): void;
}

/** What a link is opened with. */
export interface Opening {
  /** As the program gave it, absolute: `websocketUrl` and `exchangeUrl` say where the server is. */
  readonly url: URL;
  /** Milliseconds of silence that are its death. */
  readonly heartbeat: number;
  readonly clock: Clock;
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly fetch: typeof globalThis.fetch | undefined;
  /** The first command of every connection or exchange, with the token of now. */
  connect(): Command;
  /** What a link that is not duplex says after it: everything that is subscribed, with positions. */
  standing(): Command[];
}

/**
 * A way to the server. It sends `connect` by itself and hands over every frame that comes, `connected` among them.
 * What is sent before `connected` came may get lost.
 */
export interface Link {
  send(command: Command): void;
  /** What is standing changed, or the token: a link that is not duplex asks for both again. */
  reopen?(): void;
  close(): void;
}

/** One kind of link. Where it is not `duplex`, subscriptions are not commands but stand in each request. */
export interface LinkFactory {
  readonly name: string;
  readonly duplex: boolean;
  open(opening: Opening, listener: LinkListener): Link;
}

/** The URL as an absolute one: in a page or a worker it may be relative to that. */
export function absoluteUrl(url: string | URL): URL {
  // Some runtimes have no page, and some one without an address.
  const { location: { href } = {} } = globalThis as { location?: Partial<Location> };
  return new URL(url, href === '' ? undefined : href);
}

/** The same place for a WebSocket: its constructor refuses a fragment. */
export function socketUrl(url: URL): URL {
  const to = new URL(url);
  to.protocol = url.protocol.replace('http', 'ws');
  to.hash = '';
  return to;
}

/** Where the WebSocket is: the path `/ws`, where none is given. The query is the program's. */
export function websocketUrl(url: URL): string {
  const to = socketUrl(url);
  to.pathname = url.pathname === '/' ? '/ws' : url.pathname;
  return to.href;
}

/** Where exchanges are: beside the WebSocket, with the same query. `wait` is a poll's, in milliseconds. */
export function exchangeUrl(url: URL, wait?: number): string {
  const to = new URL(url);
  to.protocol = url.protocol.replace('ws', 'http');
  to.pathname = url.pathname.replace(/[^/]*$/, 'exchange');
  to.hash = '';
  if (wait !== undefined) {
    to.searchParams.set('wait', String(wait));
  }
  return to.href;
}
