// SPDX-License-Identifier: Apache-2.0
import type { Cancel, Off } from '@fanfare/client';
import type { Timer } from '../pace.ts';
import type { Refusal, WebSocketMessage } from './types.ts';

export type Callback = (payload: unknown, message: WebSocketMessage) => void;

/** The answer to a subscribe or an unsubscribe; it does not say of which channel. */
export interface Answer {
  readonly success: boolean;
  readonly recovered?: boolean;
  readonly error?: string;
  readonly retryAfter?: number;
}

interface Channel {
  readonly callbacks: Set<Callback>;
  /** What the server has answered on this connection. */
  server: 'no' | 'yes' | 'refused';
  /** In the server's time: what is later was not heard yet. Undefined until it was subscribed once. */
  since: number | undefined;
}

const NOTIFICATIONS = 'notifications';
const RATE_LIMITED = 'rate_limited';
const PAUSE = 1000;

/**
 * What is wanted of the channels, and what the server has granted: one request after the other until they are the same, since an answer
 * does not name its channel.
 */
export class Channels {
  readonly #send: (frame: object) => boolean;
  readonly #timer: Timer & { readonly random: () => number };
  readonly #gap: (channel: string) => void;
  readonly #refused: (refusal: Refusal) => void;
  readonly #channels = new Map<string, Channel>();
  #asked: { readonly name: string; readonly type: 'subscribe' | 'unsubscribe' } | undefined;
  #pause: Cancel | undefined;
  /** The server's time at the beginning of this connection; undefined while there is none. */
  #begin: number | undefined;

  constructor(
    send: (frame: object) => boolean,
    timer: Timer & { readonly random: () => number },
    gap: (channel: string) => void,
    refused: (refusal: Refusal) => void,
  ) {
    this.#send = send;
    this.#timer = timer;
    this.#gap = gap;
    this.#refused = refused;
  }

  /** Whether the server has answered for every channel that is wanted. */
  get settled(): boolean {
    return (
      this.#begin !== undefined &&
      [...this.#channels.values()].every(({ callbacks, server }) => callbacks.size === 0 || server !== 'no')
    );
  }

  subscribe(name: string, callback: Callback): Off {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = { callbacks: new Set(), server: 'no', since: undefined };
      this.#channels.set(name, channel);
    }
    const callbacks = channel.callbacks;
    const own: Callback = (payload, message) => callback(payload, message);
    callbacks.add(own);
    this.#ask();
    return () => {
      callbacks.delete(own);
      this.#ask();
    };
  }

  connected(serverTime: number): void {
    this.#begin = serverTime;
    this.#ask();
  }

  lost(): void {
    this.#begin = undefined;
    this.#asked = undefined;
    this.#pause?.();
    this.#pause = undefined;
    for (const [name, channel] of this.#channels) {
      channel.server = 'no';
      if (channel.callbacks.size === 0) {
        this.#channels.delete(name);
      }
    }
  }

  answered(answer: Answer): void {
    const asked = this.#asked;
    const channel = asked && this.#channels.get(asked.name);
    this.#asked = undefined;
    if (!asked || !channel) {
      return;
    }
    if (!answer.success && answer.error === RATE_LIMITED) {
      this.#later(answer.retryAfter ?? PAUSE);
      return;
    }
    if (asked.type === 'unsubscribe') {
      this.#forget(asked.name, channel);
    } else if (answer.success) {
      channel.server = 'yes';
      // What is sent to a user waits at the server; the other channels are asked for what came meanwhile.
      channel.since ??= asked.name === NOTIFICATIONS ? undefined : this.#begin;
      if (answer.recovered === false) {
        this.#gap(asked.name);
      }
    } else {
      channel.server = 'refused';
      this.#refused({ channel: asked.name, error: answer.error ?? 'refused' });
    }
    this.#ask();
  }

  pushed(message: WebSocketMessage): void {
    const channel = this.#channels.get(message.type);
    if (channel) {
      channel.since = message.type === NOTIFICATIONS ? undefined : message.timestamp;
      deliver(channel, message);
    } else if (message.type === 'gap') {
      this.#gap((message.payload as { channel: string }).channel);
    } else if (message.type === 'unsubscribed') {
      this.#ended(message.payload as Refusal);
    } else if (message.type !== 'error') {
      const notifications = this.#channels.get(NOTIFICATIONS);
      if (notifications) {
        deliver(notifications, message);
      }
    }
  }

  #ended(refusal: Refusal): void {
    const channel = this.#channels.get(refusal.channel);
    if (channel) {
      channel.server = 'refused';
      this.#refused(refusal);
    }
  }

  #forget(name: string, channel: Channel): void {
    channel.server = 'no';
    channel.since = undefined;
    if (channel.callbacks.size === 0) {
      this.#channels.delete(name);
    }
  }

  #later(milliseconds: number): void {
    this.#pause = this.#timer.after(milliseconds * (1 + this.#timer.random()), () => {
      this.#pause = undefined;
      this.#ask();
    });
  }

  /** Asks for the next thing that is wanted otherwise than it is. */
  #ask(): void {
    if (this.#begin === undefined || this.#asked || this.#pause) {
      return;
    }
    for (const [name, channel] of this.#channels) {
      const wanted = channel.callbacks.size > 0;
      if (wanted && channel.server === 'no') {
        this.#request('subscribe', name, channel.since);
        return;
      }
      if (!wanted && channel.server === 'yes') {
        this.#request('unsubscribe', name, undefined);
        return;
      }
      if (!wanted) {
        this.#channels.delete(name);
      }
    }
  }

  #request(type: 'subscribe' | 'unsubscribe', name: string, since: number | undefined): void {
    this.#asked = { name, type };
    this.#send(since === undefined ? { type, channel: name } : { type, channel: name, since });
  }
}

function deliver(channel: Channel, message: WebSocketMessage): void {
  for (const callback of [...channel.callbacks]) {
    callback(message.payload, message);
  }
}
