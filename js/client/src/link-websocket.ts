// SPDX-License-Identifier: Apache-2.0
import type { ServerFrame } from './frames.ts';
import { type Link, type LinkFactory, type LinkListener, type Opening, websocketUrl } from './link.ts';
import type { WebSocketConstructor, WebSocketLike } from './types.ts';

const OPEN = 1;
/** The server did not read a message to its end, as it was too large or too slow: said again, it would be so again. */
const UNREAD = [1008, 1009];

/** What happens on a WebSocket. */
export interface WebSocketListener {
  opened(): void;
  text(text: string): void;
  closed(code: number, reason: string): void;
}

/** A WebSocket whose listener hears nothing more once it was closed, and `closed` at most once. */
export class Wire {
  #socket: WebSocketLike | undefined;

  constructor(
    constructor: WebSocketConstructor | undefined,
    to: { url: string; protocols?: string | string[] | undefined },
    listener: WebSocketListener,
  ) {
    // Node 20 has none.
    const { WebSocket } = globalThis as { WebSocket?: WebSocketConstructor };
    const WebSocketOfOurs = constructor ?? WebSocket;
    if (WebSocketOfOurs === undefined) {
      throw new TypeError('This runtime has no WebSocket: give one as the option `WebSocket`.');
    }
    const socket = new WebSocketOfOurs(to.url, to.protocols);
    this.#socket = socket;
    socket.onopen = () => listener.opened();
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (typeof data === 'string' && this.#socket !== undefined) {
        listener.text(data);
      }
    };
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
      if (this.#socket !== undefined) {
        this.#socket = undefined;
        listener.closed(code, reason);
      }
    };
    // A close follows, which says more.
    socket.onerror = () => undefined;
  }

  /** Whether it could be handed over. */
  send(text: string): boolean {
    if (this.#socket?.readyState !== OPEN) {
      return false;
    }
    this.#socket.send(text);
    return true;
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) {
      socket.onopen = null;
      socket.close(1000);
    }
  }
}

/** The native protocol over a WebSocket: protocol/SPEC.md, section 1. */
export const websocket: LinkFactory = {
  name: 'websocket',
  duplex: true,
  open(opening: Opening, listener: LinkListener): Link {
    const wire = new Wire(
      opening.WebSocket,
      { url: websocketUrl(opening.url) },
      {
        opened: () => void wire.send(JSON.stringify(opening.connect())),
        text: (text) => listener.frame(JSON.parse(text) as ServerFrame),
        closed: (code, reason) => {
          const message = reason === '' ? 'The connection was lost.' : reason;
          if (UNREAD.includes(code)) {
            listener.frame({ type: 'error', code: 'message_too_large', message });
          }
          listener.lost({ code, message });
        },
      },
    );
    return {
      send: (command) => void wire.send(JSON.stringify(command)),
      close: () => wire.close(),
    };
  },
};
