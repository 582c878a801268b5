// SPDX-License-Identifier: Apache-2.0

/**
 * Keeps something open while anybody holds it. The last to let go closes it a microtask later: React's StrictMode lets go
 * and takes hold again at once, and that is one connection, not two.
 */
export class Hold {
  readonly #open: () => void;
  readonly #close: () => void;
  #holders = 0;
  #opened = false;

  constructor(open: () => void, close: () => void) {
    this.#open = open;
    this.#close = close;
  }

  /** Answers with what lets go again. */
  take(): () => void {
    this.#holders++;
    if (!this.#opened) {
      this.#opened = true;
      this.#open();
    }
    let held = true;
    return () => {
      if (held) {
        held = false;
        this.#holders--;
        queueMicrotask(() => this.#closeUnheld());
      }
    };
  }

  #closeUnheld(): void {
    if (this.#holders === 0 && this.#opened) {
      this.#opened = false;
      this.#close();
    }
  }
}
