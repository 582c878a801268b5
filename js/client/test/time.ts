// SPDX-License-Identifier: Apache-2.0
import type { Cancel, Clock, Network } from '../src/index.ts';

/** Time that only a test moves. */
export class Time implements Clock {
  /** How much the wall clock is ahead of the monotonic one. */
  skew = 0;
  #now = 0;
  #timers: { readonly at: number; readonly action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.skew;
  }

  after(milliseconds: number, action: () => void): Cancel {
    const timer = { at: this.#now + milliseconds, action };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** Time goes by, and timers are on time. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.action();
      await settled();
    }
    this.#now = until;
  }

  /** Time goes by, but timers stand still, and are late afterwards. */
  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    await this.advance(0);
  }

  #next(until: number): { readonly at: number; readonly action: () => void } | undefined {
    return this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }
}

/** Whatever waits for nothing but its turn has had it. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A network that comes and goes when a test says so. */
export class Cable implements Network {
  readonly #listeners = new Map<string, () => void>();

  addEventListener(type: 'online' | 'offline', listener: () => void): void {
    this.#listeners.set(type, listener);
  }

  removeEventListener(type: 'online' | 'offline'): void {
    this.#listeners.delete(type);
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  is(type: 'online' | 'offline'): void {
    this.#listeners.get(type)?.();
  }
}
