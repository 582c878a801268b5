// SPDX-License-Identifier: Apache-2.0
import type { Command, Link, LinkFactory, LinkListener, Opening, ServerFrame } from '../src/index.ts';

/** One link that was opened, in the hands of a test. */
export interface Opened {
  readonly name: string;
  readonly opening: Opening;
  readonly listener: LinkListener;
  readonly sent: Command[];
  /** What was said at the opening, and each time that it was said anew. */
  readonly said: Command[][];
  closed: boolean;
}

/** Links that do nothing by themselves. */
export class Links {
  readonly all: Opened[] = [];

  /** The newest. */
  get last(): Opened {
    return this.all.at(-1)!;
  }

  /** What was sent by the newest, of this type. */
  sent<T extends Command['type']>(type: T): Extract<Command, { type: T }>[] {
    return this.last.sent.filter((command): command is Extract<Command, { type: T }> => command.type === type);
  }

  factory(name = 'websocket', duplex: boolean = name === 'websocket'): LinkFactory {
    return {
      name,
      duplex,
      open: (opening, listener): Link => {
        const whole = (): Command[] => [opening.connect(), ...(duplex ? [] : opening.standing())];
        const opened: Opened = { name, opening, listener, sent: [], said: [whole()], closed: false };
        this.all.push(opened);
        return {
          send: (command) => void opened.sent.push(command),
          reopen: () => void opened.said.push(whole()),
          close: () => void (opened.closed = true),
        };
      },
    };
  }

  /** The server says that, on the newest. */
  frame(frame: ServerFrame): void {
    this.last.listener.frame(frame);
  }

  connected(expiresAt?: number): void {
    const [connect] = this.last.said.at(-1)!;
    const { id } = connect as { id: number };
    const ends = expiresAt === undefined ? {} : { expiresAt };
    this.frame({ type: 'connected', id, session: 's', pingInterval: 25_000, ...ends });
  }

  /** The server answers the last command of this type. */
  subscribed(channel: string, offset = 0): void {
    const { id } = this.sent('subscribe')
      .filter((command) => command.channel === channel)
      .at(-1)!;
    this.frame({ type: 'subscribed', id, channel, position: { epoch: 'e', offset, tag: `t${offset}` } });
  }

  publication(channel: string, offset: number): void {
    this.frame({ type: 'publication', channel, offset, tag: `t${offset}`, time: 0, data: offset });
  }

  lost(): void {
    this.last.listener.lost({ message: 'cut' });
  }
}
