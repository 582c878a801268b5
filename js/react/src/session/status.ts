// SPDX-License-Identifier: Apache-2.0
import type { Cancel, Clock, State } from '@fanfare/client';
import { Socket, type SocketOptions } from '@fanfare/client/socket';
import { systemTimer } from '../pace.ts';
import { Source } from '../source.ts';

export const maxReconnectAttempts = 5;
/** Milliseconds. */
export const pingInterval = 30_000;
/** Milliseconds. */
export const pollingInterval = 3000;

const PATIENCE = 10_000;
const POLICY_VIOLATION = 1008;
/** Close codes from here on say not to come back. */
const FINAL = 4500;

/** How a session stands, pushed and polled alike. */
export interface SessionStatus {
  readonly type: 'status';
  readonly sessionId: string;
  readonly status: string;
  /** ISO 8601. */
  readonly timestamp: string;
}

export interface UseConnectionStatusOptions {
  /** Nothing happens while it is empty. */
  readonly sessionId: string;
  /** What the server gave with the session, where it asks for it. */
  readonly token?: string | undefined;
  readonly onStatusChange?: ((data: SessionStatus) => void) | undefined;
  /** Poll when the WebSocket fails; true if absent. */
  readonly enablePolling?: boolean | undefined;
  /** Milliseconds from one poll to the next; 3000 if absent. */
  readonly pollingInterval?: number | undefined;
  /** Where the server is, such as `https://connect.example`; the page's own if absent. */
  readonly server?: string | undefined;
  /** For tests: read when the session is begun. */
  readonly socket?: Partial<Pick<SocketOptions, 'WebSocket' | 'random' | 'clock' | 'network'>> | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface UseConnectionStatus {
  /** Whether the WebSocket is connected. */
  readonly isConnected: boolean;
  readonly connectionMethod: 'websocket' | 'polling';
  /** When the server was last heard to say how the session stands. */
  readonly lastUpdate: Date | null;
  /** Where the WebSocket stands, for who wants to know more: how often it was tried, and when it is tried again. */
  readonly state: State;
}

const IDLE: State = { name: 'idle' };
export const NOTHING: UseConnectionStatus = {
  isConnected: false,
  connectionMethod: 'websocket',
  lastUpdate: null,
  state: IDLE,
};

/** The status of one session: by WebSocket, and after five attempts that failed by polling, until it is closed. */
export class SessionSource extends Source<UseConnectionStatus> {
  readonly #timer: Pick<Clock, 'after'>;
  #options: UseConnectionStatusOptions;
  #socket: Socket | undefined;
  #poll: Cancel | undefined;
  #polling: AbortController | undefined;
  #latest: SessionStatus | undefined;

  constructor(options: UseConnectionStatusOptions) {
    super(NOTHING);
    this.#options = options;
    this.#timer = options.socket?.clock ?? systemTimer;
  }

  configure(options: UseConnectionStatusOptions): void {
    this.#options = options;
  }

  protected override open(): void {
    if (this.#options.sessionId === '') {
      return;
    }
    const socket = new Socket(() => socketUrl(this.#options), {
      policy: { kind: 'exponential', base: 1000, cap: 30_000, attempts: maxReconnectAttempts },
      heartbeat: { every: pingInterval, frame: { type: 'ping' }, within: pingInterval + PATIENCE },
      comesBack: (code) => code < FINAL && code !== POLICY_VIOLATION,
      ...this.#options.socket,
    });
    this.#socket = socket;
    socket.on('state', (state) => this.#moved(state));
    socket.on('message', (message) => this.#take(message));
    socket.open();
  }

  protected override close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#poll?.();
    this.#poll = undefined;
    this.#polling?.abort();
    this.#polling = undefined;
    this.set({ isConnected: false, connectionMethod: 'websocket', state: IDLE });
  }

  #moved(state: State): void {
    if (!this.#socket) {
      return;
    }
    this.set({ isConnected: state.name === 'connected', state });
    if (state.name === 'closed' && (this.#options.enablePolling ?? true)) {
      this.set({ connectionMethod: 'polling' });
      this.#polling = new AbortController();
      void this.#ask(this.#polling);
    }
  }

  async #ask(polling: AbortController): Promise<void> {
    const { fetch = globalThis.fetch, token } = this.#options;
    try {
      const answer = await fetch(pollUrl(this.#options), {
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        cache: 'no-store',
        signal: AbortSignal.any([polling.signal, AbortSignal.timeout(PATIENCE)]),
      });
      if (answer.ok) {
        this.#take(await answer.json());
      }
    } catch {
      // The next poll may do better.
    }
    if (!polling.signal.aborted) {
      this.#poll = this.#timer.after(this.#options.pollingInterval ?? pollingInterval, () => void this.#ask(polling));
    }
  }

  /** The same status may be said again, by a poll or at a return: then nobody is called back. */
  #take(message: unknown): void {
    if (!isStatus(message) || message.sessionId !== this.#options.sessionId) {
      return;
    }
    const latest = this.#latest;
    this.#latest = message;
    this.set({ lastUpdate: new Date() });
    if (latest?.status !== message.status || latest.timestamp !== message.timestamp) {
      this.#options.onStatusChange?.(message);
    }
  }
}

function isStatus(message: unknown): message is SessionStatus {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'status';
}

function socketUrl({ server, sessionId, token }: UseConnectionStatusOptions): string {
  const to = at(server, '/ws/connections');
  to.searchParams.set('sessionId', sessionId);
  if (token !== undefined) {
    to.searchParams.set('token', token);
  }
  return to.href;
}

function pollUrl({ server, sessionId }: UseConnectionStatusOptions): string {
  return at(server, `/api/connections/session/${encodeURIComponent(sessionId)}`).href;
}

/** A path below the server's own, which may be behind one, with what else is in its URL. */
function at(server: string | undefined, path: string): URL {
  const to = new URL(server ?? location.origin);
  to.pathname = to.pathname.replace(/\/$/, '') + path;
  return to;
}
