// SPDX-License-Identifier: Apache-2.0
import { ending, exchange, Patience, Upstream } from './exchange.ts';
import type { ServerFrame } from './frames.ts';
import type { Link, LinkFactory, LinkListener, Opening } from './link.ts';

const DATA = 'data: ';

interface Stream {
  readonly abort: AbortController;
  readonly patience: Patience;
}

/** One stream after another: when what stands changes, the next one is opened before the last one is left. */
class Streams implements Link {
  readonly #opening: Opening;
  readonly #listener: LinkListener;
  readonly #upstream: Upstream;
  /** The newest is the one that is heard; older ones wait for its first word. */
  readonly #open: Stream[] = [];

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
    void this.#stream();
  }

  close(): void {
    this.#upstream.close();
    this.#leave(this.#open.splice(0));
  }

  async #stream(): Promise<void> {
    const { clock, heartbeat } = this.#opening;
    const abort = new AbortController();
    const over = (): void => this.#listener.lost({ message: `Nothing was heard for ${heartbeat} ms.` });
    const stream = { abort, patience: new Patience(clock, heartbeat, over) };
    this.#open.push(stream);
    const current = (): boolean => this.#open.at(-1) === stream;
    const commands = [this.#opening.connect(), ...this.#opening.standing()];
    let end = { message: 'The stream ended.' };
    try {
      await exchange(this.#opening, { commands, signal: abort.signal }, (line) => {
        if (current()) {
          stream.patience.heard();
          this.#heard(line);
        }
      });
    } catch (error) {
      end = ending(error);
    }
    stream.patience.end();
    if (current()) {
      this.#listener.lost(end);
    }
  }

  #heard(line: string): void {
    this.#leave(this.#open.splice(0, this.#open.length - 1));
    if (line.startsWith(DATA)) {
      this.#listener.frame(JSON.parse(line.slice(DATA.length)) as ServerFrame);
    } else {
      this.#listener.alive();
    }
  }

  #leave(streams: readonly Stream[]): void {
    for (const { abort, patience } of streams) {
      patience.end();
      abort.abort();
    }
  }
}

/** The native protocol as a stream of server-sent events, and exchanges upwards: protocol/SPEC.md, section 13. */
export const sse: LinkFactory = {
  name: 'sse',
  duplex: false,
  open: (opening, listener) => new Streams(opening, listener),
};
