// SPDX-License-Identifier: Apache-2.0
import type { Command, ServerFrame } from './frames.ts';
import { type Ending, type Link, type LinkFactory, type LinkListener, type Opening, websocketUrl } from './link.ts';
import { websocket } from './link-websocket.ts';
import { Shared } from './shared.ts';

/** Milliseconds for which a leader that lost its link still leads, so that the others hear why. */
const LINGER = 100;

export interface TabsOptions {
  /** The link that is shared; it has to be duplex. By default a WebSocket. */
  readonly link?: LinkFactory;
  /** By default those of the browser; without them each tab has a link of its own. */
  readonly locks?: Pick<LockManager, 'request'> | undefined;
  readonly BroadcastChannel?: typeof globalThis.BroadcastChannel | undefined;
}

/** What a tab says to whichever leads, and what to the one that welcomed it. */
type Said = { readonly tab: string } & (
  { readonly hello: number } | { readonly to: string; readonly command: Command }
);

/** What the leader says; `by` is which one. */
type Heard = { readonly by: string } & (
  | { readonly leads: true }
  | { readonly to: readonly string[]; readonly frame: ServerFrame }
  | { readonly alive: true }
  | { readonly ended: Ending }
);

/**
 * One connection for all tabs of a browser: `transports: [tabs('ann'), 'websocket', 'sse', 'poll']`. The tabs choose one
 * that leads, by a Web Lock, and speak to it by a BroadcastChannel; when it is closed or dies the others notice at once, come
 * back from their positions, and one of them leads.
 *
 * `name` is for whom: tabs of this origin with the same name and the same URL share a connection, and so one session with the
 * token of the leader. Where users can change without the page being left, put the user in it.
 */
export function tabs(name = '', options: TabsOptions = {}): LinkFactory {
  const link = options.link ?? websocket;
  const locks = 'locks' in options ? options.locks : ofBrowser();
  const Broadcast = 'BroadcastChannel' in options ? options.BroadcastChannel : globalThis.BroadcastChannel;
  return {
    name: 'tabs',
    duplex: true,
    open: (opening, listener) =>
      locks === undefined || Broadcast === undefined
        ? link.open(opening, listener)
        : new Tab(`fanfare:${websocketUrl(opening.url)}:${name}`, { link, locks, Broadcast }, opening, listener),
  };
}

/** Old browsers, pages that are not secure, and Node before 24 have none. */
function ofBrowser(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks;
}

interface Means {
  readonly link: LinkFactory;
  readonly locks: Pick<LockManager, 'request'>;
  readonly Broadcast: typeof globalThis.BroadcastChannel;
}

/** The link of one tab: to the one that leads, or it leads itself. */
class Tab implements Link {
  readonly #name: string;
  readonly #means: Means;
  readonly #opening: Opening;
  readonly #listener: LinkListener;
  readonly #id: string = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');
  /** From the leader to all. */
  readonly #down: BroadcastChannel;
  /** From all to the leader. */
  readonly #up: BroadcastChannel;
  readonly #abort = new AbortController();
  readonly #connect: Command & { id: number };
  /** Who leads, once it has welcomed this tab. Another may believe that it does: it is neither heard nor asked. */
  #leader: string | undefined;
  /** Who began to lead while this tab waited to be welcomed: no other is to welcome it. */
  #awaited: string | undefined;
  #shared: Shared | undefined;
  #link: Link | undefined;
  #over = false;
  #release: () => void = () => undefined;

  constructor(name: string, means: Means, opening: Opening, listener: LinkListener) {
    this.#name = name;
    this.#means = means;
    this.#opening = opening;
    this.#listener = listener;
    this.#connect = opening.connect() as Command & { id: number };
    this.#down = new means.Broadcast(`${name}:down`);
    this.#up = new means.Broadcast(`${name}:up`);
    this.#down.onmessage = ({ data }: MessageEvent<Heard>) => this.#heard(data);
    // Held as long as this link lives: so a leader notices that it does not any more.
    this.#hold(`tab:${this.#id}`, () => this.#begin());
  }

  send(command: Command): void {
    if (this.#shared !== undefined) {
      this.#shared.command(this.#id, command);
    } else if (!this.#over && this.#leader !== undefined) {
      this.#say({ tab: this.#id, to: this.#leader, command });
    }
  }

  close(): void {
    this.#over = true;
    this.#link?.close();
    this.#down.close();
    this.#up.close();
    this.#abort.abort();
    this.#release();
  }

