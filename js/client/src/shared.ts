// SPDX-License-Identifier: Apache-2.0
import type { Command, ServerFrame } from './frames.ts';
import type { Ending, Link } from './link.ts';
import { SharedInbox } from './shared-inbox.ts';
import type { Position } from './types.ts';

/** Milliseconds after which tabs whose channels are quiet are told that the connection lives. */
const ALIVE = 5_000;

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;
type Asking<T extends Command['type']> = Extract<Command, { type: T }>;

/** Who waits for a subscription to be live. */
interface Joiner {
  readonly tab: string;
  readonly command: Asking<'subscribe'>;
  /** It is not interested any more; the server's reply is on its way. */
  readonly left?: boolean;
}

/** Tabs that were live at `since`, before the subscription began anew for another one. */
interface Recovery {
  readonly since: Position;
  readonly tabs: Set<string>;
}

/**
 * A subscription that tabs share. `asked` is whom the server is asked for, one at a time; `position` is how far it was handed
 * on, and none of `tabs` is behind that.
 */
interface Share {
  readonly filter: string;
  readonly tabs: Set<string>;
  joining: Joiner[];
  asked: Joiner | Recovery | undefined;
  position: Position | undefined;
}

/** What the leader tells: to some tabs a frame, to all how it ended, or that the connection lives. */
export interface Told {
  frame(tabs: readonly string[], frame: ServerFrame): void;
  alive(): void;
  ended(ending: Ending): void;
}

/**
 * One link that several tabs use, in the tab that leads. Every tab keeps its own positions and drops what it has already, so
 * all that has to hold is that each is sent at least what comes after its position, in order:
 *
 * - a tab that joins where the subscription stands, or from now on, is answered from here;
 * - one that stands elsewhere has the subscription begin anew at its position, as far as the server still has that; where
 *   the others need more, it then begins anew at theirs. Some hear a stretch twice.
 */
export class Shared {
  readonly #link: Link;
  readonly #told: Told;
  readonly #now: () => number;
  readonly #leader: string;
  readonly #tabs = new Map<string, number>();
  readonly #shares = new Map<string, Share>();
  readonly #asked = new Map<number, { tab: string; id: number; command: Command }>();
  readonly #inbox = new SharedInbox();
  #connected: Frame<'connected'> | undefined;
  #connectId: number;
  #lastId: number;
  #lastAlive: number;

  constructor(leader: { tab: string; connectId: number }, link: Link, told: Told, now: () => number) {
    this.#leader = leader.tab;
    this.#connectId = leader.connectId;
    this.#lastId = leader.connectId;
    this.#link = link;
    this.#told = told;
    this.#now = now;
    this.#lastAlive = now();
  }

  /** A tab that uses the link from now on, with the id of its `connect`. */
  join(tab: string, connectId: number): void {
    if (!this.#tabs.has(tab)) {
      this.#tabs.set(tab, connectId);
      this.#welcome(tab, connectId);
    }
  }

  /** A tab is gone, and nobody subscribes for it any more. */
  leave(tab: string): void {
    this.#tabs.delete(tab);
    this.#inbox.leave(tab);
    for (const channel of [...this.#shares.keys()]) {
      this.#part(tab, channel);
    }
  }

  command(tab: string, command: Command): void {
    if (!this.#tabs.has(tab)) {
      return;
    }
    switch (command.type) {
      case 'connect':
      case 'pong':
        break;
      case 'subscribe':
        this.#subscribe({ tab, command });
        break;
      case 'unsubscribe':
        this.#unsubscribe(tab, command);
        break;
      default:
        this.#forward(tab, command);
    }
  }

  heard(frame: ServerFrame): void {
    if (this.#now() - this.#lastAlive >= ALIVE) {
      this.#lastAlive = this.#now();
      this.#told.alive();
    }
    switch (frame.type) {
      case 'connected':
        this.#connected = frame;
        this.#tabs.forEach((connectId, tab) => this.#welcome(tab, connectId));
        break;
      case 'ping':
        this.#link.send({ type: 'pong' });
        break;
      case 'disconnect':
        this.#disconnected(frame);
        break;
      case 'publication': {
        const share = this.#shares.get(frame.channel);
        if (share?.position !== undefined) {
          share.position = { epoch: share.position.epoch, offset: frame.offset, tag: frame.tag };
        }
        this.#toListeners(frame);
        break;
      }
      case 'gap': {
        const share = this.#shares.get(frame.channel);
        if (share !== undefined) {
          share.position = frame.to;
        }
        this.#toListeners(frame);
        break;
      }
      case 'join':
      case 'leave':
        this.#toListeners(frame);
        break;
      case 'message':
        this.#told.frame(this.#inbox.next([...this.#tabs.keys()]), frame);
        break;
      case 'expiring':
        this.#told.frame([this.#leader], frame);
        break;
      default:
        this.#reply(frame);
    }
  }

  #disconnected({ code, reason, reconnect, retryAfter }: Frame<'disconnect'>): void {
    const wait = retryAfter === undefined ? {} : { retryAfter };
    this.#told.ended({ code, message: reason, comesBack: reconnect, ...wait });
  }

