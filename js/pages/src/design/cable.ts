// SPDX-License-Identifier: Apache-2.0

type Socket = new (url: string, protocols?: string | string[]) => WebSocket;

/**
 * The page's connection to the network, which can be pulled out: whatever goes over it ends at once as if the network had gone,
 * and nothing new gets through until it is plugged in again. Give its parts to a client:
 * `useSocket(url, {...cable.parts})`, `new Fanfare(url, {...cable.parts})`.
 */
export class Cable extends EventTarget {
  readonly #open = new Set<WebSocket>();
  #pulled: AbortController | undefined;
  #held = new AbortController();

  constructor(network: Window = window) {
    super();
    network.addEventListener('online', () => this.#tell('online'));
    network.addEventListener('offline', () => this.#tell('offline'));
  }

  get cut(): boolean {
    return this.#pulled !== undefined;
  }

  get parts(): { WebSocket: Socket; fetch: typeof fetch; network: EventTarget } {
    return { WebSocket: this.WebSocket, fetch: this.fetch, network: this };
  }

  pull(): void {
    if (this.#pulled === undefined) {
      this.#pulled = this.#held;
      this.#held.abort(new TypeError('The network was cut.'));
      for (const socket of [...this.#open]) {
        this.#lose(socket);
      }
      this.#tell('offline');
      this.dispatchEvent(new Event('change'));
    }
  }

  plug(): void {
    if (this.#pulled !== undefined) {
      this.#pulled = undefined;
      this.#held = new AbortController();
      this.dispatchEvent(new Event('change'));
      this.#tell('online');
    }
  }

  /** Opens a WebSocket over this cable; without a network it fails as a browser's does. */
  readonly WebSocket: Socket = ((): Socket => {
    const make = (url: string, protocols?: string | string[]): WebSocket => this.#connect(url, protocols);
    return function (url: string, protocols?: string | string[]) {
      return make(url, protocols);
    } as unknown as Socket;
  })();

  readonly fetch: typeof fetch = (input, init) => {
    const signals = [this.#held.signal, ...(init?.signal ? [init.signal] : [])];
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };

  #connect(url: string, protocols?: string | string[]): WebSocket {
    if (this.cut) {
      const socket = new Unconnected() as unknown as WebSocket;
      setTimeout(() => this.#lose(socket));
      return socket;
    }
    const socket = new WebSocket(url, protocols);
    this.#open.add(socket);
    socket.addEventListener('close', () => this.#open.delete(socket));
    return socket;
  }

  /** The other side is not heard any more, and the program is told what it is told of a lost network: 1006. */
  #lose(socket: WebSocket): void {
    this.#open.delete(socket);
    const told = socket.onclose;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onerror = null;
    socket.onclose = null;
    socket.close();
    told?.call(socket, new CloseEvent('close', { code: 1006, wasClean: false }));
  }

  #tell(type: 'online' | 'offline'): void {
    if (type === 'offline' || !this.cut) {
      this.dispatchEvent(new Event(type));
    }
  }
}

/** What a WebSocket is while nothing answers: it never opens. */
class Unconnected extends EventTarget {
  readyState: number = WebSocket.CONNECTING;
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;

  send(): void {
    throw new DOMException('It is not open.', 'InvalidStateError');
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }
}

/** The one of this page. */
export const cable = new Cable();
