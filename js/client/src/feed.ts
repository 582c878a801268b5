// SPDX-License-Identifier: Apache-2.0
import { Channel } from './channel.ts';
import { inTime } from './deadline.ts';
import { Emitter } from './emitter.ts';
import { FanfareError } from './error.ts';
import type { Command, ServerFrame } from './frames.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { ChannelEvents, ChannelOptions, Filter, Keys, Position, Publication, Subscription } from './types.ts';

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

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
  keys: Keys | undefined;
  readonly #subscriptions: Subscriptions;
  readonly #since: Position | undefined;
  #position: Position | undefined;
  #phase: 'off' | 'asked' | 'live' = 'off';
  #users = 0;
  #ready = ready();
  #told = false;
  /** Publications are opened one after another. */
  #opened: Promise<void> = Promise.resolve();
  #sealed: Promise<unknown> = Promise.resolve();

  constructor(name: string, options: ChannelOptions, subscriptions: Subscriptions) {
    this.name = name;
    this.filter = options.filter;
    this.keys = options.key;
    this.#since = options.since;
    this.#subscriptions = subscriptions;
    this.channel = new Channel(this, subscriptions.connection);
  }

  subscribe(): Subscription {
    if (this.#users === 0) {
      this.#subscriptions.begin(this);
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
        // A reply says what is known; and where another subscription was asked for, that has a reply of its own.
        if (frame.id === undefined && this.#phase === 'live') {
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
      this.#subscriptions.again(this);
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
    this.#subscriptions.ended(this);
    this.#inTurn(() =>
      wasLive
        ? this.events.emit('unsubscribed', { code: error.code, message: error.message })
        : this.events.emit('error', error),
    );
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

  /** Opens what was sealed. What cannot be opened keeps its place, and has an error instead of data. */
  async open<P extends Omit<Publication, 'channel'>>(publication: P): Promise<P> {
    const { offset, event, data } = publication;
    if (this.keys === undefined) {
      return publication;
    }
    try {
      const opening = (async (keys) => keys.open(this.name, event, data))(this.keys);
      return { ...publication, data: await this.#inTime('open', opening) };
    } catch (cause) {
      const message = `The publication at offset ${offset} cannot be opened.`;
      return { ...publication, data: undefined, error: new FanfareError('sealed', message, { cause, offset }) };
    }
  }

  /** Seals with the key of now. However long each takes, what is given first is sealed first. */
  seal(keys: Keys, event: string | undefined, data: unknown): Promise<unknown> {
    const sealing = this.#inTime('seal', (async () => keys.seal(this.name, event, data))());
    const sealed = this.#sealed.then(() => sealing);
    sealing.catch(() => undefined);
    this.#sealed = sealed.catch(() => undefined);
    return sealed;
  }

  #leave(): void {
    // The server may have ended it before.
    if (this.#users > 0 && --this.#users === 0) {
      this.#off(new FanfareError('unsubscribed', 'The subscription ended before it was live.'));
      this.#subscriptions.end(this);
      this.#inTurn(() => this.events.emit('unsubscribed', {}));
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
      .then((opened) =>
        opened.error === undefined ? this.events.emit('publication', opened) : this.events.emit('error', opened.error),
      );
  }

  /** What the program's keys do: one that hangs does not hold what follows for ever. */
  #inTime(what: keyof Keys, promise: Promise<unknown>): Promise<unknown> {
    return inTime(this.#subscriptions.connection.clock, `\`${what}\` of the channel's keys`, promise);
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
