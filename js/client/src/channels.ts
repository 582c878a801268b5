// SPDX-License-Identifier: Apache-2.0
import type { Channel } from './channel.ts';
import { Feed } from './feed.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { ChannelOptions } from './types.ts';

/** All channels that somebody still holds, by name and filter; those that are subscribed are held by `Subscriptions`. */
export class Channels {
  readonly #subscriptions: Subscriptions;
  readonly #known = new Map<string, WeakRef<Feed>>();
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    if (this.#known.get(key)?.deref() === undefined) {
      this.#known.delete(key);
    }
  });

  constructor(subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions;
  }

  get(name: string, options: ChannelOptions): Channel {
    const key = options.filter === undefined ? name : `${name}\n${JSON.stringify(options.filter)}`;
    let feed = this.#known.get(key)?.deref();
    if (feed === undefined) {
      feed = new Feed(name, options, this.#subscriptions);
      this.#known.set(key, new WeakRef(feed));
      this.#forgotten.register(feed, key);
    } else if (options.key !== undefined) {
      feed.keys = options.key;
    }
    return feed.channel;
  }
}
