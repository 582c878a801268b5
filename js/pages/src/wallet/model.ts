// SPDX-License-Identifier: Apache-2.0
import { type Away, NEVER_AWAY, back, caughtUp, lost, whileAway } from '../away.ts';

/** Whose wallet the page shows. Balance and rewards are unknown to a token that is nobody's guest's. */
export interface Wallet {
  readonly user: string;
  readonly token: string;
  readonly address: string;
  readonly position?: string;
  readonly balance?: number;
  readonly rewards?: number;
}

/** What the server pushes: the channel or the event, what it says, and the time of its append in milliseconds. */
export interface Push {
  readonly type: string;
  readonly payload: unknown;
  readonly timestamp: number;
}

export type Kind = 'balance' | 'nft' | 'staking' | 'notification' | 'notice';

/** A line of the activity, the latest first. */
export interface Entry {
  readonly id: string;
  readonly kind: Kind;
  readonly text: string;
  readonly time: number;
  readonly missed: boolean;
}

export interface Price {
  readonly time: number;
  readonly price: number;
}

/** A stretch of time in which the page heard nothing, by the server's clock, as the prices' times are. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

export interface View {
  readonly balance?: number;
  readonly rewards?: number;
  readonly collected: number;
  readonly token: string;
  readonly prices: readonly Price[];
  readonly cuts: readonly Cut[];
  readonly entries: readonly Entry[];
  readonly away: Away;
}

export type Action =
  | { readonly kind: 'entered'; readonly wallet: Wallet }
  | { readonly kind: 'lost'; readonly now: number }
  /** `until` is the time at the server. */
  | { readonly kind: 'back'; readonly now: number; readonly until: number }
  | { readonly kind: 'pushed'; readonly push: Push }
  | { readonly kind: 'noticed'; readonly text: string; readonly now: number };

/** The chart shows this long a time, in milliseconds. */
export const SHOWN = 120_000;
const MOST_ENTRIES = 50;

export const EMPTY: View = { collected: 0, token: 'ETH', prices: [], cuts: [], entries: [], away: NEVER_AWAY };

const coins = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** An amount with two decimals; a dash while it is unknown. */
export function amount(value: number | undefined): string {
  return value === undefined ? '–' : coins.format(value);
}

export function reduce(view: View, action: Action): View {
  switch (action.kind) {
    case 'entered':
      return {
        ...view,
        ...(action.wallet.balance === undefined ? {} : { balance: action.wallet.balance }),
        ...(action.wallet.rewards === undefined ? {} : { rewards: action.wallet.rewards }),
      };
    case 'lost':
      return { ...view, away: lost(view.away, action.now) };
    case 'back': {
      const away = back(view.away, action.now, action.until);
      const cut = away === view.away ? undefined : away.last;
      return { ...view, away, cuts: cut ? [...view.cuts, { from: cut.until - cut.lasted, to: cut.until }] : view.cuts };
    }
    case 'pushed':
      return pushed(view, action.push);
    case 'noticed':
      return add(view, { kind: 'notice', text: action.text, time: action.now, id: `notice-${action.now}` });
  }
}

function pushed(view: View, { type, payload, timestamp }: Push): View {
  const says = (payload ?? {}) as Record<string, unknown>;
  const id = `${type}-${timestamp}`;
  const entry = (kind: Kind, text: string) => ({ id, kind, text, time: timestamp });
  switch (type.split(':', 1)[0]) {
    case 'token':
      return priced(view, says, timestamp);
    case 'balance': {
      const balance = number(says.balance);
      const change = number(says.change) ?? 0;
      const text = change < 0 ? `Sent ${amount(-change)} FAN` : `Received ${amount(change)} FAN`;
      return add(balance === undefined ? view : { ...view, balance }, entry('balance', text));
    }
    case 'nft':
      return add(
        { ...view, collected: view.collected + 1 },
        entry('nft', `Received the collectible #${number(says.tokenId) ?? '?'}`),
      );
    case 'staking': {
      const rewards = number(says.rewards);
      return add(
        rewards === undefined ? view : { ...view, rewards },
        entry('staking', `Rewards are now ${amount(rewards)} FAN`),
      );
    }
    default:
      return add(view, entry('notification', words(payload)));
  }
}

function priced(view: View, says: Record<string, unknown>, time: number): View {
  const price = number(says.price);
  const latest = view.prices.at(-1);
  if (price === undefined || (latest && latest.time >= time)) {
    return view;
  }
  const prices = [...view.prices.filter((each) => each.time > time - 2 * SHOWN), { time, price }];
  const token = typeof says.token === 'string' ? says.token : view.token;
  return { ...view, prices, token, cuts: view.cuts.filter((cut) => cut.to > time - 2 * SHOWN) };
}

function add(view: View, entry: Omit<Entry, 'missed'>): View {
  if (view.entries.some((each) => each.id === entry.id)) {
    return view;
  }
  const missed = entry.kind !== 'notice' && whileAway(view.away, entry.time);
  return {
    ...view,
    away: missed ? caughtUp(view.away) : view.away,
    entries: [{ ...entry, missed }, ...view.entries].slice(0, MOST_ENTRIES),
  };
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function words(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'text' in payload && typeof payload.text === 'string') {
    return payload.text;
  }
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/** The channels of a wallet, in the order in which they are asked for. */
export function channels({ address, position }: Wallet): string[] {
  const own = address === '' ? [] : [`balance:${address}`, `nft:${address}`];
  return ['notifications', 'token:price', ...own, ...(position === undefined ? [] : [`staking:${position}`])];
}

/** What a token opens, read from its claims; the server judges it. Undefined for what is no token. */
export function walletOf(token: string): Wallet | undefined {
  try {
    const body = token.split('.')[1] ?? '';
    const claims: unknown = JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/')));
    const { sub, wallets, staking } = claims as { sub?: unknown; wallets?: unknown; staking?: unknown };
    const first = (list: unknown): string | undefined =>
      Array.isArray(list) && typeof list[0] === 'string' ? list[0] : undefined;
    const position = first(staking);
    return typeof sub === 'string'
      ? { user: sub, token, address: first(wallets) ?? '', ...(position === undefined ? {} : { position }) }
      : undefined;
  } catch {
    return undefined;
  }
}