  #welcome(tab: string, id: number): void {
    if (this.#connected !== undefined) {
      const { expiresAt, ...connected } = this.#connected;
      // The leader alone sees to the token.
      const ends = tab === this.#leader && expiresAt !== undefined ? { expiresAt } : {};
      this.#told.frame([tab], { ...connected, ...ends, id });
    }
  }

  #forward(tab: string, command: Exclude<Command, { type: 'pong' }>): number {
    const id = ++this.#lastId;
    this.#asked.set(id, { tab, id: command.id, command });
    this.#link.send({ ...command, id });
    return id;
  }

  #subscribe(joiner: Joiner): void {
    const { tab, command } = joiner;
    const filter = JSON.stringify(command.filter ?? null);
    let share = this.#shares.get(command.channel);
    if (share === undefined) {
      share = { filter, tabs: new Set(), joining: [], asked: undefined, position: undefined };
      this.#shares.set(command.channel, share);
    } else if (share.filter !== filter) {
      const message = 'Another tab subscribes to the channel with another filter.';
      this.#told.frame([tab], { type: 'error', id: command.id, code: 'already_subscribed', message, field: 'filter' });
      return;
    }
    share.joining.push(joiner);
    this.#admit(command.channel, share);
  }

  /** Answers those who wait, one after another, as long as no reply of the server is needed for it. */
  #admit(channel: string, share: Share): void {
    while (share.asked === undefined && share.joining.length > 0) {
      const joiner = share.joining.shift()!;
      const { tab, command } = joiner;
      const { since } = command;
      const at = share.position;
      if (at === undefined || (since !== undefined && !isSame(since, at))) {
        this.#begin(share, joiner, command);
      } else {
        share.tabs.add(tab);
        const recovered = since === undefined ? {} : { recovered: true };
        this.#told.frame([tab], { type: 'subscribed', id: command.id, channel, position: at, ...recovered });
      }
    }
  }

  #begin(share: Share, asked: Joiner | Recovery, command: Asking<'subscribe'>): void {
    const { channel } = command;
    if (share.position !== undefined) {
      this.#link.send({ type: 'unsubscribe', id: ++this.#lastId, channel });
    }
    share.asked = asked;
    this.#forward('tab' in asked ? asked.tab : this.#leader, command);
  }

  #live(share: Share, frame: Frame<'subscribed'>): void {
    const { asked, position: before } = share;
    const { channel, position, recovered } = frame;
    share.asked = undefined;
    share.position = position;
    if (asked !== undefined && 'tab' in asked) {
      const others = new Set(share.tabs);
      if (asked.left !== true) {
        share.tabs.add(asked.tab);
        this.#told.frame([asked.tab], { ...frame, id: asked.command.id });
      }
      if (before !== undefined && others.size > 0 && (recovered === false || position.offset > before.offset)) {
        others.forEach((tab) => share.tabs.delete(tab));
        const { since: _, ...command } = asked.command;
        this.#begin(share, { since: before, tabs: others }, { ...command, since: before });
      }
    } else if (asked !== undefined) {
      const returned = [...asked.tabs];
      returned.forEach((tab) => share.tabs.add(tab));
      if (recovered === false) {
        this.#told.frame(returned, { type: 'gap', channel, from: asked.since.offset, to: position });
      }
    }
    this.#admit(channel, share);
    this.#settle(channel, share);
  }

  #unsubscribe(tab: string, { id, channel }: Asking<'unsubscribe'>): void {
    this.#part(tab, channel);
    this.#told.frame([tab], { type: 'unsubscribed', id, channel });
  }

  #part(tab: string, channel: string): void {
    const share = this.#shares.get(channel);
    if (share !== undefined) {
      share.tabs.delete(tab);
      share.joining = share.joining.filter((joiner) => joiner.tab !== tab);
      if (share.asked !== undefined) {
        if (!('tab' in share.asked)) {
          share.asked.tabs.delete(tab);
        } else if (share.asked.tab === tab) {
          share.asked = { ...share.asked, left: true };
        }
      }
      this.#settle(channel, share);
    }
  }

  /** Ends what nobody listens to. */
  #settle(channel: string, share: Share): void {
    if (share.asked === undefined && share.tabs.size === 0 && share.joining.length === 0) {
      this.#shares.delete(channel);
      if (share.position !== undefined) {
        this.#link.send({ type: 'unsubscribe', id: ++this.#lastId, channel });
      }
    }
  }

  #toListeners(frame: ServerFrame & { channel: string }): void {
    const tabs = this.#shares.get(frame.channel)?.tabs;
    if (tabs !== undefined && tabs.size > 0) {
      this.#told.frame([...tabs], frame);
    }
  }

  /** A reply, a push that is for all, or something of a later version. */
  #reply(frame: ServerFrame): void {
    const { id } = frame as { id?: number };
    if (id === undefined) {
      this.#push(frame);
      return;
    }
    if (id === this.#connectId) {
      this.#told.frame([this.#leader], frame);
      return;
    }
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked === undefined) {
      return;
    }
    if (asked.command.type === 'subscribe') {
      this.#answered(asked.command.channel, frame);
      return;
    }
    // Where the tab that asked is gone, what waited is for the others.
    if (frame.type === 'inbox' && this.#tabs.has(asked.tab)) {
      this.#inbox.asked(asked.tab);
      this.#inbox.handed(asked.tab, frame.messages);
    }
    this.#told.frame([asked.tab], { ...frame, id: asked.id } as ServerFrame);
  }

  #push(frame: ServerFrame): void {
    const all = [...this.#tabs.keys()];
    switch (frame.type) {
      case 'subscribed': {
        const share = { filter: 'null', tabs: new Set(all), joining: [], asked: undefined, position: frame.position };
        this.#shares.set(frame.channel, share);
        this.#told.frame(all, frame);
        break;
      }
      case 'unsubscribed':
        this.#unsubscribed(frame);
        break;
      case 'inbox':
        this.#inbox.handed(this.#leader, frame.messages);
        this.#told.frame([this.#leader], frame);
        break;
      case 'error':
        this.#failed(frame);
        break;
      default:
        this.#told.frame(all, frame);
    }
  }

  /** The server ended a subscription. Whoever waits for another one is told by the reply to that. */
  #unsubscribed(frame: Frame<'unsubscribed'>): void {
    const share = this.#shares.get(frame.channel);
    if (share !== undefined) {
      this.#toListeners(frame);
      share.tabs.clear();
      if (share.asked === undefined) {
        this.#shares.delete(frame.channel);
      }
    }
  }

  /** Something that was said was too large to be read: it is taken for the largest. Other errors are told to all. */
  #failed(frame: Frame<'error'>): void {
    const sizes = [...this.#asked].map(([id, { command }]) => ({ id, size: JSON.stringify(command).length }));
    const [largest] = sizes.sort((a, b) => b.size - a.size);
    if (frame.code === 'message_too_large' && largest !== undefined) {
      this.#reply({ ...frame, id: largest.id });
    } else {
      this.#told.frame([...this.#tabs.keys()], frame);
    }
  }

  #answered(channel: string, frame: ServerFrame): void {
    const share = this.#shares.get(channel);
    if (share?.asked === undefined) {
      return;
    }
    if (frame.type === 'subscribed') {
      this.#live(share, frame);
    } else if (share.position !== undefined) {
      // Those who were live are not any more: they come back from their positions.
      this.#told.ended({ message: 'A shared subscription could not begin anew.', comesBack: true });
    } else {
      const { asked } = share;
      share.asked = undefined;
      if ('tab' in asked && asked.left !== true) {
        this.#told.frame([asked.tab], { ...frame, id: asked.command.id } as ServerFrame);
      }
      this.#admit(channel, share);
      this.#settle(channel, share);
    }
  }
}

function isSame(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.offset === other.offset && one.tag === other.tag;
}