  /** Asks for a lock, and does `then` with it; it is given back when the link is over. */
  #hold(what: string, then: () => void): void {
    const held = (): Promise<void> | undefined => {
      if (this.#over) {
        return undefined;
      }
      const before = this.#release;
      const until = new Promise<void>((resolve) => {
        this.#release = () => {
          before();
          resolve();
        };
      });
      then();
      return until;
    };
    // It rejects when it is aborted, which is what `close` does; otherwise the lock was stolen, or cannot be had.
    this.#means.locks
      .request(`${this.#name}:${what}`, { signal: this.#abort.signal }, held)
      .catch((error: unknown) => this.#lost({ message: String(error), comesBack: true }));
  }

  #begin(): void {
    this.#say({ tab: this.#id, hello: this.#connect.id });
    this.#hold('leader', () => {
      if (this.#leader === undefined) {
        this.#lead();
      } else {
        this.#lost({ message: 'The tab that held the connection is gone.', comesBack: true });
      }
    });
  }

  #lead(): void {
    const { clock } = this.#opening;
    this.#leader = this.#id;
    const link = this.#means.link.open(
      { ...this.#opening, connect: () => this.#connect },
      {
        frame: (frame) => {
          this.#listener.alive();
          this.#shared?.heard(frame);
        },
        alive: () => this.#listener.alive(),
        lost: (ending) => this.#ended(ending),
      },
    );
    this.#link = link;
    this.#shared = new Shared(
      { tab: this.#id, connectId: this.#connect.id },
      link,
      {
        frame: (to, frame) => this.#tell(to, frame),
        alive: () => this.#post({ by: this.#id, alive: true }),
        ended: (ending) => this.#ended(ending),
      },
      () => clock.now(),
    );
    this.#shared.join(this.#id, this.#connect.id);
    this.#up.onmessage = ({ data }: MessageEvent<Said>) => this.#said(data);
    this.#post({ by: this.#id, leads: true });
  }

  /** Another tab speaks to this one, which leads. */
  #said(said: Said): void {
    const shared = this.#shared;
    if (shared === undefined) {
      return;
    }
    if ('command' in said) {
      if (said.to === this.#id) {
        shared.command(said.tab, said.command);
      }
      return;
    }
    shared.join(said.tab, said.hello);
    this.#means.locks
      .request(`${this.#name}:tab:${said.tab}`, { signal: this.#abort.signal }, () => shared.leave(said.tab))
      .catch(() => undefined);
  }

  /** One that leads speaks to this tab. */
  #heard(heard: Heard): void {
    if (this.#over) {
      return;
    }
    if ('leads' in heard) {
      this.#begins(heard.by);
      return;
    }
    const follows = this.#leader ?? this.#awaited ?? heard.by;
    if (this.#shared !== undefined || heard.by !== follows) {
      return;
    }
    if ('to' in heard) {
      if (heard.to.includes(this.#id)) {
        this.#leader = heard.by;
        this.#listener.frame(heard.frame);
      }
    } else if ('alive' in heard) {
      this.#listener.alive();
    } else {
      this.#lost(heard.ended);
    }
  }

  /** Another tab begins to lead: who led until now has lost its lock, whether or not it was told. */
  #begins(leader: string): void {
    if (this.#leader === undefined) {
      this.#awaited = leader;
      this.#say({ tab: this.#id, hello: this.#connect.id });
    } else {
      this.#lost({ message: 'Another tab holds the connection now.', comesBack: true });
    }
  }

  /** The link that this tab leads with is lost, to all. */
  #ended(ending: Ending): void {
    if (this.#over) {
      return;
    }
    this.#post({ by: this.#id, ended: ending });
    const release = this.#release;
    this.#release = () => undefined;
    this.#opening.clock.after(LINGER, release);
    this.#lost(ending);
  }

  #lost(ending: Ending): void {
    if (!this.#over) {
      this.close();
      this.#listener.lost(ending);
    }
  }

  #tell(to: readonly string[], frame: ServerFrame): void {
    const others = to.filter((tab) => tab !== this.#id);
    if (others.length > 0) {
      this.#post({ by: this.#id, to: others, frame });
    }
    if (others.length < to.length) {
      // Never within the call that it answers; and in order.
      queueMicrotask(() => {
        if (!this.#over) {
          this.#listener.frame(frame);
        }
      });
    }
  }

  #post(heard: Heard): void {
    if (!this.#over) {
      this.#down.postMessage(heard);
    }
  }

  #say(said: Said): void {
    this.#up.postMessage(said);
  }
}
