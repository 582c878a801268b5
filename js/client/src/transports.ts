// SPDX-License-Identifier: Apache-2.0
import type { LinkFactory } from './link.ts';

/** Milliseconds after which a better transport than the one that works is tried again, at the next reconnect. */
const BETTER = 5 * 60_000;

/**
 * Which transport is next: the first that opens. One that fails twice in a row, and never connected in this network, makes way
 * for the one after it; after the last comes the first, for maybe it is the server that was away.
 */
export class Transports {
  readonly #all: readonly LinkFactory[];
  readonly #proven = new Set<LinkFactory>();
  #index = 0;
  #failures = 0;
  #since = 0;

  constructor(all: readonly LinkFactory[]) {
    if (all.length === 0) {
      throw new TypeError('`transports` names none.');
    }
    this.#all = all;
  }

  get current(): LinkFactory {
    return this.#all[this.#index]!;
  }

  /** To be asked before each attempt. */
  next(now: number): LinkFactory {
    if (this.#index > 0 && this.#proven.has(this.current) && now - this.#since >= BETTER) {
      this.#index = 0;
      this.#failures = 0;
    }
    return this.current;
  }

  connected(now: number): void {
    if (!this.#proven.has(this.current)) {
      this.#proven.add(this.current);
      this.#since = now;
    }
  }

  /** The current one did not open. */
  failed(): void {
    if (!this.#proven.has(this.current) && ++this.#failures === 2) {
      this.#index = (this.#index + 1) % this.#all.length;
      this.#failures = 0;
    }
  }

  /** What was true in the last network need not be in this one. */
  forget(): void {
    this.#proven.clear();
    this.#failures = 0;
  }
}
