// SPDX-License-Identifier: Apache-2.0
import { inTime } from './deadline.ts';
import type { Reconnect } from './reconnect.ts';
import type { Cancel } from './types.ts';

/** Milliseconds before its end at which a token is replaced, at the latest; a short-lived one at three quarters. */
const AHEAD = 60_000;
/** Milliseconds before its end from which on a token is not replaced any more: the next connection asks. */
const TOO_LATE = 1_000;

/** Where tokens come from: the program. */
export type TokenFunction = () => string | Promise<string>;

/** A call of the program's function that is waited for. */
interface Waiting {
  readonly promise: Promise<string>;
  resolve(token: string): void;
  reject(cause: unknown): void;
}

/**
 * The token of now, and where the next one comes from. A reconnect takes the one that is there as long as it lives: when
 * 10,000 clients come back, the backend that gives tokens is not asked 10,000 times.
 *
 * Each call of the program's function is waited for 10 s, and then left: the next attempt calls again. An answer that comes
 * later is taken if a token is still wanted and no later call has answered. A call that never answers is held by nothing here.
 */
export class Token {
  readonly #source: TokenFunction | undefined;
  readonly #time: Pick<Reconnect, 'clock' | 'random'>;
  readonly #due: () => void;
  readonly #late: () => void;
  #value: string | undefined;
  #expiresAt: number | undefined;
  #goodUntil = Infinity;
  #waiting: Waiting | undefined;
  #wanted = false;
  #calls = 0;
  /** Answers of this call, and of those before it, come too late. */
  #over = 0;
  #timer: Cancel | undefined;

  /** `due` is called when it is time to renew, and `late` when there is another token that nobody waits for any more. */
  constructor(
    token: string | TokenFunction | undefined,
    time: Pick<Reconnect, 'clock' | 'random'>,
    told: { due: () => void; late: () => void },
  ) {
    this.#source = typeof token === 'function' ? token : undefined;
    this.#value = typeof token === 'string' ? token : undefined;
    this.#time = time;
    this.#due = told.due;
    this.#late = told.late;
  }

  get value(): string | undefined {
    return this.#value;
  }

  get renewable(): boolean {
    return this.#source !== undefined;
  }

  /** One to connect with: asked for, unless the last one is still good or it is not ours to ask. */
  get(): Promise<string> | undefined {
    if (this.#source === undefined) {
      return undefined;
    }
    if (this.#value !== undefined && this.#time.clock.wall() < this.#goodUntil) {
      return undefined;
    }
    return this.renew();
  }

  /** Another one, or a failure within 10 s; undefined where there is none to be had. */
  renew(): Promise<string> | undefined {
    if (this.#source === undefined) {
      return undefined;
    }
    this.#waiting ??= this.#call(this.#source);
    return this.#waiting.promise;
  }

  #call(source: TokenFunction): Waiting {
    const call = ++this.#calls;
    this.#wanted = true;
    let resolve!: (token: string) => void;
    let reject!: (cause: unknown) => void;
    const answer = new Promise<string>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const promise = inTime(this.#time.clock, 'The token function', answer).finally(() => {
      if (this.#waiting === waiting) {
        this.#waiting = undefined;
      }
    });
    const waiting: Waiting = { promise, resolve, reject };
    (async () => source())().then((token) => this.#answered(call, token), reject);
    return waiting;
  }

  #answered(call: number, token: string): void {
    if (call <= this.#over || !this.#wanted) {
      return;
    }
    this.#over = call;
    this.#wanted = false;
    this.#value = token;
    this.#goodUntil = Infinity;
    if (this.#waiting === undefined) {
      this.#late();
    } else {
      this.#waiting.resolve(token);
    }
  }

  /** The server says when the token of now ends: in milliseconds since 1970 UTC. */
  ends(expiresAt: number | undefined): void {
    this.rest();
    this.#expiresAt = expiresAt;
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

  /** It could not be renewed: that is tried again in what is left of its life. */
  again(): void {
    if (this.#expiresAt !== undefined && this.#expiresAt - this.#time.clock.wall() > TOO_LATE) {
      this.ends(this.#expiresAt);
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

  /** The program does not want to connect any more: what it was asked for is not waited for, and not used. */
  stop(): void {
    this.forget();
    this.#over = this.#calls;
    this.#wanted = false;
    this.#waiting?.reject(undefined);
    this.#waiting = undefined;
  }
}
