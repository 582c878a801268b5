// SPDX-License-Identifier: Apache-2.0
import type { Channel } from './channel.ts';
import { Channels } from './channels.ts';
import { type Connected, Connection } from './connection.ts';
import { Emitter } from './emitter.ts';
import type { ServerFrame } from './frames.ts';
import { Mailbox } from './mailbox.ts';
import { Subscriptions } from './subscriptions.ts';
import type { ChannelOptions, FanfareEvents, FanfareOptions, Inbox, Off, State } from './types.ts';

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/**
 * A connection to Fanfare that comes back by itself, and its channels: protocol/CLIENTS.md. Nothing is opened before
 * `connect()`; what is subscribed, published and sent earlier waits for it.
 */
export class Fanfare {
  readonly #events = new Emitter<FanfareEvents>();
  readonly #connection: Connection;
  readonly #subscriptions: Subscriptions;
  readonly #channels: Channels;
  readonly #mailbox: Mailbox;

  /** `url` is where the WebSocket is, or the server; in a page it may be relative to that. */
  constructor(url: string | URL, options: FanfareOptions = {}) {
    this.#connection = new Connection(url, options, this.#connected());
    this.#subscriptions = new Subscriptions(this.#connection);
    this.#channels = new Channels(this.#subscriptions);
    this.#mailbox = new Mailbox(this.#connection);
  }

  get state(): State {
    return this.#connection.state;
  }

  on<K extends keyof FanfareEvents>(event: K, listener: (event: FanfareEvents[K]) => void): Off {
    return this.#events.on(event, listener);
  }

  /**
   * Connects, and stays so until `close()`. While it waits to come back, it does not wait any longer.
   *
   * @throws TypeError when the URL is none, or relative where there is no page
   */
  connect(): void {
    this.#connection.start();
  }

  /** Ends the connection. What has no reply yet fails; subscriptions stand, and are back after `connect()`. */
  close(): void {
    this.#connection.stop();
  }

  /** The channel of this name: the same object as long as somebody holds it. */
  channel(name: string, options: ChannelOptions = {}): Channel {
    return this.#channels.get(name, options);
  }

  /**
   * A message to the server's own code. Answers what that replied. It is not sent twice: when the connection is lost before
   * the reply it fails with `connection_lost`, and the message may have been handled.
   */
  async send(handler: string, data?: unknown): Promise<unknown> {
    const id = this.#connection.id();
    const reply = await this.#connection.ask({ type: 'send', id, handler, data: data ?? null });
    return (reply as Frame<'reply'>).data;
  }

  /** Takes what waits for the user, now and after every reconnect: it follows as `message` events. */
  inbox(): Promise<Inbox> {
    return this.#mailbox.take();
  }

  /** Milliseconds to the server and back. */
  async ping(): Promise<number> {
    const { clock } = this.#connection;
    const begun = clock.now();
    await this.#connection.ask({ type: 'ping', id: this.#connection.id() });
    return clock.now() - begun;
  }

  #connected(): Connected {
    return {
      standing: () => [...this.#subscriptions.standing(), ...this.#mailbox.standing()],
      heard: (frame) => this.#heard(frame),
      refused: (id, error) => this.#subscriptions.refused(id, error) || this.#mailbox.refused(id, error),
      lost: () => this.#subscriptions.lost(),
      failed: (error) => {
        this.#subscriptions.failed(error);
        this.#mailbox.failed(error);
      },
      changed: (state) => this.#events.emit('state', state),
      error: (error) => this.#events.emit('error', error),
    };
  }

  #heard(frame: ServerFrame): boolean {
    switch (frame.type) {
      case 'message': {
        const { type: _, ...message } = frame;
        this.#events.emit('message', message);
        return true;
      }
      case 'inbox':
        this.#opened(frame);
        return true;
      default:
        return this.#subscriptions.heard(frame);
    }
  }

  #opened({ messages, lost }: Inbox): void {
    const inbox = { messages, lost };
    if (!this.#mailbox.opened(inbox) && messages + lost > 0) {
      this.#events.emit('inbox', inbox);
    }
  }
}
