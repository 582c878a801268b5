// SPDX-License-Identifier: Apache-2.0
import { FanfareError } from './error.ts';
import type { Off } from './types.ts';

/** Listeners by event. One that throws stops neither the others nor the connection: it is told as an `error`. */
export class Emitter<E extends { error: FanfareError }> {
  readonly #listeners = new Map<keyof E, Set<(event: never) => void>>();

  on<K extends keyof E>(event: K, listener: (event: E[K]) => void): Off {
    let listeners = this.#listeners.get(event);
    if (listeners === undefined) {
      this.#listeners.set(event, (listeners = new Set()));
    }
    // The same function may be given twice; each is taken off by itself.
    const own = (value: E[K]): void => listener(value);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  emit<K extends keyof E>(event: K, value: E[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])] as ((event: E[K]) => void)[]) {
      try {
        listener(value);
      } catch (cause) {
        if (event !== 'error') {
          this.emit('error', new FanfareError('listener', `A listener of "${String(event)}" threw.`, { cause }));
        }
      }
    }
  }
}
