// SPDX-License-Identifier: Apache-2.0
import type { Cancel, Clock } from '@fanfare/client';

/** What `Pace` needs of a clock. */
export type Timer = Pick<Clock, 'after'>;

export const systemTimer: Timer = {
  after(milliseconds, action): Cancel {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Tells of changes: at once where `every` is 0, else once for all of those in `every` milliseconds, at their end. */
export class Pace {
  readonly #tell: () => void;
  readonly #timer: Timer;
  #pending: Cancel | undefined;

  constructor(tell: () => void, timer: Timer) {
    this.#tell = tell;
    this.#timer = timer;
  }

  changed(every: number): void {
    if (every <= 0) {
      this.stop();
      this.#tell();
    } else {
      this.#pending ??= this.#timer.after(every, () => {
        this.#pending = undefined;
        this.#tell();
      });
    }
  }

  stop(): void {
    this.#pending?.();
    this.#pending = undefined;
  }
}
