// SPDX-License-Identifier: Apache-2.0
import type { Channel } from './channel.ts';
import { Feed } from './feed.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { ChannelOptions } from './types.ts';

/** Names below which it is not worth looking for those that nobody holds. */
const FEW = 64;

/** All channels that somebody still holds, by name and filter; those that are subscribed are held by `Subscriptions`. */
export class Channels {
  readonly #subscriptions: Subscriptions;
  readonly #known = new Map<string, WeakRef<Feed>>();
  #sweepAt = FEW;

  constructor(subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions;
  }

  get(name: string, options: ChannelOptions): Channel {
    const key = options.filter === undefined ? name : `${name}\n${JSON.stringify(options.filter)}`;
    let feed = this.#known.get(key)?.deref();
    if (feed === undefined) {
      feed = new Feed(name, options, this.#subscriptions);
      this.#known.set(key, new WeakRef(feed));
      this.#sweep();
    } else if (options.key !== undefined) {
      feed.keys = options.key;
    }
    return feed.channel;
  }

  /** Forgets the names of channels that nobody holds: React Native has no `FinalizationRegistry` to tell which. */
  #sweep(): void {
    if (this.#known.size < this.#sweepAt) {
      return;
    }
    for (const [key, feed] of this.#known) {
      if (feed.deref() === undefined) {
        this.#known.delete(key);
      }
    }
    this.#sweepAt = Math.max(FEW, 2 * this.#known.size);
  }
}
