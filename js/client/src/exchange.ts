// SPDX-License-Identifier: Apache-2.0
// Requests of the native protocol over HTTP: protocol/SPEC.md, section 13.
import type { Command, ServerFrame } from './frames.ts';
import { type Ending, exchangeUrl, type Link, type LinkListener, type Opening } from './link.ts';
import type { Cancel, Clock } from './types.ts';

const STREAM = 'text/event-stream';
const FRAMES = 'application/x-ndjson';
/** Lines and characters of one request: well under the server's bounds. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 256 * 1024;

/** An answer that is none: what follows for the connection. */
class Refused extends Error {
  readonly status: number;
  readonly ending: Ending;

  constructor(status: number, ending: Ending) {
    super(ending.message);
    this.status = status;
    this.ending = ending;
  }
}

interface Request {
  /** What is said after `connect`. */
  readonly commands: readonly Command[];
  /** Milliseconds; absent for a stream. */
  readonly wait?: number;
  readonly signal: AbortSignal;
}

/**
 * Sends commands, and hands over the answer line by line, as it comes. `Refused` where it is no answer; when nothing comes for
 * too long, the listener is told that the link is lost.
 */
export async function exchange(
  opening: Opening,
  listener: LinkListener,
  request: Request,
  line: (line: string) => void,
): Promise<void> {
  const { heartbeat, clock } = opening;
  const patience = new Patience(clock, heartbeat, () => {
    if (!request.signal.aborted) {
      listener.lost({ message: `Nothing was heard for ${heartbeat} ms.` });
    }
  });
  try {
    await ask(opening, request, (text) => {
      patience.heard();
      line(text);
    });
  } finally {
    patience.end();
  }
}

async function ask(opening: Opening, request: Request, line: (line: string) => void): Promise<void> {
  const response = await (opening.fetch ?? fetch)(exchangeUrl(opening.url, request.wait), {
    method: 'POST',
    headers: { 'Content-Type': FRAMES, Accept: request.wait === undefined ? STREAM : FRAMES },
    body: [opening.connect(), ...request.commands].map((command) => JSON.stringify(command)).join('\n'),
    signal: request.signal,
    credentials: 'same-origin',
    cache: 'no-store',
  });
  const type = response.headers.get('Content-Type') ?? '';
  if (response.status !== 200 || !type.startsWith(request.wait === undefined ? STREAM : FRAMES)) {
    throw await refused(response);
  }
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let begun = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const lines = (begun + decoder.decode(value, { stream: true })).split('\n');
    begun = lines.pop()!;
    lines.forEach(line);
  }
}

async function refused(response: Response): Promise<Refused> {
  const { status } = response;
  const body = (await response.json().catch(() => undefined)) as { error?: { message?: unknown } } | undefined;
  const said = body?.error?.message;
  const message = typeof said === 'string' ? said : `The server answered with the status ${status}.`;
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  // What a proxy in between says is not for good.
  const final = said !== undefined && [400, 401, 403, 405, 413, 415].includes(status);
  const retryAfter = Number.isFinite(seconds) ? { retryAfter: seconds * 1_000 } : {};
  return new Refused(status, { message, comesBack: !final, ...retryAfter });
}

/** How a link ends whose request failed. */
export function ending(error: unknown): Ending {
  return error instanceof Refused ? error.ending : { message: 'The connection was lost.' };
}

/** Sees that a request has not been heard of for too long. */
class Patience {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #over: () => void;
  #heardAt: number;
  #timer: Cancel;

  constructor(clock: Clock, milliseconds: number, over: () => void) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#over = over;
    this.#heardAt = clock.now();
    this.#timer = this.#look(milliseconds);
  }

  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  end(): void {
    this.#timer();
  }

  #look(after: number): Cancel {
    return this.#clock.after(after, () => {
      const left = this.#heardAt + this.#milliseconds - this.#clock.now();
      if (left <= 0) {
        this.#over();
      } else {
        this.#timer = this.#look(left);
      }
    });
  }
}

/** What comes down: everything that stands is asked for. It is opened by `reopen`. */
export interface Down {
  /** What stands is another. */
  reopen(): void;
  close(): void;
}

/**
 * A link of exchanges: what comes down, and beside it the commands that go up as exchanges of their own, one at a time, so that
 * they are carried out in their order.
 */
export class Exchanges implements Link {
  readonly #opening: Opening;
  readonly #listener: LinkListener;
  readonly #down: Down;
  readonly #queue: Command[] = [];
  readonly #abort = new AbortController();
  #busy = false;
  /** So many go alone: together they were too large for something on the way. */
  #alone = 0;

  constructor(opening: Opening, listener: LinkListener, down: Down) {
    this.#opening = opening;
    this.#listener = listener;
    this.#down = down;
    down.reopen();
  }

  send(command: Command): void {
    this.#queue.push(command);
    if (!this.#busy) {
      this.#busy = true;
      // What is sent at this moment goes together.
      queueMicrotask(() => void this.#drain());
    }
  }

  reopen(): void {
    this.#down.reopen();
  }

  close(): void {
    this.#queue.length = 0;
    this.#abort.abort();
    this.#down.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const commands = this.#batch();
      const { signal } = this.#abort;
      const open = new Set(commands.flatMap((command) => ('id' in command ? [command.id] : [])));
      try {
        await exchange(this.#opening, this.#listener, { commands, wait: 0, signal }, (line) => this.#heard(line, open));
        open.forEach((id) => this.#unanswered(id));
      } catch (error) {
        if (!this.#judge(error, commands)) {
          return;
        }
      }
    }
    this.#busy = false;
  }

  /** Whether it goes on. */
  #judge(error: unknown, commands: readonly Command[]): boolean {
    if (this.#abort.signal.aborted) {
      return false;
    }
    if (error instanceof Refused && error.status === 413) {
      this.#tooLarge(commands, error.message);
      return true;
    }
    this.#listener.lost(ending(error));
    return false;
  }

  /** Nothing of it was carried out. */
  #tooLarge(commands: readonly Command[], message: string): void {
    const [command] = commands;
    if (commands.length > 1) {
      this.#queue.unshift(...commands);
      this.#alone = commands.length;
    } else if (command !== undefined && 'id' in command) {
      this.#listener.frame({ type: 'error', id: command.id, code: 'message_too_large', message });
    }
  }

  #batch(): Command[] {
    if (this.#alone > 0) {
      this.#alone--;
      return [this.#queue.shift()!];
    }
    const batch: Command[] = [];
    let characters = 0;
    while (this.#queue.length > 0 && batch.length < MOST_LINES) {
      characters += JSON.stringify(this.#queue[0]).length;
      if (batch.length > 0 && characters > MOST_CHARACTERS) {
        break;
      }
      batch.push(this.#queue.shift()!);
    }
    return batch;
  }

  /** The server has waited for the reply as long as one exchange lasts. */
  #unanswered(id: number): void {
    if (!this.#abort.signal.aborted) {
      const message = 'The server did not answer in time; the command may have been carried out, or not.';
      this.#listener.frame({ type: 'error', id, code: 'unavailable', message });
    }
  }

  #heard(line: string, open: Set<number>): void {
    if (line !== '' && !this.#abort.signal.aborted) {
      const frame = JSON.parse(line) as ServerFrame & { id?: number };
      open.delete(frame.id ?? 0);
      // It says that the token is good; the stream has said that already.
      if (frame.type !== 'connected') {
        this.#listener.frame(frame);
      }
    }
  }
}
