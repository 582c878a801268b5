// SPDX-License-Identifier: Apache-2.0
import type { Channel, Fanfare, FanfareError, Member } from '@fanfare/client';
import { useMemo, useSyncExternalStore } from 'react';
import { useFanfare } from './provider.tsx';
import { Source } from './source.ts';

export interface Presence<I = unknown> {
  /** Who is there, in the order in which they came to be known here. */
  readonly members: readonly Member<I>[];
  /** False until the server has said who is there. */
  readonly known: boolean;
  readonly error: FanfareError | undefined;
}

const NOBODY: Presence<never> = { members: [], known: false, error: undefined };
const nobody = (): Presence<never> => NOBODY;

class PresenceSource<I> extends Source<Presence<I>> {
  readonly #client: Fanfare;
  readonly #name: string;
  #release: (() => void)[] = [];
  /** Joins and leaves while the list is on its way: they are newer than it. */
  #since: Map<string, Member<I> | undefined> | undefined;

  constructor(client: Fanfare, name: string) {
    super(NOBODY);
    this.#client = client;
    this.#name = name;
  }

  protected override open(): void {
    const channel = this.#client.channel(this.#name);
    this.#release = [
      channel.on('subscribed', () => this.#ask(channel)),
      channel.on('join', (member) => this.#change(member.user, member as Member<I>)),
      channel.on('leave', (member) => this.#change(member.user, undefined)),
    ];
    const subscription = channel.subscribe();
    this.#release.push(() => subscription.unsubscribe());
    // Another component may have subscribed it before: then `subscribed` is past.
    subscription.ready.then(
      () => this.#ask(channel),
      (error: unknown) => this.set({ error: error as FanfareError }),
    );
  }

  protected override close(): void {
    for (const release of this.#release) {
      release();
    }
    this.#release = [];
    this.#since = undefined;
    this.set(NOBODY);
  }

  #ask(channel: Channel): void {
    if (this.#since || this.#release.length === 0) {
      return;
    }
    const since = new Map<string, Member<I> | undefined>();
    this.#since = since;
    channel.presence().then(
      (members) => this.#know(since, members as Member<I>[]),
      (error: unknown) => {
        if (this.#since === since) {
          this.#since = undefined;
          this.set({ error: error as FanfareError });
        }
      },
    );
  }

  #know(since: Map<string, Member<I> | undefined>, members: Member<I>[]): void {
    if (this.#since !== since) {
      return;
    }
    this.#since = undefined;
    const all = new Map(members.map((member) => [member.user, member]));
    for (const [user, member] of since) {
      if (member) {
        all.set(user, member);
      } else {
        all.delete(user);
      }
    }
    this.set({ members: [...all.values()], known: true, error: undefined });
  }

  #change(user: string, member: Member<I> | undefined): void {
    this.#since?.set(user, member);
    const others = this.snapshot().members.filter((other) => other.user !== user);
    this.set({ members: member ? [...others, member] : others });
  }
}

/** Who is in a channel, kept up to date; subscribes it, since joins and leaves come to those who have. */
export function usePresence<I = unknown>(name: string): Presence<I> {
  const client = useFanfare();
  const source = useMemo(() => new PresenceSource<I>(client, name), [client, name]);
  return useSyncExternalStore<Presence<I>>(source.listen, source.snapshot, nobody);
}
