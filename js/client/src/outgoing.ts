// SPDX-License-Identifier: Apache-2.0
import { FanfareError } from './error.ts';
import type { Command, ServerFrame } from './frames.ts';

/** A command that is answered. */
export type Request = Exclude<Command, { type: 'pong' }>;
export type Reply = Extract<ServerFrame, { id: number }>;

/** What becomes of a command whose connection is lost before the reply: only what changes nothing twice is said again. */
type Repeat = 'again' | 'never';

interface Waiting {
  readonly command: Request;
  readonly bytes: number;
  readonly repeat: Repeat;
  sent: boolean;
  resolve(reply: ServerFrame): void;
  reject(error: FanfareError): void;
}

export interface Bounds {
  readonly messages: number;
  readonly bytes: number;
}

/** Said at once, whether or not there is a connection. */
function noJson(why: string, cause?: unknown): FanfareError {
  return new FanfareError('bad_request', `\`data\` cannot be written as JSON: it ${why}.`, { field: 'data', cause });
}

/**
 * The program's commands, from when they are given until they are answered: while there is no connection, and across
 * connections. What is not sent yet and what has no reply count alike against the bounds.
 */
export class Outgoing {
  readonly #bounds: Bounds;
  readonly #waiting = new Map<number, Waiting>();
  #bytes = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Keeps a command, and sends it if there is a way. */
  ask(command: Request, send: ((command: Command) => void) | undefined): Promise<ServerFrame> {
    let bytes: number;
    try {
      // In UTF-16 units: it is memory that is bounded.
      bytes = JSON.stringify(command).length;
    } catch (cause) {
      return Promise.reject(noJson('has a BigInt or contains itself', cause));
    }
    if ('data' in command && ['undefined', 'function', 'symbol'].includes(typeof command.data)) {
      return Promise.reject(noJson(`is ${typeof command.data}`));
    }
    const limit =
      this.#waiting.size >= this.#bounds.messages
        ? 'messages'
        : this.#bytes + bytes > this.#bounds.bytes
          ? 'bytes'
          : undefined;
    if (limit !== undefined) {
      const message = `Too much waits for the connection: at most ${this.#bounds[limit]} ${limit}.`;
      return Promise.reject(new FanfareError('buffer_full', message, { limit }));
    }
    return new Promise((resolve, reject) => {
      const repeat = command.type === 'send' ? 'never' : 'again';
      this.#waiting.set(command.id, { command, bytes, repeat, sent: send !== undefined, resolve, reject });
      this.#bytes += bytes;
      send?.(command);
    });
  }

  /** There is a connection: sends everything, in the order in which it was given. */
  flush(send: (command: Command) => void): void {
    for (const waiting of this.#waiting.values()) {
      waiting.sent = true;
      send(waiting.command);
    }
  }

  /** Whether the reply was waited for. */
  answered(reply: ServerFrame & { id: number }): boolean {
    const waiting = this.#take(reply.id);
    if (waiting === undefined) {
      return false;
    }
    if (reply.type === 'error') {
      waiting.reject(new FanfareError(reply.code, reply.message, reply));
    } else {
      waiting.resolve(reply);
    }
    return true;
  }

  /** The server threw something away unread, and cannot say what: the largest that it was sent. Whether there was one. */
  tooLarge(error: FanfareError): boolean {
    const sent = [...this.#waiting].filter(([, waiting]) => waiting.sent).sort(([, a], [, b]) => b.bytes - a.bytes);
    const largest = sent[0] && this.#take(sent[0][0]);
    largest?.reject(error);
    return largest !== undefined;
  }

  /** The connection is gone: what may have been executed and must not be twice fails, the rest waits for the next one. */
  lost(): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.sent && waiting.repeat === 'never') {
        this.#take(id);
        const message = 'The connection was lost before the reply: the message may have been handled, or not.';
        waiting.reject(new FanfareError('connection_lost', message));
      }
      waiting.sent = false;
    }
  }

  /** There will be no connection any more. */
  fail(error: FanfareError): void {
    for (const id of [...this.#waiting.keys()]) {
      this.#take(id)?.reject(error);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      this.#waiting.delete(id);
      this.#bytes -= waiting.bytes;
    }
    return waiting;
  }
}
