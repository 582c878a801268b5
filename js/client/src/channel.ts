// SPDX-License-Identifier: Apache-2.0
import { Emitter } from './emitter.ts';
import { FanfareError } from './error.ts';
import type { Command, ServerFrame } from './frames.ts';
import type { Request } from './outgoing.ts';
import type {
  ChannelEvents,
  ChannelOptions,
  Filter,
  HistoryOptions,
  Keys,
  Member,
  Off,
  Position,
  Publication,
  PublishOptions,
  Subscription,
} from './types.ts';

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** What a feed needs of the connection. */
export interface Connection {
  id(): number;
  ask(command: Request): Promise<ServerFrame>;
  key(): string;
  /** The feed is wanted from now on, or not any more. */
  begin(feed: Feed): void;
  end(feed: Feed): void;
  /** The server has ended it. */
  ended(feed: Feed): void;
  /** What the feed heard does not fit: subscribe it anew, with its position. */
  again(feed: Feed): void;
}

/** A promise for all who wait for a subscription to be live. */
interface Ready {
  readonly promise: Promise<Position>;
  resolve(position: Position): void;
  reject(error: FanfareError): void;
}

function ready(): Ready {
  let resolve!: (position: Position) => void;
  let reject!: (error: FanfareError) => void;
  const promise = new Promise<Position>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever does not ask is told by an event.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/**
 * A channel's subscription: its position, and what is a duplicate, a gap, or neither (protocol/SPEC.md, section 5). `asked`
 * is a subscription that has no reply yet; what comes meanwhile belongs to an earlier one.
 */
export class Feed {
  readonly name: string;
  readonly filter: Filter | undefined;
  readonly channel: Channel;
  readonly events: Emitter<ChannelEvents> = new Emitter<ChannelEvents>();
  readonly connection: Connection;
  keys: Keys | undefined;
  #since: Position | undefined;
  #position: Position | undefined;
  #phase: 'off' | 'asked' | 'live' = 'off';
  #users = 0;
  #ready = ready();
  #told = false;
  /** Publications are opened one after another. */
  #opened: Promise<void> = Promise.resolve();

  constructor(name: string, options: ChannelOptions, connection: Connection) {
    this.name = name;
    this.filter = options.filter;
    this.keys = options.key;
    this.#since = options.since;
    this.connection = connection;
    this.channel = new Channel(this);
  }

  subscribe(): Subscription {
    if (this.#users === 0) {
      this.connection.begin(this);
    }
    this.#users++;
    let mine = true;
    return {
      ready: this.#ready.promise,
      unsubscribe: () => {
        if (mine) {
          mine = false;
          this.#leave();
        }
      },
    };
  }

  /** The command that subscribes it from where it stands. */
  command(id: number): Command {
    this.#phase = 'asked';
    const since = this.#position ?? this.#since;
    return {
      type: 'subscribe',
      id,
      channel: this.name,
      ...(since === undefined ? {} : { since }),
      ...(this.filter === undefined ? {} : { filter: this.filter }),
    };
  }

  subscribed({ position, recovered }: Frame<'subscribed'>): void {
    const before = this.#position ?? this.#since;
    this.#phase = 'live';
    this.#position = position;
    if (recovered === false) {
      const from = before === undefined ? {} : { from: before.offset };
      this.#inTurn(() => this.events.emit('gap', { channel: this.name, ...from, to: position }));
    }
    this.#ready.resolve(position);
    if (!this.#told) {
      this.#told = true;
      const event = recovered === undefined ? { position } : { position, recovered };
      this.#inTurn(() => this.events.emit('subscribed', event));
    }
  }

  heard(frame: Frame<'unsubscribed' | 'publication' | 'gap' | 'join' | 'leave'>): void {
    switch (frame.type) {
      case 'unsubscribed':
        // A reply says what is known.
        if (frame.id === undefined) {
          this.ended(new FanfareError(frame.code ?? 'unsubscribed', frame.message ?? 'The server ended it.'));
        }
        break;
      case 'publication':
        this.#publication(frame);
        break;
      case 'gap':
        this.#gap(frame);
        break;
      default:
        this.#inTurn(() => this.events.emit(frame.type, frame.member));
    }
  }

  #publication({ type: _, prev, ...publication }: Frame<'publication'>): void {
    const position = this.#position;
    const { offset, tag } = publication;
    if (this.#phase !== 'live' || position === undefined || offset <= position.offset) {
      return;
    }
    if ((prev ?? offset - 1) !== position.offset) {
      this.connection.again(this);
      return;
    }
    this.#position = { epoch: position.epoch, offset, tag };
    this.#deliver(publication);
  }

  #gap({ from, to }: Frame<'gap'>): void {
    if (this.#phase === 'live') {
      this.#position = to;
      this.#inTurn(() => this.events.emit('gap', { channel: this.name, from, to }));
    }
  }

  /** The server does not let it be, or not any more; the program may subscribe anew. */
  ended(error: FanfareError): void {
    const wasLive = this.#told;
    this.#off(error);
    this.#users = 0;
    this.connection.ended(this);
    if (wasLive) {
      this.events.emit('unsubscribed', { code: error.code, message: error.message });
    } else {
      this.events.emit('error', error);
    }
  }

  /** The connection is gone; the position stays. */
  lost(): void {
    if (this.#told) {
      this.#ready = ready();
    }
    this.#told = false;
    this.#phase = 'asked';
  }

  /** There will be no connection any more, until the program wants one. */
  failed(error: FanfareError): void {
    this.#ready.reject(error);
    this.#ready = ready();
  }

  get live(): boolean {
    return this.#phase === 'live';
  }

  async open<P extends Omit<Publication, 'channel'>>(publication: P): Promise<P> {
    const { keys } = this;
    return keys === undefined
      ? publication
      : { ...publication, data: await keys.open(this.name, publication.event, publication.data) };
  }

  #leave(): void {
    // The server may have ended it before.
    if (this.#users > 0 && --this.#users === 0) {
      this.#off(new FanfareError('unsubscribed', 'The subscription ended before it was live.'));
      this.connection.end(this);
      this.events.emit('unsubscribed', {});
    }
  }

  #off(error: FanfareError): void {
    this.#phase = 'off';
    this.#position = undefined;
    this.#told = false;
    this.failed(error);
  }

  #deliver(publication: Publication): void {
    if (this.keys === undefined) {
      this.events.emit('publication', publication);
      return;
    }
    this.#opened = this.#opened
      .then(() => this.open(publication))
      .then(
        (opened) => this.events.emit('publication', opened),
        (cause: unknown) => {
          const message = `The publication at offset ${publication.offset} cannot be opened.`;
          this.events.emit('error', new FanfareError('sealed', message, { cause }));
        },
      );
  }

  /** Nothing overtakes a publication that is being opened. */
  #inTurn(action: () => void): void {
    if (this.keys === undefined) {
      action();
    } else {
      this.#opened = this.#opened.then(action);
    }
  }
}

