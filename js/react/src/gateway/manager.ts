// SPDX-License-Identifier: Apache-2.0
import type { Off, State } from '@fanfare/client';
import { absoluteUrl, Socket, type SocketOptions } from '@fanfare/client/socket';
import { systemTimer } from '../pace.ts';
import { Channels, type Answer, type Callback } from './channels.ts';
import { ConnectionStatus, type ManagerEvents, type Token, type WebSocketMessage } from './types.ts';

export type WebSocketManagerOptions = Partial<Omit<SocketOptions, 'hello' | 'heartbeat' | 'comesBack'>>;

const PING = { type: 'ping' };
const PING_INTERVAL = 25_000;
const PATIENCE = 10_000;
const TOKEN_EXPIRED = 4005;
const POLICY_VIOLATION = 1008;
/** Close codes from here on say not to come back. */
const FINAL = 4500;

/**
 * A connection to a gateway of channels. It comes back by itself after a growing, jittered delay, subscribes again what is
 * subscribed, asks for what was missed, and hands each message to the callbacks of its `type`.
 *
 * The first frame is a ping: its `pong` says that the token was good, and what time it is at the server.
 */
export class WebSocketManager {
  readonly #socket: Socket;
  readonly #channels: Channels;
  readonly #listeners: { [K in keyof ManagerEvents]: Set<(event: ManagerEvents[K]) => void> } = {
    status: new Set(),
    settled: new Set(),
    gap: new Set(),
    refused: new Set(),
    error: new Set(),
  };
  readonly #now: () => number;
  /** How far the server's clock is from this program's, as of the beginning of the connection. */
  #ahead: number | undefined;
  #token: Token | undefined;
  #status: ConnectionStatus = ConnectionStatus.DISCONNECTED;
  #welcome = false;
  #settled = false;
  #callers: { resolve: () => void; reject: (error: Error) => void }[] = [];

  /** @param url where the gateway is; the token is put into its query */
  constructor(url: string | (() => string), options: WebSocketManagerOptions = {}) {
    const clock = options.clock ?? systemTimer;
    this.#now = () => options.clock?.now() ?? performance.now();
    this.#channels = new Channels(
      (frame) => this.#socket.send(frame),
      { after: (milliseconds, action) => clock.after(milliseconds, action), random: options.random ?? Math.random },
      (channel) => this.#emit('gap', channel),
      (refusal) => this.#emit('refused', refusal),
    );
    this.#socket = new Socket(() => withToken(typeof url === 'function' ? url() : url, this.#token), {
      policy: { kind: 'exponential', base: 1000, cap: 30_000 },
      ...options,
      hello: () => PING,
      heartbeat: { every: PING_INTERVAL, frame: PING, within: PING_INTERVAL + PATIENCE },
      // After its end a token is worth another attempt only where there may be another.
      comesBack: (code) =>
        code === TOKEN_EXPIRED ? typeof this.#token === 'function' : code < FINAL && code !== POLICY_VIOLATION,
    });
    this.#socket.on('state', (state) => this.#moved(state));
    this.#socket.on('message', (message) => this.#took(message));
    this.#socket.on('error', (error) => this.#emit('error', error));
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  get isConnected(): boolean {
    return this.#status === ConnectionStatus.CONNECTED;
  }

  /** Whether it is connected, and the server has answered for every channel that is subscribed. */
  get settled(): boolean {
    return this.#settled;
  }

  /** What time it is at the server, in milliseconds since 1970 UTC; undefined until it was connected once. */
  get serverTime(): number | undefined {
    return this.#ahead === undefined ? undefined : this.#now() + this.#ahead;
  }

  /**
   * Resolves when the server has taken the token, however many attempts that needs; rejects when it is refused or the
   * program disconnects. With another token than before it connects anew.
   */
  connect(token?: Token): Promise<void> {
    if (token !== this.#token) {
      this.#token = token;
      this.#socket.close();
    }
    if (this.isConnected) {
      return Promise.resolve();
    }
    const connected = new Promise<void>((resolve, reject) => this.#callers.push({ resolve, reject }));
    this.#socket.open();
    return connected;
  }

  disconnect(): void {
    this.#socket.close();
  }

  /**
   * Calls back with the payload of every message of the channel, in order; the first callback of a channel subscribes it, the
   * last to go unsubscribes. It may be called before `connect`.
   *
   * `notifications` are also sent what is sent to the user with a type of its own.
   */
  subscribe<T>(channel: string, callback: (payload: T, message: WebSocketMessage<T>) => void): Off {
    const off = this.#channels.subscribe(channel, callback as Callback);
    this.#settle();
    return () => {
      off();
      this.#settle();
    };
  }

  on<K extends keyof ManagerEvents>(event: K, listener: (event: ManagerEvents[K]) => void): Off {
    const own = (value: ManagerEvents[K]): void => listener(value);
    this.#listeners[event].add(own);
    return () => void this.#listeners[event].delete(own);
  }

  #emit<K extends keyof ManagerEvents>(event: K, value: ManagerEvents[K]): void {
    for (const listener of [...this.#listeners[event]]) {
      listener(value);
    }
  }

  #moved(state: State): void {
    if (state.name !== 'connected') {
      this.#welcome = false;
      this.#channels.lost();
      this.#settle();
    }
    switch (state.name) {
      case 'idle':
        this.#become(ConnectionStatus.DISCONNECTED);
        this.#refuse(new Error('disconnected'));
        break;
      case 'connecting':
        this.#become(state.attempt === 0 ? ConnectionStatus.CONNECTING : ConnectionStatus.RECONNECTING);
        break;
      case 'connected':
        break;
      case 'waiting':
        this.#become(ConnectionStatus.RECONNECTING);
        break;
      case 'closed':
        this.#become(ConnectionStatus.ERROR);
        this.#refuse(new Error(state.reason.message));
        break;
    }
  }

  #become(status: ConnectionStatus): void {
    if (status !== this.#status) {
      this.#status = status;
      this.#emit('status', status);
    }
  }

  #settle(): void {
    const settled = this.#channels.settled;
    if (settled !== this.#settled) {
      this.#settled = settled;
      this.#emit('settled', settled);
    }
  }

  #refuse(error: Error): void {
    for (const caller of this.#callers.splice(0)) {
      caller.reject(error);
    }
  }

  #took(message: unknown): void {
    if (typeof message !== 'object' || message === null) {
      return;
    }
    if ('success' in message) {
      this.#channels.answered(message as Answer);
      this.#settle();
    } else if ('type' in message && typeof message.type === 'string') {
      const pushed = message as WebSocketMessage;
      if (pushed.type === 'pong') {
        this.#welcomed(pushed.timestamp);
      } else {
        this.#channels.pushed(pushed);
        this.#settle();
      }
    }
  }

  #welcomed(serverTime: number): void {
    if (!this.#welcome) {
      this.#welcome = true;
      this.#ahead = serverTime - this.#now();
      this.#become(ConnectionStatus.CONNECTED);
      for (const caller of this.#callers.splice(0)) {
        caller.resolve();
      }
      this.#channels.connected(serverTime);
      this.#settle();
    }
  }
}

function withToken(url: string, token: Token | undefined): string {
  const value = typeof token === 'function' ? token() : token;
  if (value === undefined || value === '') {
    return url;
  }
  const to = absoluteUrl(url);
  to.searchParams.set('token', value);
  return to.href;
}
