// SPDX-License-Identifier: Apache-2.0
import { type Down, ending, exchange, Exchanges } from './exchange.ts';
import type { ServerFrame } from './frames.ts';
import type { Ending, LinkFactory, LinkListener, Opening } from './link.ts';

const DATA = 'data: ';

/** One stream after another: when what stands changes, the next one is opened before the last one is left. */
class Streams implements Down {
  readonly #opening: Opening;
  readonly #listener: LinkListener;
  /** The newest is the one that is heard; older ones wait for its first word. */
  readonly #open: AbortController[] = [];

  constructor(opening: Opening, listener: LinkListener) {
    this.#opening = opening;
    this.#listener = listener;
  }

  reopen(): void {
    const abort = new AbortController();
    this.#open.push(abort);
    void this.#stream(abort);
  }

  close(): void {
    this.#open.splice(0).forEach((stream) => stream.abort());
  }

  async #stream(abort: AbortController): Promise<void> {
    const current = (): boolean => this.#open.at(-1) === abort;
    const request = { commands: this.#opening.standing(), signal: abort.signal };
    let end: Ending = { message: 'The stream ended.' };
    try {
      await exchange(this.#opening, this.#listener, request, (line) => {
        if (current()) {
          this.#heard(line);
        }
      });
    } catch (error) {
      end = ending(error);
    }
    if (current()) {
      this.#listener.lost(end);
    }
  }

  #heard(line: string): void {
    this.#open.splice(0, this.#open.length - 1).forEach((stream) => stream.abort());
    if (line.startsWith(DATA)) {
      this.#listener.frame(JSON.parse(line.slice(DATA.length)) as ServerFrame);
    } else {
      this.#listener.alive();
    }
  }
}

/** The native protocol as a stream of server-sent events, and exchanges upwards: protocol/SPEC.md, section 13. */
export const sse: LinkFactory = {
  name: 'sse',
  duplex: false,
  open: (opening, listener) => new Exchanges(opening, listener, new Streams(opening, listener)),
};
