// SPDX-License-Identifier: Apache-2.0
import type { Connection } from './connection.ts';
import type { Feed } from './feed.ts';
import type { Command, ServerFrame } from './frames.ts';
import type {
  ChannelEvents,
  HistoryOptions,
  Member,
  Off,
  Position,
  Publication,
  PublishOptions,
  Subscription,
} from './types.ts';

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** Publications of a history, where the program does not say how many. */
const DEFAULT_LIMIT = 100;

/** A channel: what is published to it, who is there, and what was. Made by `Fanfare.channel`. */
export class Channel {
  readonly name: string;
  readonly #feed: Feed;
  readonly #connection: Connection;

  /** @internal */
  constructor(feed: Feed, connection: Connection) {
    this.name = feed.name;
    this.#feed = feed;
    this.#connection = connection;
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
    const { keys } = this.#feed;
    const connection = this.#connection;
    const { event, key = randomKey(connection) } = options;
    const sealed = keys === undefined ? data : await this.#feed.seal(keys, event, data);
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

  /**
   * What was published, however many pages the server makes of it. What the channel's keys do not open is there too, with an
   * `error` and no data.
   */
  async history(options: HistoryOptions = {}): Promise<Publication[]> {
    const { limit = DEFAULT_LIMIT, order } = options;
    const all: Omit<Publication, 'channel'>[] = [];
    let from: { since?: Position; before?: Position } = {};
    let next: Position | undefined;
    do {
      const rest = all.length === 0 ? {} : { limit: limit - all.length };
      const page = await this.#ask<'history'>({ type: 'history', ...options, ...from, ...rest });
      all.push(...page.publications);
      next = page.next;
      from = order === 'newest' ? { before: next! } : { since: next! };
    } while (next !== undefined && all.length < limit);
    return Promise.all(all.map((publication) => this.#feed.open({ channel: this.name, ...publication })));
  }

  /** Everybody who is present, however many pages the server makes of it. */
  async presence(): Promise<Member[]> {
    const members: Member[] = [];
    let after: string | undefined;
    do {
      const page = await this.#ask<'presence'>({ type: 'presence', ...(after === undefined ? {} : { after }) });
      members.push(...page.members);
      after = page.after;
    } while (after !== undefined);
    return members;
  }

  async #ask<T extends 'history' | 'presence'>(
    command: Omit<Extract<Command, { type: T }>, 'id' | 'channel'>,
  ): Promise<Frame<T>> {
    const connection = this.#connection;
    const asked = { ...command, id: connection.id(), channel: this.name } as Extract<Command, { type: T }>;
    return (await connection.ask(asked)) as Frame<T>;
  }
}

/** 96 random bits. */
function randomKey(connection: Connection): string {
  const part = (): string => Math.floor(connection.random() * 2 ** 48).toString(36);
  return `${part()}${part()}`;
}
