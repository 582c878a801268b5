// SPDX-License-Identifier: Apache-2.0
import type { Command, Link, LinkFactory, LinkListener, Position, Publication, ServerFrame } from '../src/index.ts';

/** One connection, as the server has it. */
export interface Session {
  readonly listener: LinkListener;
  readonly channels: Set<string>;
  readonly token: string | undefined;
}

type Of<T extends Command['type']> = Extract<Command, { type: T }>;

/** A server with one history for each channel, and what it was asked; its links are as quick as a microtask. */
export class Server {
  readonly histories: Map<string, Publication[]> = new Map<string, Publication[]>();
  readonly commands: Command[] = [];
  readonly open: Set<Session> = new Set<Session>();
  opened = 0;
  /** Earlier publications than the last so many are not kept. */
  kept = 1_000;
  /** What waits for the user. */
  inbox: unknown[] = [];
  /** When the tokens end: in milliseconds since 1970. */
  expiresAt: number | undefined;
  /** Answers in its stead; where that is undefined, nothing is done or said. */
  answer: ((command: Command & { id: number }) => ServerFrame | undefined) | undefined;
  /** What happens while a subscription begins anew. */
  meanwhile: () => void = () => undefined;
  /** What happens after a publication, before its reply. */
  published: () => void = () => undefined;
  readonly #hung = new Set<Session>();
  readonly #keys = new Map<string, Position>();

  readonly link: LinkFactory = {
    name: 'fake',
    duplex: true,
    open: (opening, listener) => {
      this.opened++;
      const { id, token } = opening.connect() as Of<'connect'>;
      const session = { listener, channels: new Set<string>(), token };
      this.open.add(session);
      const ends = this.expiresAt === undefined ? {} : { expiresAt: this.expiresAt };
      queueMicrotask(() => this.say({ type: 'connected', id, session: 's', pingInterval: 25_000, ...ends }, session));
      const link: Link = {
        send: (command) => {
          this.commands.push(command);
          queueMicrotask(() => this.#hears(session) && this.#did(session, command));
        },
        close: () => void this.open.delete(session),
      };
      return link;
    },
  };

  /** How often it was asked for that. */
  asked(type: Command['type']): number {
    return this.commands.filter((command) => command.type === type).length;
  }

  publish(channel: string, data: unknown, event?: string): Position {
    const history = this.#history(channel);
    const offset = history.length + 1;
    history.push({ channel, offset, tag: `t${offset}`, time: 0, ...(event === undefined ? {} : { event }), data });
    for (const session of this.open) {
      if (session.channels.has(channel)) {
        this.say({ type: 'publication', ...history.at(-1)! }, session);
      }
    }
    return this.#top(channel);
  }

  /** Says that to one session: to the only one, if none is given. */
  say(frame: ServerFrame, session: Session = [...this.open][0]!): void {
    if (this.#hears(session)) {
      session.listener.frame(structuredClone(frame));
    }
  }

  /** Subscribes the only session by itself. */
  subscribe(channel: string): void {
    [...this.open][0]!.channels.add(channel);
    this.say({ type: 'subscribed', channel, position: this.#top(channel) });
  }

  /** Ends a subscription of the only session by itself. */
  unsubscribe(channel: string, code: string): void {
    [...this.open][0]!.channels.delete(channel);
    this.say({ type: 'unsubscribed', channel, code, message: 'The server ended it.' });
  }

  /** The connections are gone, and the server knows it. */
  cut(): void {
    const sessions = [...this.open];
    this.open.clear();
    sessions.forEach(({ listener }) => listener.lost({ message: 'cut' }));
  }

  /** Nothing goes through the connections any more, and nobody knows. */
  hang(): void {
    this.open.forEach((session) => this.#hung.add(session));
  }

  #hears(session: Session): boolean {
    return this.open.has(session) && !this.#hung.has(session);
  }

  #history(channel: string): Publication[] {
    const history = this.histories.get(channel) ?? [];
    this.histories.set(channel, history);
    return history;
  }

  #did(session: Session, command: Command): void {
    const reply = (frame: ServerFrame): void => this.say(frame, session);
    if (this.answer !== undefined && 'id' in command) {
      const answer = this.answer(command);
      if (answer !== undefined) {
        reply(answer);
      }
      return;
    }
    switch (command.type) {
      case 'subscribe':
        this.#subscribe(session, command);
        break;
      case 'unsubscribe':
        session.channels.delete(command.channel);
        this.meanwhile();
        reply({ type: 'unsubscribed', id: command.id, channel: command.channel });
        break;
      case 'publish':
        reply({ type: 'published', id: command.id, position: this.#publish(command) });
        break;
      case 'send':
        reply({ type: 'reply', id: command.id, data: command.data });
        break;
      case 'history':
        reply({ ...command, publications: this.#history(command.channel).slice(-(command.limit ?? 100)) });
        break;
      case 'presence':
        reply({ ...command, members: [{ user: 'ann' }] });
        break;
      case 'refresh':
        reply({ type: 'refreshed', id: command.id });
        break;
      case 'ping':
        reply({ type: 'pong', id: command.id });
        break;
      case 'inbox': {
        const waiting = this.inbox.splice(0);
        reply({ type: 'inbox', id: command.id, messages: waiting.length, lost: 0 });
        waiting.forEach((data) => reply({ type: 'message', time: 0, data }));
        break;
      }
    }
  }

  #publish({ channel, key, data, event }: Of<'publish'>): Position {
    const position = this.#keys.get(key) ?? this.publish(channel, data, event);
    this.#keys.set(key, position);
    this.published();
    return position;
  }

  #top(channel: string): Position {
    const offset = this.#history(channel).length;
    return { epoch: 'e', offset, tag: offset === 0 ? '' : `t${offset}` };
  }

  #subscribe(session: Session, { id, channel, since }: Of<'subscribe'>): void {
    const history = this.#history(channel);
    if (session.channels.has(channel)) {
      throw new Error(`already subscribed: ${channel}`);
    }
    if (channel === 'secret') {
      this.say({ type: 'error', id, code: 'permission_denied', message: 'No.', field: 'channel' }, session);
      return;
    }
    session.channels.add(channel);
    if (since === undefined) {
      this.say({ type: 'subscribed', id, channel, position: this.#top(channel) }, session);
    } else if (since.epoch === 'e' && since.offset >= history.length - this.kept) {
      this.say({ type: 'subscribed', id, channel, position: since, recovered: true }, session);
      history.slice(since.offset).forEach((one) => this.say({ type: 'publication', ...one }, session));
    } else {
      this.say({ type: 'subscribed', id, channel, position: this.#top(channel), recovered: false }, session);
    }
  }
}
