// SPDX-License-Identifier: Apache-2.0
import { type Channel, type Connection, Feed } from './channel.ts';
import { Emitter } from './emitter.ts';
import { FanfareError } from './error.ts';
import type { Command, ServerFrame } from './frames.ts';
import type { Ending, Link, LinkFactory, LinkListener } from './link.ts';
import { poll } from './link-poll.ts';
import { sse } from './link-sse.ts';
import { websocket } from './link-websocket.ts';
import { Outgoing, type Request } from './outgoing.ts';
import { type Kept, Reconnect } from './reconnect.ts';
import { Token } from './token.ts';
import { Transports } from './transports.ts';
import type { ChannelOptions, FanfareEvents, FanfareOptions, Inbox, Off, State, TransportName } from './types.ts';

const LINKS: Record<TransportName, LinkFactory> = { websocket, sse, poll };
const SILENCE = 35_000;
const TOKEN_EXPIRED = 4005;
const INVALID_TOKEN = 4501;

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** Who waits for what the inbox has. */
interface Asking {
  readonly resolve: (inbox: Inbox) => void;
  readonly reject: (error: FanfareError) => void;
}

/**
 * A connection to Fanfare that comes back by itself, and its channels: protocol/CLIENTS.md. Nothing is opened before
 * `connect()`; what is subscribed, published and sent earlier waits for it.
 */
