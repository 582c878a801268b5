// SPDX-License-Identifier: Apache-2.0
import { expect } from 'vitest';
import { Fanfare, type FanfareOptions } from '../src/index.ts';
import { tabs } from '../src/tabs.ts';
import type { Server } from './server.ts';

interface Turn {
  take(): void;
  refuse(why: Error): void;
}

/** As much of Web Locks as is used: exclusive, in the order of asking. */
class Locks {
  readonly #queues = new Map<string, Turn[]>();

  readonly request = ((name: string, options: LockOptions, held: () => unknown): Promise<void> =>
    new Promise((resolve, refuse) => {
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const had = async (): Promise<void> => {
        if (options.signal?.aborted !== true) {
          await held();
        }
        resolve();
        if (queue[0] === turn) {
          queue.shift();
          queue.at(0)?.take();
        }
      };
      const turn = { take: () => void had(), refuse };
      queue.push(turn);
      if (queue.length === 1) {
        queueMicrotask(turn.take);
      }
    })) as LockManager['request'];

  /** Takes the lock of that name's end from who holds it, for the next who waits. */
  steal(end: string): Turn {
    const [, queue] = [...this.#queues].find(([name]) => name.endsWith(end))!;
    const robbed = queue.shift()!;
    queue.at(0)?.take();
    return robbed;
  }
}

/** Hears no leader, for now: other tabs are quicker. */
class Deaf extends BroadcastChannel {
  constructor(name: string) {
    super(name);
    if (name.endsWith(':down')) {
      Object.defineProperty(this, 'onmessage', { value: undefined, writable: true });
    }
  }
}

let names = 0;

/** A browser with locks and channels of its own, and its tabs. */
export class Browser {
  readonly #server: Server;
  readonly #options: FanfareOptions;
  readonly #name = String(names++);
  readonly locks: Locks = new Locks();
  readonly #all: Fanfare[] = [];

  constructor(server: Server, options: FanfareOptions = {}) {
    this.#server = server;
    this.#options = options;
  }

  /** What its tabs call themselves. */
  get name(): string {
    return `fanfare:ws://server/ws:${this.#name}`;
  }

  /** Opens a tab; the first one leads. */
  readonly tab = (): Fanfare => this.#open(BroadcastChannel);

  /** Opens a tab that hears no leader. */
  readonly deaf = (): Fanfare => this.#open(Deaf);

  #open(Broadcast: typeof BroadcastChannel): Fanfare {
    const link = tabs(this.#name, {
      link: this.#server.link,
      locks: this.locks,
      BroadcastChannel: Broadcast,
    });
    const fanfare = new Fanfare('ws://server/ws', {
      transports: [link],
      backoff: { base: 1, cap: 1 },
      ...this.#options,
    });
    this.#all.push(fanfare);
    fanfare.connect();
    return fanfare;
  }

  /** The tab that leads has its lock taken away; whether it is told is for the test to say. */
  steal(): Turn {
    return this.locks.steal(':leader');
  }

  /** Opens so many tabs, and waits until they are connected. */
  async tabs(count: number): Promise<Fanfare[]> {
    const all = Array.from({ length: count }, this.tab);
    await connected(...all);
    return all;
  }

  close(): void {
    this.#all.forEach((fanfare) => fanfare.close());
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
