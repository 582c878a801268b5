// SPDX-License-Identifier: Apache-2.0

/** As much of Web Locks as is used: exclusive, in the order of asking. */
export class Locks {
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
