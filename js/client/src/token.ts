// SPDX-License-Identifier: Apache-2.0
import type { Reconnect } from './reconnect.ts';
import type { Cancel } from './types.ts';

/** Milliseconds before its end at which a token is replaced, at the latest; a short-lived one at three quarters. */
const AHEAD = 60_000;

/**
 * The token of now, and where the next one comes from. A reconnect takes the one that is there as long as it lives: when
 * 10,000 clients come back, the backend that gives tokens is not asked 10,000 times.
 */
export class Token {
  readonly #source: (() => string | Promise<string>) | undefined;
  readonly #time: Pick<Reconnect, 'clock' | 'random'>;
  readonly #due: () => void;
  #value: string | undefined;
  #goodUntil = Infinity;
  #reused = false;
  #renewing: Promise<string> | undefined;
  #timer: Cancel | undefined;

  /** `due` is called when it is time to renew. */
  constructor(
    token: string | (() => string | Promise<string>) | undefined,
    time: Pick<Reconnect, 'clock' | 'random'>,
    due: () => void,
  ) {
    this.#source = typeof token === 'function' ? token : undefined;
    this.#value = typeof token === 'string' ? token : undefined;
    this.#time = time;
    this.#due = due;
  }

  get value(): string | undefined {
    return this.#value;
  }

  get renewable(): boolean {
    return this.#source !== undefined;
  }

  /** Whether the token of now was used for an earlier connection too. */
  get reused(): boolean {
    return this.#reused;
  }

  /** One to connect with: asked for, unless the last one is still good or it is not ours to ask. */
  get(): Promise<string> | undefined {
    if (this.#source === undefined) {
      return undefined;
    }
    if (this.#value !== undefined && this.#time.clock.wall() < this.#goodUntil) {
      this.#reused = true;
      return undefined;
    }
    return this.renew();
  }

  /** Another one; undefined where there is none to be had. */
  renew(): Promise<string> | undefined {
    const source = this.#source;
    if (source === undefined) {
      return undefined;
    }
    this.#renewing ??= (async () => source())()
      .then((token) => {
        this.#value = token;
        this.#reused = false;
        return token;
      })
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  /** The server says when the token of now ends: in milliseconds since 1970 UTC. */
  ends(expiresAt: number | undefined): void {
    this.rest();
    if (expiresAt === undefined || this.#source === undefined) {
      return;
    }
    const life = expiresAt - this.#time.clock.wall();
    const ahead = Math.min(AHEAD, life / 4);
    this.#goodUntil = expiresAt - ahead;
    // Where the clocks differ this much, the server's `expiring` says when.
    if (life > 0) {
      this.#timer = this.#time.clock.after(life - ahead * (1 + this.#time.random()), this.#due);
    }
  }

  /** Without a connection nothing is renewed. */
  rest(): void {
    this.#timer?.();
    this.#timer = undefined;
  }

  /** The token of now is no good. One that cannot be renewed stays. */
  forget(): void {
    this.rest();
    if (this.#source !== undefined) {
      this.#value = undefined;
      this.#goodUntil = Infinity;
    }
  }
}
