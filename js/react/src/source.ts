// SPDX-License-Identifier: Apache-2.0
import { Hold } from './hold.ts';

/** What `useSyncExternalStore` asks for: a value that is another object when it has changed, and is open while somebody listens. */
export abstract class Source<S extends object> {
  #state: S;
  readonly #listeners = new Set<() => void>();
  readonly #hold = new Hold(
    () => this.open(),
    () => this.close(),
  );

  protected constructor(state: S) {
    this.#state = state;
  }

  protected abstract open(): void;
  protected abstract close(): void;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    const release = this.#hold.take();
    return () => {
      this.#listeners.delete(listener);
      release();
    };
  };

  readonly snapshot = (): S => this.#state;

  /** Tells the listeners, unless it is all the same. */
  protected set(change: Partial<S>): void {
    const keys = Object.keys(change) as (keyof S)[];
    if (keys.some((key) => !Object.is(this.#state[key], change[key]))) {
      this.#state = { ...this.#state, ...change };
      for (const listener of [...this.#listeners]) {
        listener();
      }
    }
  }
}
