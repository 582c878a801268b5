// SPDX-License-Identifier: Apache-2.0
import { Pace, type Timer } from './pace.ts';

/** How messages become something to render. Without `select` and `throttle` a message renders nothing. */
export interface Folding<M, V> {
  /** The value after this message; a component renders again only when it is another (`Object.is`). */
  readonly select?: ((message: M, value: V | undefined) => V) | undefined;
  /** Milliseconds: renders at most once in them, with what came meanwhile. */
  readonly throttle?: number | undefined;
}

/** A batch that is this long is rendered without waiting for the rest of its time. */
const BATCH = 1000;

/** What messages have come to: the value that `select` picks, or with `throttle` alone the latest batch of messages. */
export class Fold<M, V> {
  readonly #pace: Pace;
  #value: V | undefined;
  #batch: M[] = [];

  /** @param changed is told the value, which may be the same as before, or the batch */
  constructor(changed: (value: V | undefined, batch: readonly M[]) => void, timer: Timer) {
    this.#pace = new Pace(() => {
      const batch = this.#batch;
      this.#batch = [];
      changed(this.#value, batch);
    }, timer);
  }

  take(message: M, { select, throttle = 0 }: Folding<M, V>): void {
    if (select) {
      this.#value = select(message, this.#value);
      this.#pace.changed(throttle);
    } else if (throttle > 0) {
      this.#batch.push(message);
      this.#pace.changed(this.#batch.length < BATCH ? throttle : 0);
    }
  }

  stop(): void {
    this.#pace.stop();
  }
}