export class Fanfare {
  readonly #url: URL;
  readonly #options: FanfareOptions;
  readonly #events = new Emitter<FanfareEvents>();
  readonly #reconnect: Reconnect;
  readonly #transports: Transports;
  readonly #outgoing: Outgoing;
  readonly #token: Token;
  /** All that somebody still holds, by name and filter; those that are subscribed are held here. */
  readonly #known = new Map<string, WeakRef<Feed>>();
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    if (this.#known.get(key)?.deref() === undefined) {
      this.#known.delete(key);
    }
  });
  readonly #feeds = new Map<string, Feed>();
  readonly #subscribing = new Map<number, Feed>();
  readonly #connection: Connection;
  #lastId = 0;
  #connectId = 0;
  #link: Link | undefined;
  /** Counts what was opened: what comes for an earlier one is late. */
  #turn = 0;
  #answered = false;
  #reopening = false;
  #inbox: { id: number; waiting: Asking[] } | undefined;

  /** `url` is where the WebSocket is, or the server; in a page it may be relative to that. */
  constructor(url: string | URL, options: FanfareOptions = {}) {
    this.#url = new URL(url, typeof location === 'undefined' ? undefined : location.href);
    this.#options = options;
    const { base, cap } = options.backoff ?? { base: 500, cap: 30_000 };
    this.#transports = new Transports(
      (options.transports ?? ['websocket', 'sse', 'poll']).map((one) => (typeof one === 'string' ? LINKS[one] : one)),
    );
    this.#reconnect = new Reconnect(this.#kept(), {
      policy: { kind: 'exponential', base, cap },
      silence: options.heartbeat ?? SILENCE,
      clock: options.clock,
      random: options.random,
      network: options.network,
    });
    this.#outgoing = new Outgoing(options.buffer ?? { messages: 1_000, bytes: 1 << 20 });
    this.#token = new Token(options.token, this.#reconnect, () => void this.#refresh());
    this.#connection = this.#forFeeds();
  }

  get state(): State {
    return this.#reconnect.state;
  }

  on<K extends keyof FanfareEvents>(event: K, listener: (event: FanfareEvents[K]) => void): Off {
    return this.#events.on(event, listener);
  }

  /** Connects, and stays so until `close()`. While it waits to come back, it does not wait any longer. */
  connect(): void {
    this.#reconnect.start();
  }

  /** Ends the connection. What has no reply yet fails; subscriptions stand, and are back after `connect()`. */
  close(): void {
    this.#drop();
    this.#token.forget();
    this.#reconnect.stop();
  }

  /** The channel of this name: the same object as long as somebody holds it. */
  channel(name: string, options: ChannelOptions = {}): Channel {
    const key = options.filter === undefined ? name : `${name}\n${JSON.stringify(options.filter)}`;
    let feed = this.#known.get(key)?.deref();
    if (feed === undefined) {
      feed = new Feed(name, options, this.#connection);
      this.#known.set(key, new WeakRef(feed));
      this.#forgotten.register(feed, key);
    } else if (options.key !== undefined) {
      feed.keys = options.key;
    }
    return feed.channel;
  }

  /**
   * A message to the server's own code. Answers what that replied. It is not sent twice: when the connection is lost before
   * the reply it fails with `connection_lost`, and the message may have been handled.
   */
  async send(handler: string, data?: unknown): Promise<unknown> {
    const reply = await this.#ask({ type: 'send', id: ++this.#lastId, handler, data: data ?? null });
    return (reply as Frame<'reply'>).data;
  }

  /** Takes what waits for the user, now and after every reconnect: it follows as `message` events. */
  inbox(): Promise<Inbox> {
    const inbox = (this.#inbox ??= { id: 0, waiting: [] });
    return new Promise((resolve, reject) => {
      inbox.waiting.push({ resolve, reject });
      if (this.#said()) {
        if (this.#transports.current.duplex) {
          this.#send(this.#askInbox(inbox));
        } else {
          this.#reopen();
        }
      }
    });
  }

  /** Milliseconds to the server and back. */
  async ping(): Promise<number> {
    const { clock } = this.#reconnect;
    const begun = clock.now();
    await this.#ask({ type: 'ping', id: ++this.#lastId });
    return clock.now() - begun;
  }

  #kept(): Kept {
    return {
      transport: () => this.#transports.next(this.#reconnect.clock.now()).name,
      open: () => void this.#open(),
      dead: (ending) => this.#lost(ending),
      probe: () => this.#probe(),
      networkChanged: () => this.#transports.forget(),
      changed: (state) => this.#changed(state),
    };
  }

  #forFeeds(): Connection {
    return {
      id: () => ++this.#lastId,
      key: () => this.#key(),
      ask: (command) => this.#ask(command),
      begin: (feed) => this.#begin(feed),
      end: (feed) => this.#end(feed),
      ended: (feed) => this.#ended(feed),
      again: (feed) => this.#again(feed),
    };
  }

  async #open(): Promise<void> {
    const turn = ++this.#turn;
    this.#answered = false;
    try {
      const pending = this.#token.get();
      if (pending instanceof Promise) {
        await pending;
      }
    } catch (cause) {
      if (turn === this.#turn) {
        this.#answered = true;
        this.#error(new FanfareError('token', 'There is no token.', { cause }));
        this.#lost({ message: 'There is no token.' });
      }
      return;
    }
    if (turn === this.#turn) {
      this.#openLink(turn);
    }
  }

  #openLink(turn: number): void {
    const current = (action: () => void): void => {
      if (turn === this.#turn) {
        action();
      }
    };
    const listener: LinkListener = {
      frame: (frame) => current(() => this.#heard(frame)),
      alive: () => current(() => this.#reconnect.heard()),
      lost: (ending) => current(() => this.#lost(ending)),
    };
    try {
      this.#link = this.#transports.current.open(
        {
          url: this.#url,
          heartbeat: this.#options.heartbeat ?? SILENCE,
          clock: this.#reconnect.clock,
          WebSocket: this.#options.WebSocket,
          fetch: this.#options.fetch,
          connect: () => this.#connect(),
          standing: () => this.#standing(),
        },
        listener,
      );
    } catch (error) {
      this.#lost({ message: String(error) });
    }
  }

  #connect(): Command {
    const token = this.#token.value;
    this.#connectId = ++this.#lastId;
    return { type: 'connect', id: this.#connectId, version: 1, ...(token === undefined ? {} : { token }) };
  }

  /** Everything that has to be said on every connection. */
  #standing(): Command[] {
    this.#subscribing.clear();
    const commands = [...this.#feeds.values()].map((feed) => this.#subscribe(feed));
    return this.#inbox === undefined ? commands : [...commands, this.#askInbox(this.#inbox)];
  }

  #subscribe(feed: Feed): Command {
    const id = ++this.#lastId;
    this.#subscribing.set(id, feed);
    return feed.command(id);
  }

  #askInbox(inbox: { id: number }): Command {
    inbox.id = ++this.#lastId;
    return { type: 'inbox', id: inbox.id };
  }

  #heard(frame: ServerFrame): void {
    this.#answered = true;
    this.#reconnect.heard();
    switch (frame.type) {
      case 'connected':
        this.#connected(frame);
        break;
      case 'subscribed':
        this.#subscribed(frame);
        break;
      case 'unsubscribed':
      case 'publication':
      case 'gap':
      case 'join':
      case 'leave':
        this.#feeds.get(frame.channel)?.heard(frame);
        break;
      case 'message':
        this.#told(frame);
        break;
      case 'inbox':
        this.#inboxOpened(frame);
        break;
      case 'expiring':
        void this.#refresh();
        break;
      case 'refreshed':
        this.#token.ends(frame.expiresAt);
        break;
      case 'ping':
        this.#send({ type: 'pong' });
        break;
      case 'disconnect':
        this.#disconnected(frame);
        break;
      case 'error':
        this.#failed(frame);
        break;
      default:
        // A reply; or something of a later version.
        if (typeof (frame as { id?: unknown }).id === 'number') {
          this.#outgoing.answered(frame);
        }
    }
  }

  #told({ type: _, ...message }: Frame<'message'>): void {
    this.#events.emit('message', message);
  }

  #connected(frame: Frame<'connected'>): void {
    this.#token.ends(frame.expiresAt);
    if (this.state.name === 'connected') {
      return;
    }
    const { current } = this.#transports;
    this.#transports.connected(this.#reconnect.clock.now());
    if (current.duplex) {
      this.#standing().forEach((command) => this.#send(command));
    }
    this.#outgoing.flush((command) => this.#send(command));
    this.#reconnect.connected();
  }

  #subscribed(frame: Frame<'subscribed'>): void {
    if (frame.id === undefined) {
      this.#feeds.get(frame.channel)?.subscribed(frame);
      return;
    }
    const feed = this.#subscribing.get(frame.id);
    this.#subscribing.delete(frame.id);
    feed?.subscribed(frame);
  }

  #inboxOpened({ messages, lost }: Frame<'inbox'>): void {
    const waiting = this.#inbox?.waiting.splice(0) ?? [];
    waiting.forEach(({ resolve }) => resolve({ messages, lost }));
    if (waiting.length === 0 && messages + lost > 0) {
      this.#events.emit('inbox', { messages, lost });
    }
  }

  #failed(frame: Frame<'error'>): void {
    const error = new FanfareError(frame.code, frame.message, frame);
    const { id } = frame;
    if (id === undefined && error.code === 'message_too_large' && this.#outgoing.tooLarge(error)) {
      return;
    }
    if (id === undefined || id === this.#connectId) {
      if (error.code === 'token_expired') {
        this.#token.forget();
      }
      this.#error(error);
      return;
    }
    const feed = this.#subscribing.get(id);
    if (feed !== undefined) {
      this.#subscribing.delete(id);
      this.#refused(feed, error);
    } else if (id === this.#inbox?.id) {
      const { waiting } = this.#inbox;
      this.#inbox = undefined;
      waiting.forEach(({ reject }) => reject(error));
    } else {
      this.#outgoing.answered({ ...frame, id });
    }
  }

  #refused(feed: Feed, error: FanfareError): void {
    // The server was quicker: it subscribed the session itself.
    if (error.code === 'already_subscribed' && feed.live) {
      return;
    }
    if (error.retryAfter === undefined) {
      feed.ended(error);
      return;
    }
    const turn = this.#turn;
    const { clock, random } = this.#reconnect;
    clock.after(error.retryAfter * (1 + random()), () => {
      if (turn === this.#turn && this.#feeds.get(feed.name) === feed && !feed.live) {
        this.#say(feed);
      }
    });
  }

  #disconnected({ code, reason, reconnect, retryAfter }: Frame<'disconnect'>): void {
    const ending = { code, message: reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
    this.#lost({ ...ending, comesBack: reconnect });
  }

  #lost(ending: Ending): void {
    if (!this.#answered) {
      this.#transports.failed();
    }
    this.#drop();
    this.#reconnect.lost(this.#judged(ending));
  }

  /** Whether there can be another token decides where the token was the reason. */
  #judged(ending: Ending): Ending {
    switch (ending.code) {
      case TOKEN_EXPIRED:
        this.#token.forget();
        return this.#token.renewable ? ending : { ...ending, comesBack: false };
      case INVALID_TOKEN:
        return this.#token.reused ? { ...ending, comesBack: true } : ending;
      default:
        return ending;
    }
  }

  /** Lets go of the link. */
  #drop(): void {
    this.#turn++;
    this.#token.rest();
    this.#link?.close();
    this.#link = undefined;
    this.#subscribing.clear();
    this.#feeds.forEach((feed) => feed.lost());
    this.#outgoing.lost();
  }

  #changed(state: State): void {
    if (state.name === 'closed' || state.name === 'idle') {
      const error = new FanfareError('closed', state.name === 'closed' ? state.reason.message : 'It was closed.');
      this.#outgoing.fail(error);
      this.#feeds.forEach((feed) => feed.failed(error));
      this.#inbox?.waiting.splice(0).forEach(({ reject }) => reject(error));
    }
    this.#events.emit('state', state);
  }

  #probe(): void {
    if (this.#transports.current.duplex) {
      this.#send({ type: 'ping', id: ++this.#lastId });
    } else {
      this.#reopen();
    }
  }

  #begin(feed: Feed): void {
    const other = this.#feeds.get(feed.name);
    if (other !== undefined) {
      const message = 'The channel is subscribed with another filter.';
      throw new FanfareError('already_subscribed', message, { field: 'filter' });
    }
    this.#feeds.set(feed.name, feed);
    if (this.#said()) {
      this.#say(feed);
    }
  }

  /** Whether what stands was said on this link already: on a WebSocket once it is connected, elsewhere when it is opened. */
  #said(): boolean {
    return this.state.name === 'connected' || (this.#link !== undefined && !this.#transports.current.duplex);
  }

  /** Has the server know that it is wanted. */
  #say(feed: Feed): void {
    if (this.#transports.current.duplex) {
      this.#send(this.#subscribe(feed));
    } else {
      this.#reopen();
    }
  }

  #ended(feed: Feed): void {
    this.#feeds.delete(feed.name);
    this.#forgetSubscribing(feed);
  }

  #end(feed: Feed): void {
    this.#ended(feed);
    if (!this.#said()) {
      return;
    }
    if (this.#transports.current.duplex) {
      this.#send({ type: 'unsubscribe', id: ++this.#lastId, channel: feed.name });
    } else {
      this.#reopen();
    }
  }

  #again(feed: Feed): void {
    this.#forgetSubscribing(feed);
    if (this.#transports.current.duplex) {
      this.#send({ type: 'unsubscribe', id: ++this.#lastId, channel: feed.name });
      this.#send(this.#subscribe(feed));
    } else {
      this.#reopen();
    }
  }

  #forgetSubscribing(feed: Feed): void {
    for (const [id, subscribing] of this.#subscribing) {
      if (subscribing === feed) {
        this.#subscribing.delete(id);
      }
    }
  }

  /** Has the link say anew what stands; once, however much changes at this moment. */
  #reopen(): void {
    if (this.#reopening) {
      return;
    }
    this.#reopening = true;
    queueMicrotask(() => {
      this.#reopening = false;
      this.#link?.reopen?.();
    });
  }

  async #refresh(): Promise<void> {
    const turn = this.#turn;
    let token;
    try {
      token = await this.#token.renew();
    } catch (cause) {
      this.#error(new FanfareError('token', 'There is no new token.', { cause }));
    }
    if (token === undefined || turn !== this.#turn || this.#link === undefined) {
      return;
    }
    if (this.#transports.current.duplex) {
      // The reply is `refreshed`; an error leaves the old token in force, and is the program's to know.
      this.#connectId = ++this.#lastId;
      this.#send({ type: 'refresh', id: this.#connectId, token });
    } else {
      this.#reopen();
    }
  }

  #ask(command: Request): Promise<ServerFrame> {
    const send = this.state.name === 'connected' ? (one: Command): void => this.#send(one) : undefined;
    return this.#outgoing.ask(command, send);
  }

  #send(command: Command): void {
    this.#link?.send(command);
  }

  #error(error: FanfareError): void {
    this.#events.emit('error', error);
  }

  /** 96 random bits. */
  #key(): string {
    const part = (): string => Math.floor(this.#reconnect.random() * 2 ** 48).toString(36);
    return `${part()}${part()}`;
  }
}
