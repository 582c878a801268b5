// SPDX-License-Identifier: Apache-2.0
import { expect } from 'vitest';
import { Fanfare, type FanfareOptions } from '../src/index.ts';
import { tabs } from '../src/tabs.ts';
import type { Server } from './server.ts';

/** As much of Web Locks as is used: exclusive, in the order of asking. */
class Locks {
  readonly #queues = new Map<string, (() => Promise<void>)[]>();

  readonly request = ((name: string, options: LockOptions, held: () => unknown): Promise<void> => {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    const turn = async (): Promise<void> => {
      if (options.signal?.aborted !== true) {
        await held();
      }
      queue.shift();
      void queue[0]?.();
    };
    queue.push(turn);
    if (queue.length === 1) {
      queueMicrotask(() => void turn());
    }
    return Promise.resolve();
  }) as LockManager['request'];
}

let names = 0;

/** A browser with locks and channels of its own, and its tabs. */
export class Browser {
  readonly #server: Server;
  readonly #options: FanfareOptions;
  readonly #locks = new Locks();
  readonly #name = String(names++);
  readonly #open: Fanfare[] = [];

  constructor(server: Server, options: FanfareOptions = {}) {
    this.#server = server;
    this.#options = options;
  }

  /** Opens a tab; the first one leads. */
  readonly tab = (): Fanfare => {
    const link = tabs(this.#name, { link: this.#server.link, locks: this.#locks, BroadcastChannel });
    const fanfare = new Fanfare('ws://server/ws', {
      transports: [link],
      backoff: { base: 1, cap: 1 },
      ...this.#options,
    });
    this.#open.push(fanfare);
    fanfare.connect();
    return fanfare;
  };

  /** Opens so many tabs, and waits until they are connected. */
  async tabs(count: number): Promise<Fanfare[]> {
    const all = Array.from({ length: count }, this.tab);
    await connected(...all);
    return all;
  }

  close(): void {
    this.#open.forEach((fanfare) => fanfare.close());
  }
}

export async function connected(...all: Fanfare[]): Promise<void> {
  await eventually(
    () => all.map(({ state }) => state.name),
    all.map(() => 'connected'),
  );
}

/** The effect itself is waited for. */
export async function eventually(what: unknown[] | (() => unknown), expected: unknown): Promise<void> {
  await expect
    .poll(typeof what === 'function' ? what : () => [...what], { timeout: 5_000, interval: 10 })
    .toEqual(expected);
}
