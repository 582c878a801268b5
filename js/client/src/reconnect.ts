// SPDX-License-Identifier: Apache-2.0
import type { Ending } from './link.ts';
import type { Cancel, Clock, Network, Policy, Reason, State } from './types.ts';

/** Milliseconds in which a connection must be up once its transport is opened. */
const OPENING = 10_000;
/** The longest a timer can be. */
const LONGEST = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, Math.min(milliseconds, LONGEST));
    return () => clearTimeout(timer);
  },
};

/** The window or the worker; some runtimes have a `window` that tells nothing, and others none. */
function networkOfRuntime(): Network | undefined {
  const { window } = globalThis as { window?: Partial<Network> };
  return [window, globalThis as Partial<Network>].find(
    (one): one is Network => one?.addEventListener !== undefined && one.removeEventListener !== undefined,
  );
}

/**
 * Whether to come back after a close that nothing else was said about: protocol/SPEC.md, section 9. Codes below 4000 may be
 * those of a proxy; 4502 and 4504 pass with time.
 */
export function comesBack(code: number): boolean {
  return code < 4500 || code === 4502 || code === 4504;
}

/** The same for a server that speaks something else, whose codes below 4000 are its own. */
export function comesBackTo(code: number): boolean {
  return code >= 4000 ? code < 4500 : [1001, 1005, 1006, 1011, 1012, 1013, 1014].includes(code);
}

/** Milliseconds to wait before the attempt of this number, the first of which is 1. */
export function delay(policy: Policy, attempt: number, random: () => number): number {
  return policy.kind === 'fixed'
    ? policy.interval * (0.9 + random() * 0.2)
    : random() * Math.min(policy.cap, policy.base * 2 ** (attempt - 1));
}

/** What is kept alive: it opens and drops what it opened, and is told what the world sees. */
export interface Kept {
  /** What the next attempt is made with: asked once before each. */
  transport(): string;
  /** Opens it, within bounded time: `opening` or `lost` is told. */
  open(): void;
  /** The connection is dead, though nobody said so: drop it, and tell `lost`. */
  dead(ending: Ending): void;
  /** Make the other side say something, for it may be gone. */
  probe(): void;
  /** The network is another one, maybe. */
  networkChanged(): void;
  changed(state: State): void;
}

export interface Timing {
  readonly policy: Policy;
  /** Milliseconds of silence that are death; without it silence is none. */
  readonly silence?: number;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
  readonly network?: Network | undefined;
}

/**
 * When to connect, to come back, and to give up: the states of protocol/CLIENTS.md, for `Fanfare` and `Socket` alike. It knows
 * nothing of what is connected.
 */
export class Reconnect {
  readonly clock: Clock;
  readonly random: () => number;
  readonly #kept: Kept;
  readonly #policy: Policy;
  readonly #silence: number | undefined;
  readonly #network: Network | undefined;
  #state: State = { name: 'idle' };
  #attempt = 0;
  #transport = '';
  /** The server said how long to wait: the network's return does not shorten it. */
  #advised = false;
  #heardAt = 0;
  #probedAt: number | undefined;
  #tick: { readonly now: number; readonly wall: number; readonly every: number } | undefined;
  #timer: Cancel | undefined;

  constructor(kept: Kept, timing: Timing) {
    this.#kept = kept;
    this.#policy = timing.policy;
    this.#silence = timing.silence;
    this.clock = timing.clock ?? realClock;
    this.random = timing.random ?? Math.random;
    this.#network = timing.network ?? networkOfRuntime();
  }

  get state(): State {
    return this.#state;
  }

  /** Begins, or does not wait any longer. */
  start(): void {
    const { name } = this.#state;
    if (name === 'idle' || name === 'closed') {
      this.#attempt = 0;
      this.#network?.addEventListener('online', this.#online);
      this.#network?.addEventListener('offline', this.#offline);
    }
    if (name !== 'connecting' && name !== 'connected') {
      this.#open();
    }
  }

  /** The program does not want it any more. */
  stop(): void {
    if (this.#state.name !== 'idle') {
      this.#end({ name: 'idle' });
    }
  }

