// SPDX-License-Identifier: Apache-2.0
import { Socket, type SocketOptions } from '@fanfare/client/socket';
import type { FanfareError, State } from '@fanfare/client';
import { Fold, type Folding } from './fold.ts';
import { systemTimer } from './pace.ts';
import { Source } from './source.ts';

/** Where a socket connects; asked at every attempt when it is a function. */
export type Url = string | (() => string);

/** What a component may change from one rendering to the next without another connection. */
export interface SocketHandlers<T, V> extends Folding<T, V> {
  /** Every message, in order; renders nothing. */
  readonly onMessage?: ((message: T) => void) | undefined;
  /** Text that is no JSON. Without it such a message is left out. */
  readonly onText?: ((text: string) => void) | undefined;
  readonly onState?: ((state: State) => void) | undefined;
  readonly onError?: ((error: FanfareError) => void) | undefined;
  readonly hello?: SocketOptions['hello'] | undefined;
}

export interface SocketState<T, V> {
  readonly state: State;
  /** What `select` has picked; undefined before the first message. */
  readonly value: V | undefined;
  /** With `throttle` and without `select`: what came in the latest batch. */
  readonly messages: readonly T[];
}

const IDLE: SocketState<never, never> = { state: { name: 'idle' }, value: undefined, messages: [] };
export const idle = (): SocketState<never, never> => IDLE;

/** A `Socket` that is open while somebody listens, or as the program says when it is `manual`. */
export class SocketSource<T, V> extends Source<SocketState<T, V>> {
  readonly #socket: Socket | undefined;
  readonly #start: 'listened' | 'manual';
  readonly #fold: Fold<T, V>;
  #handlers: SocketHandlers<T, V>;
  #url: Url;
  #release: (() => void)[] = [];

  /** @param url null connects nowhere */
  constructor(
    url: Url | null,
    options: Omit<SocketOptions, 'hello'>,
    handlers: SocketHandlers<T, V>,
    start: 'listened' | 'manual' = 'listened',
  ) {
    super(IDLE);
    this.#url = url ?? '';
    this.#handlers = handlers;
    this.#start = start;
    this.#fold = new Fold(
      (value, messages) => this.set(messages.length === 0 ? { value } : { value, messages }),
      options.clock ?? systemTimer,
    );
    if (url !== null) {
      const where = (): string => (typeof this.#url === 'function' ? this.#url() : this.#url);
      this.#socket = new Socket(where, { ...options, hello: () => this.#handlers.hello?.() });
    }
  }

  configure(url: Url | null, handlers: SocketHandlers<T, V>): void {
    this.#url = url ?? '';
    this.#handlers = handlers;
  }

  readonly connect = (): void => this.#socket?.open();
  readonly disconnect = (): void => this.#socket?.close();

  /** False when there is no connection to send it on. */
  readonly send = (message: string | object): boolean => this.#socket?.send(message) ?? false;

  protected override open(): void {
    const socket = this.#socket;
    if (!socket) {
      return;
    }
    this.#release = [
      socket.on('state', (state) => {
        this.set({ state });
        this.#handlers.onState?.(state);
      }),
      socket.on('message', (message) => this.#take(message)),
      socket.on('error', (error) => this.#handlers.onError?.(error)),
    ];
    if (this.#start === 'listened') {
      socket.open();
    }
  }

  protected override close(): void {
    this.#fold.stop();
    this.#socket?.close();
    for (const release of this.#release) {
      release();
    }
    this.#release = [];
    this.set({ state: IDLE.state });
  }

  #take(message: unknown): void {
    if (typeof message === 'string') {
      this.#handlers.onText?.(message);
    } else {
      this.#handlers.onMessage?.(message as T);
      this.#fold.take(message as T, this.#handlers);
    }
  }
}
