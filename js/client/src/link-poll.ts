// SPDX-License-Identifier: Apache-2.0
import { type Down, ending, exchange, Exchanges } from './exchange.ts';
import type { ServerFrame } from './frames.ts';
import type { LinkFactory, LinkListener, Opening } from './link.ts';

const LONGEST_WAIT = 25_000;

/** One poll after another. The first after a change does not wait for news: it says how things stand. */
class Polls implements Down {
  readonly #opening: Opening;
  readonly #listener: LinkListener;
  #abort: AbortController | undefined;

  constructor(opening: Opening, listener: LinkListener) {
    this.#opening = opening;
    this.#listener = listener;
  }

  reopen(): void {
    this.close();
    this.#abort = new AbortController();
    void this.#polls(this.#abort.signal);
  }

  close(): void {
    this.#abort?.abort();
  }

  async #polls(signal: AbortSignal): Promise<void> {
    const { heartbeat } = this.#opening;
    // Silence of the length of the heartbeat would be death.
    const longest = Math.min(LONGEST_WAIT, Math.floor((heartbeat * 5) / 7));
    try {
      for (let wait = 0; !signal.aborted; wait = longest) {
        await this.#poll(wait, signal);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#listener.lost(ending(error));
      }
    }
  }

  #poll(wait: number, signal: AbortSignal): Promise<void> {
    const commands = this.#opening.standing();
    return exchange(this.#opening, this.#listener, { commands, wait, signal }, (line) => {
      if (line !== '' && !signal.aborted) {
        this.#listener.frame(JSON.parse(line) as ServerFrame);
      }
    });
  }
}

/** The native protocol by long-polling: protocol/SPEC.md, section 13. */
export const poll: LinkFactory = {
  name: 'poll',
  duplex: false,
  open: (opening, listener) => new Exchanges(opening, listener, new Polls(opening, listener)),
};
