// SPDX-License-Identifier: Apache-2.0
import type { Connection } from './connection.ts';
import { FanfareError } from './error.ts';
import type { Feed } from './feed.ts';
import type { Command, ServerFrame } from './frames.ts';

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** What is subscribed: which feeds, one for each channel, and what the server was asked and has not answered. */
export class Subscriptions {
  readonly connection: Connection;
  readonly #feeds = new Map<string, Feed>();
  readonly #asked = new Map<number, Feed>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The commands that subscribe everything, on a new connection. */
  standing(): Command[] {
    this.#asked.clear();
    return [...this.#feeds.values()].map((feed) => this.#subscribe(feed));
  }

  /** The feed is wanted from now on. */
  begin(feed: Feed): void {
    if (this.#feeds.has(feed.name)) {
      const message = 'The channel is subscribed with another filter.';
      throw new FanfareError('already_subscribed', message, { field: 'filter' });
    }
    this.#feeds.set(feed.name, feed);
    this.#say(feed);
  }

  /** The feed is not wanted any more. */
  end(feed: Feed): void {
    this.ended(feed);
    this.connection.tell(() => [this.#unsubscribe(feed)]);
  }

  /** The server has ended it. */
  ended(feed: Feed): void {
    this.#feeds.delete(feed.name);
    this.#forget(feed);
  }

  /** What the feed heard does not fit: subscribes it anew, with its position. */
  again(feed: Feed): void {
    this.#forget(feed);
    this.connection.tell(() => [this.#unsubscribe(feed), this.#subscribe(feed)]);
  }

  /** Whether the frame was for a feed. */
  heard(frame: ServerFrame): boolean {
    switch (frame.type) {
      case 'subscribed':
        this.#subscribed(frame);
        return true;
      case 'unsubscribed':
      case 'publication':
      case 'gap':
      case 'join':
      case 'leave':
        this.#feeds.get(frame.channel)?.heard(frame);
        return true;
      default:
        return false;
    }
  }

  /** Whether it was a subscription that the server refused. */
  refused(id: number, error: FanfareError): boolean {
    const feed = this.#asked.get(id);
    if (feed !== undefined) {
      this.#asked.delete(id);
      this.#refused(feed, error);
    }
    return feed !== undefined;
  }

  /** The connection is gone. */
  lost(): void {
    this.#feeds.forEach((feed) => feed.lost());
  }

  /** There will be no connection any more, until the program wants one. */
  failed(error: FanfareError): void {
    this.#feeds.forEach((feed) => feed.failed(error));
  }

  #subscribed(frame: Frame<'subscribed'>): void {
    if (frame.id === undefined) {
      this.#feeds.get(frame.channel)?.subscribed(frame);
      return;
    }
    const feed = this.#asked.get(frame.id);
    this.#asked.delete(frame.id);
    feed?.subscribed(frame);
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
    this.connection.later(error.retryAfter * (1 + this.connection.random()), () => {
      if (this.#feeds.get(feed.name) === feed && !feed.live) {
        this.#say(feed);
      }
    });
  }

  #say(feed: Feed): void {
    this.connection.tell(() => [this.#subscribe(feed)]);
  }

  #subscribe(feed: Feed): Command {
    const id = this.connection.id();
    this.#asked.set(id, feed);
    return feed.command(id);
  }

  #unsubscribe(feed: Feed): Command {
    return { type: 'unsubscribe', id: this.connection.id(), channel: feed.name };
  }

  #forget(feed: Feed): void {
    for (const [id, asked] of this.#asked) {
      if (asked === feed) {
        this.#asked.delete(id);
      }
    }
  }
}
