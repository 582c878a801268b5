// SPDX-License-Identifier: Apache-2.0
import { Emitter } from './emitter.ts';
import { absoluteUrl, type Ending, socketUrl } from './link.ts';
import { Wire } from './link-websocket.ts';
import { comesBackTo, Reconnect } from './reconnect.ts';
import type { Cancel, Off, SocketEvents, SocketOptions, State } from './types.ts';

export type { Policy, SocketEvents, SocketOptions, State } from './types.ts';
export { FanfareError } from './error.ts';
export { absoluteUrl } from './link.ts';

/**
 * A plain WebSocket that comes back: for servers that speak something else than Fanfare's native protocol. What is sent while
 * there is no connection is not kept.
 */
export class Socket {
  readonly #url: () => string | URL;
  readonly #options: SocketOptions;
  readonly #events = new Emitter<SocketEvents>();
  readonly #reconnect: Reconnect;
  #wire: Wire | undefined;
  #beat: Cancel | undefined;

  /** `url` may be a function, which is asked before each attempt; in a page, relative to that. */
  constructor(url: string | URL | (() => string | URL), options: SocketOptions) {
    this.#url = typeof url === 'function' ? url : () => url;
    this.#options = options;
    const { policy, clock, random, network, heartbeat } = options;
    this.#reconnect = new Reconnect(
      {
        transport: () => 'websocket',
        open: () => this.#open(),
        dead: (ending) => this.#lost(ending),
        probe: () => this.#say(this.#options.heartbeat?.frame),
        networkChanged: () => undefined,
        changed: (state) => this.#events.emit('state', state),
      },
      { policy, clock, random, network, ...(heartbeat?.within === undefined ? {} : { silence: heartbeat.within }) },
    );
  }

  get state(): State {
    return this.#reconnect.state;
  }

  on<K extends keyof SocketEvents>(event: K, listener: (event: SocketEvents[K]) => void): Off {
    return this.#events.on(event, listener);
  }

  /** Connects, and stays so until `close()`. While it waits to come back, it does not wait any longer. */
  open(): void {
    this.#reconnect.start();
  }

  close(): void {
    this.#drop();
    this.#reconnect.stop();
  }

  /** Sends a text, or an object as JSON. Whether it was sent: without a connection it is not, and not kept either. */
  send(message: string | object): boolean {
    return this.state.name === 'connected' && this.#say(message);
  }

  #open(): void {
    this.#reconnect.opening();
    try {
      const url = socketUrl(absoluteUrl(this.#url()));
      this.#wire = new Wire(
        this.#options.WebSocket,
        { url: url.href, protocols: this.#options.protocols },
        {
          opened: () => this.#opened(),
          text: (text) => this.#heard(text),
          closed: (code, reason) => this.#closed(code, reason),
        },
      );
    } catch (error) {
      this.#lost({ message: String(error) });
    }
  }

  #opened(): void {
    this.#say(this.#options.hello?.());
    this.#pulse();
    this.#reconnect.connected();
  }

  #heard(text: string): void {
    this.#reconnect.heard();
    let message: unknown = text;
    try {
      message = JSON.parse(text);
    } catch {
      // Then it is a text.
    }
    this.#events.emit('message', message);
  }

  #closed(code: number, reason: string): void {
    const message = reason === '' ? 'The connection was lost.' : reason;
    this.#lost({ code, message, comesBack: (this.#options.comesBack ?? comesBackTo)(code) });
  }

  #pulse(): void {
    const { heartbeat } = this.#options;
    if (heartbeat !== undefined) {
      this.#beat = this.#reconnect.clock.after(heartbeat.every, () => {
        this.#say(heartbeat.frame);
        this.#pulse();
      });
    }
  }

  #say(message: string | object | undefined): boolean {
    if (message === undefined || this.#wire === undefined) {
      return false;
    }
    return this.#wire.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  #lost(ending: Ending): void {
    this.#drop();
    this.#reconnect.lost(ending);
  }

  #drop(): void {
    this.#beat?.();
    this.#beat = undefined;
    this.#wire?.close();
    this.#wire = undefined;
  }
}
