// SPDX-License-Identifier: Apache-2.0
import type { Connection } from './connection.ts';
import type { FanfareError } from './error.ts';
import type { Command } from './frames.ts';
import type { Inbox } from './types.ts';

/** Who waits for what the inbox has. */
interface Asking {
  readonly resolve: (inbox: Inbox) => void;
  readonly reject: (error: FanfareError) => void;
}

/** The user's inbox: once the program took it, it is taken again on every connection. */
export class Mailbox {
  readonly #connection: Connection;
  readonly #waiting: Asking[] = [];
  #taken = false;
  #id = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  take(): Promise<Inbox> {
    this.#taken = true;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#connection.tell(() => this.standing());
    });
  }

  standing(): Command[] {
    if (!this.#taken) {
      return [];
    }
    this.#id = this.#connection.id();
    return [{ type: 'inbox', id: this.#id }];
  }

  /** Whether somebody waited for it. */
  opened(inbox: Inbox): boolean {
    const waiting = this.#waiting.splice(0);
    waiting.forEach(({ resolve }) => resolve(inbox));
    return waiting.length > 0;
  }

  /** Whether it was the inbox that the server refused. */
  refused(id: number, error: FanfareError): boolean {
    if (!this.#taken || id !== this.#id) {
      return false;
    }
    this.#taken = false;
    this.failed(error);
    return true;
  }

  failed(error: FanfareError): void {
    this.#waiting.splice(0).forEach(({ reject }) => reject(error));
  }
}
