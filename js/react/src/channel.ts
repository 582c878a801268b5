// SPDX-License-Identifier: Apache-2.0
import type {
  Channel,
  ChannelOptions,
  Fanfare,
  FanfareError,
  Gap,
  Keys,
  Position,
  Publication,
  PublishOptions,
} from '@fanfare/client';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { Fold, type Folding } from './fold.ts';
import { systemTimer, type Timer } from './pace.ts';
import { useFanfare } from './provider.tsx';
import { Source } from './source.ts';

/** `subscribing` until the server has answered, and again while the connection is lost; `refused` is told by `error`. */
export type ChannelStatus = 'idle' | 'subscribing' | 'subscribed' | 'refused';

export interface UseChannelOptions<T, V> extends Folding<Publication<T>, V>, ChannelOptions {
  /** Every publication, in order; renders nothing. */
  readonly onPublication?: ((publication: Publication<T>) => void) | undefined;
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** For tests. */
  readonly clock?: Timer | undefined;
}

export interface ChannelState<T, V> {
  /** What `select` has picked; undefined before the first publication. */
  readonly value: V | undefined;
  /** With `throttle` and without `select`: what came in the latest batch. */
  readonly publications: readonly Publication<T>[];
  /** The last loss that was told. */
  readonly gap: Gap | undefined;
  readonly status: ChannelStatus;
  readonly error: FanfareError | undefined;
}

export interface UseChannel<T, V> extends ChannelState<T, V> {
  readonly publish: (data: T, options?: PublishOptions) => Promise<Position>;
}

const INITIAL: ChannelState<never, never> = {
  value: undefined,
  publications: [],
  gap: undefined,
  status: 'idle',
  error: undefined,
};
const initial = (): ChannelState<never, never> => INITIAL;

/** Errors of a subscription that goes on. */
const OWN: ReadonlySet<string> = new Set(['sealed', 'listener']);

class ChannelSource<T, V> extends Source<ChannelState<T, V>> {
  readonly #client: Fanfare;
  readonly #name: string;
  readonly #fold: Fold<Publication<T>, V>;
  #options: UseChannelOptions<T, V>;
  #release: (() => void)[] = [];
  /** The key of the latest rendering: another object is not another subscription. */
  readonly #key: Keys = {
    seal: (...what) => this.#options.key!.seal(...what),
    open: (...what) => this.#options.key!.open(...what),
  };

  constructor(client: Fanfare, name: string, options: UseChannelOptions<T, V>) {
    super(INITIAL);
    this.#client = client;
    this.#name = name;
    this.#options = options;
    this.#fold = new Fold(
      (value, publications) => this.set(publications.length === 0 ? { value } : { value, publications }),
      options.clock ?? systemTimer,
    );
  }

  configure(options: UseChannelOptions<T, V>): void {
    this.#options = options;
  }

  readonly publish = (data: T, options?: PublishOptions): Promise<Position> => this.#channel().publish(data, options);

  #channel(): Channel {
    const { since, filter, key } = this.#options;
    return this.#client.channel(this.#name, {
      ...(since === undefined ? {} : { since }),
      ...(filter === undefined ? {} : { filter }),
      ...(key === undefined ? {} : { key: this.#key }),
    });
  }

  protected override open(): void {
    const channel = this.#channel();
    this.set({ status: 'subscribing' });
    this.#release = [
      channel.on('subscribed', () => this.set({ status: 'subscribed', error: undefined })),
      channel.on('unsubscribed', () => this.set({ status: 'refused' })),
      channel.on('error', (error) => this.set(OWN.has(error.code) ? { error } : { status: 'refused', error })),
      channel.on('gap', (gap) => {
        this.set({ gap });
        this.#options.onGap?.(gap);
      }),
      this.#client.on('state', (state) => {
        if (state.name !== 'connected' && this.snapshot().status === 'subscribed') {
          this.set({ status: 'subscribing' });
        }
      }),
    ];
    const subscription = channel.subscribe((any) => {
      const publication = any as Publication<T>;
      this.#options.onPublication?.(publication);
      this.#fold.take(publication, this.#options);
    });
    const release = this.#release;
    release.push(() => subscription.unsubscribe());
    // Where another component has subscribed it already, `subscribed` is past.
    subscription.ready.then(
      () => {
        if (release === this.#release) {
          this.set({ status: 'subscribed', error: undefined });
        }
      },
      // Told by `error`.
      () => undefined,
    );
  }

  protected override close(): void {
    this.#fold.stop();
    for (const release of this.#release) {
      release();
    }
    this.#release = [];
    this.set({ status: 'idle' });
  }
}

/**
 * Follows a channel while the component is there.
 *
 * A publication by itself renders nothing: it is given to `onPublication`. With `select` the component has a `value`, and
 * renders when it is another; with `throttle` at most once in so many milliseconds.
 */
export function useChannel<T = unknown, V = T>(name: string, options: UseChannelOptions<T, V> = {}): UseChannel<T, V> {
  const client = useFanfare();
  // Where a subscription begins is asked once; another filter is another subscription, and so is a key where none was. All of
  // them may be another object at every rendering.
  const filter = JSON.stringify(options.filter);
  const sealed = options.key !== undefined;
  const source = useMemo(
    () => new ChannelSource<T, V>(client, name, options),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the other options are taken up by configure
    [client, name, filter, sealed],
  );
  useEffect(() => source.configure(options));
  const state = useSyncExternalStore<ChannelState<T, V>>(source.listen, source.snapshot, initial);
  return useMemo(() => ({ ...state, publish: source.publish }), [state, source]);
}