  /** What is to be connected is there, and has so long to be up. */
  opening(): void {
    this.#timer?.();
    this.#timer = this.clock.after(OPENING, () =>
      this.#kept.dead({ message: `It was not connected within ${OPENING} ms.` }),
    );
  }

  /** What was opened is up. */
  connected(): void {
    this.#clear();
    this.#attempt = 0;
    this.heard();
    this.#become({ name: 'connected', transport: this.#transport });
    this.#watch();
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = this.clock.now();
    this.#probedAt = undefined;
  }

  /** What was opened is gone, or did not open. */
  lost(ending: Ending): void {
    this.#clear();
    const reason: Reason =
      ending.code === undefined ? { message: ending.message } : { code: ending.code, message: ending.message };
    const { attempts = Infinity } = this.#policy;
    if (!(ending.comesBack ?? comesBack(ending.code ?? 1006)) || this.#attempt >= attempts) {
      this.#end({ name: 'closed', reason });
      return;
    }
    this.#attempt++;
    this.#advised = ending.retryAfter !== undefined;
    this.#wait(ending.retryAfter ?? delay(this.#policy, this.#attempt, this.random), reason);
  }

  #open(): void {
    this.#clear();
    this.#transport = this.#kept.transport();
    this.#become({ name: 'connecting', attempt: this.#attempt, transport: this.#transport });
    // A listener may have stopped it.
    if (this.#state.name === 'connecting') {
      this.#kept.open();
    }
  }

  #wait(milliseconds: number, reason: Reason): void {
    const retryAt = this.clock.wall() + milliseconds;
    this.#timer = this.clock.after(milliseconds, () => this.#open());
    this.#become({ name: 'waiting', attempt: this.#attempt, retryAt, reason });
  }

  #end(state: State): void {
    this.#clear();
    this.#network?.removeEventListener('online', this.#online);
    this.#network?.removeEventListener('offline', this.#offline);
    this.#become(state);
  }

  #become(state: State): void {
    this.#state = state;
    this.#kept.changed(state);
  }

  #clear(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#probedAt = undefined;
    this.#tick = undefined;
  }

  /** Looks at the clock often, for timers stand still while a laptop sleeps, and are late in hidden tabs. */
  #watch(): void {
    if (this.#silence === undefined || this.#state.name !== 'connected') {
      return;
    }
    const now = this.clock.now();
    const grace = this.#silence / 7;
    const dies = Math.min(this.#heardAt + this.#silence, (this.#probedAt ?? Infinity) + grace);
    const every = Math.max(1, Math.min(grace, dies - now));
    this.#tick = { now, wall: this.clock.wall(), every };
    this.#timer = this.clock.after(every, () => this.#look(this.#silence!, grace));
  }

  #look(silence: number, grace: number): void {
    const now = this.clock.now();
    const silent = now - this.#heardAt;
    if (silent >= silence || (this.#probedAt !== undefined && now - this.#probedAt >= grace)) {
      this.#kept.dead({ message: `Nothing was heard for ${Math.round(silent)} ms.` });
      return;
    }
    const { now: then, wall, every } = this.#tick!;
    const slept = Math.max(now - then, this.clock.wall() - wall) - every >= 2 * grace;
    if (slept || silent >= 5.5 * grace) {
      this.#probe();
    }
    this.#watch();
  }

  #probe(): void {
    if (this.#probedAt === undefined) {
      this.#probedAt = this.clock.now();
      this.#kept.probe();
    }
  }

  readonly #online = (): void => {
    this.#kept.networkChanged();
    if (this.#state.name === 'waiting' && !this.#advised) {
      this.#clear();
      // Everybody in the house comes back at this moment.
      this.#wait(delay(this.#policy, 1, this.random), this.#state.reason);
    } else {
      this.#doubt();
    }
  };

  readonly #offline = (): void => this.#doubt();

  #doubt(): void {
    if (this.#state.name === 'connected' && this.#silence !== undefined) {
      this.#probe();
    }
  }
}
