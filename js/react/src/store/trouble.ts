// SPDX-License-Identifier: Apache-2.0
import type { State } from '@fanfare/client';
import { showToast } from './toasts.tsx';
import type { UseWebSocketOptions } from './types.ts';

type Told = Pick<UseWebSocketOptions, 'toast' | 'log' | 'maxReconnectAttempts'>;

/** Tells people of an outage once and only while it lasts, and developers of every attempt that failed. */
export class Trouble {
  #been = false;
  #told: State['name'] | undefined;
  #shown: unknown;

  moved(state: State, options: Told): void {
    switch (state.name) {
      case 'connected':
        this.#been = true;
        this.#over();
        break;
      case 'idle':
        this.#over();
        break;
      case 'connecting':
        break;
      case 'waiting':
        this.#log(options, `WebSocket: attempt ${state.attempt} failed or was lost: ${state.reason.message}`);
        this.#toast(
          options,
          state.name,
          this.#been ? 'The connection was lost. Trying again.' : 'There is no connection yet. Trying again.',
        );
        break;
      case 'closed':
        this.#log(options, `WebSocket: closed for good: ${state.reason.message}`);
        this.#toast(options, state.name, 'There is no connection any more.');
        break;
    }
  }

  #toast(options: Told, of: State['name'], text: string): void {
    if (this.#told !== of) {
      this.#told = of;
      this.#takeAway();
      this.#shown = (options.toast ?? showToast)(text);
    }
  }

  #over(): void {
    this.#told = undefined;
    this.#takeAway();
  }

  #takeAway(): void {
    if (typeof this.#shown === 'function') {
      (this.#shown as () => void)();
    }
    this.#shown = undefined;
  }

  #log(options: Told, line: string): void {
    (options.log ?? warn)(line);
  }
}

function warn(line: string): void {
  // eslint-disable-next-line no-console -- for developers; a program gives its own `log`
  console.warn(line);
}

export function unreadable(options: Told, text: string): void {
  (options.log ?? warn)(`WebSocket: a message of ${text.length} characters is no JSON`);
}