/** A channel: what is published to it, who is there, and what was. Made by `Fanfare.channel`. */
export class Channel {
  readonly name: string;
  readonly #feed: Feed;

  /** @internal */
  constructor(feed: Feed) {
    this.name = feed.name;
    this.#feed = feed;
  }

  on<K extends keyof ChannelEvents>(event: K, listener: (event: ChannelEvents[K]) => void): Off {
    return this.#feed.events.on(event, listener);
  }

  /** Subscribes: however many do, the server is asked once. The listener is called for each publication, in order. */
  subscribe(listener?: (publication: Publication) => void): Subscription {
    const off = listener && this.on('publication', listener);
    const subscription = this.#feed.subscribe();
    return {
      ready: subscription.ready,
      unsubscribe: () => {
        off?.();
        subscription.unsubscribe();
      },
    };
  }

  /** Publishes once, however often the connection is lost meanwhile. Answers where it is in the channel. */
  async publish(data: unknown, options: PublishOptions = {}): Promise<Position> {
    const { connection, keys } = this.#feed;
    const { event, key = connection.key() } = options;
    const sealed = keys === undefined ? data : await keys.seal(this.name, event, data);
    const reply = await connection.ask({
      type: 'publish',
      id: connection.id(),
      channel: this.name,
      ...(event === undefined ? {} : { event }),
      key,
      data: sealed,
    });
    return (reply as Frame<'published'>).position;
  }

  async history(options: HistoryOptions = {}): Promise<Publication[]> {
    const { connection } = this.#feed;
    const reply = await connection.ask({ type: 'history', id: connection.id(), channel: this.name, ...options });
    const { publications } = reply as Frame<'history'>;
    return Promise.all(publications.map((publication) => this.#feed.open({ channel: this.name, ...publication })));
  }

  async presence(): Promise<Member[]> {
    const { connection } = this.#feed;
    const reply = await connection.ask({ type: 'presence', id: connection.id(), channel: this.name });
    return (reply as Frame<'presence'>).members;
  }
}
