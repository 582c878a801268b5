// SPDX-License-Identifier: Apache-2.0
import { ending, exchange, Patience, Upstream } from './exchange.ts';
import type { ServerFrame } from './frames.ts';
import type { Link, LinkFactory, LinkListener, Opening } from './link.ts';

const LONGEST_WAIT = 25_000;

/** One poll after another. The first after a change does not wait for news: it says how things stand. */
class Polls implements Link {
  readonly #opening: Opening;
  readonly #listener: LinkListener;
  readonly #upstream: Upstream;
  #abort: AbortController | undefined;

  constructor(opening: Opening, listener: LinkListener) {
    this.#opening = opening;
    this.#listener = listener;
    this.#upstream = new Upstream(opening, listener);
    this.reopen();
  }

  send(command: Parameters<Link['send']>[0]): void {
    this.#upstream.send(command);
  }

  reopen(): void {
    this.#abort?.abort();
    this.#abort = new AbortController();
    void this.#polls(this.#abort.signal);
  }

  close(): void {
    this.#upstream.close();
    this.#abort?.abort();
  }

  async #polls(signal: AbortSignal): Promise<void> {
    const { heartbeat } = this.#opening;
    // Silence of the length of the heartbeat would be death.
    const longest = Math.min(LONGEST_WAIT, Math.floor((heartbeat * 5) / 7));
    try {
      await this.#poll(0, signal);
      while (!signal.aborted) {
        await this.#poll(longest, signal);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#listener.lost(ending(error));
      }
    }
  }

  async #poll(wait: number, signal: AbortSignal): Promise<void> {
    const { clock, heartbeat } = this.#opening;
    const over = (): void => this.#listener.lost({ message: `There was no answer for ${heartbeat} ms.` });
    const patience = new Patience(clock, heartbeat, over);
    const commands = [this.#opening.connect(), ...this.#opening.standing()];
    try {
      await exchange(this.#opening, { commands, wait, signal }, (line) => {
        if (line !== '' && !signal.aborted) {
          patience.heard();
          this.#listener.frame(JSON.parse(line) as ServerFrame);
        }
      });
    } finally {
      patience.end();
    }
  }
}

/** The native protocol by long-polling: protocol/SPEC.md, section 13. */
export const poll: LinkFactory = {
  name: 'poll',
  duplex: false,
  open: (opening, listener) => new Polls(opening, listener),
};
