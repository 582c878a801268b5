// SPDX-License-Identifier: Apache-2.0
import type { Clock } from './types.ts';

/** Milliseconds that the program's own code has to keep a promise. */
export const PROMISE = 10_000;

/** What the program promised; after 10 s a failure that says so. What comes later is not waited for. */
export function inTime<T>(clock: Clock, what: string, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = (): void => reject(new Error(`${what} did not answer within ${PROMISE} ms.`));
    const cancel = clock.after(PROMISE, late);
    promise.then(resolve, reject).finally(cancel);
  });
}
