// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { tellAway } from '../src/away.ts';
import { draw } from '../src/wallet/chart.ts';
import { type Action, EMPTY, type View, channels, reduce, walletOf } from '../src/wallet/model.ts';

const ADDRESS = '0xabc';
const push = (type: string, payload: unknown, timestamp: number): Action => ({
  kind: 'pushed',
  push: { type, payload, timestamp },
});
const after = (...actions: Action[]): View => actions.reduce(reduce, EMPTY);
const events = { one: 'event', many: 'events' };

describe('the wallet', () => {
  it('shows the balance and what changed it', () => {
    const view = after(push(`balance:${ADDRESS}`, { balance: 125.5, change: 25.5 }, 1_000));
    expect(view.balance).toBe(125.5);
    expect(view.entries.map(({ text }) => text)).toEqual(['Received 25.50 FAN']);
  });

  it('shows rewards, collectibles and notifications, the latest first', () => {
    const view = after(
      push('staking:p1', { rewards: 0.15 }, 1),
      push(`nft:${ADDRESS}`, { tokenId: 7 }, 2),
      push('notification', { text: 'Hello' }, 3),
      push('alert', { level: 2 }, 4),
    );
    expect(view.entries.map(({ text }) => text)).toEqual([
      '{"level":2}',
      'Hello',
      'Received the collectible #7',
      'Rewards are now 0.15 FAN',
    ]);
    expect([view.rewards, view.collected]).toEqual([0.15, 1]);
  });

  it('tells what was missed from what comes live, and counts it once', () => {
    const missed = push(`balance:${ADDRESS}`, { balance: 2, change: 1 }, 15_000);
    const view = after(
      { kind: 'back', now: 0, until: 0 },
      { kind: 'lost', now: 10_000 },
      { kind: 'lost', now: 12_000 },
      { kind: 'back', now: 20_000, until: 20_000 },
      missed,
      missed,
      push(`balance:${ADDRESS}`, { balance: 3, change: 1 }, 21_000),
    );
    expect(view.entries.map((entry) => entry.missed)).toEqual([false, true]);
    expect(tellAway(view.away, events)).toBe('Back after 10 s: 1 event caught up.');
  });

  it('never shows an older price after a newer one', () => {
    const view = after(push('token:price', { token: 'ETH', price: 2 }, 2), push('token:price', { price: 1 }, 1));
    expect(view.prices).toEqual([{ time: 2, price: 2 }]);
  });

  it('asks for the channels that a token opens', () => {
    const token = `x.${btoa(JSON.stringify({ sub: 'u1', wallets: [ADDRESS], staking: ['p1'] }))}.y`;
    expect(channels(walletOf(token)!)).toEqual([
      'notifications',
      'token:price',
      `balance:${ADDRESS}`,
      `nft:${ADDRESS}`,
      'staking:p1',
    ]);
    expect(channels(walletOf(`x.${btoa('{"sub":"u1"}')}.y`)!)).toEqual(['notifications', 'token:price']);
    expect(walletOf('no token')).toBeUndefined();
  });
});

describe('the chart', () => {
  it('is nothing before the first price, and flat with one', () => {
    expect(draw([], [])).toBeUndefined();
    expect(draw([{ time: 0, price: 5 }], [])).toMatchObject({ low: 5, high: 5, change: 0 });
  });

  it('has no line where the connection was cut', () => {
    const prices = [0, 2_000, 30_000, 32_000].map((time) => ({ time, price: time }));
    const drawn = draw(prices, [{ from: 3_000, to: 29_000 }])!;
    expect(drawn.lines).toHaveLength(2);
    expect(drawn.cuts).toHaveLength(1);
    expect(draw(prices, [])!.lines).toHaveLength(1);
  });

  it('is shaded until the first price that is known again', () => {
    const prices = [0, 10_000, 20_000, 30_000].map((time) => ({ time, price: time }));
    expect(draw(prices, [{ from: 12_000, to: 25_000 }])!.cuts).toEqual([{ x: 240, width: 160 }]);
    expect(draw(prices, [{ from: 12_000, to: 15_000 }])!.cuts).toEqual([{ x: 240, width: 60 }]);
  });

  it('rises to the top of the box', () => {
    const drawn = draw(
      [
        { time: 0, price: 1 },
        { time: 30_000, price: 2 },
      ],
      [],
    )!;
    expect(drawn.lines).toEqual(['M0.0,150.0L600.0,10.0']);
    expect(drawn.change).toBe(1);
  });
});
