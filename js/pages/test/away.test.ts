// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type Away, NEVER_AWAY, back, backUncertain, caughtUp, lost, tellAway, whileAway } from '../src/away.ts';
import { type Said, begin as enterLobby, reduce as inLobby } from '../src/chat/model.ts';
import { begin as enterStore, reduce as inStore } from '../src/store/model.ts';
import { EMPTY, reduce as inWallet } from '../src/wallet/model.ts';

const EVENTS = { one: 'event', many: 'events' };
/** Connected, and never lost. */
const HERE = back(NEVER_AWAY, 0);
const heard = (away: Away, time: number): Away => (whileAway(away, time) ? caughtUp(away) : away);
const ISO = (time: number): string => new Date(time).toISOString();
/** How far the server's clock is ahead of the page's, in milliseconds. */
const CLOCKS = [-10_000, 0, 10_000];
/** By the page's clock. */
const [LOST, BACK] = [60_000, 68_000];

describe('having been away', () => {
  it('is nothing until the connection was lost, and again while it is', () => {
    expect(whileAway(NEVER_AWAY, 0)).toBe(false);
    expect(tellAway(back(NEVER_AWAY, 5_000, 5_000), EVENTS)).toBe('');
    expect(tellAway(back(lost(NEVER_AWAY, 1_000), 5_000, 5_000), EVENTS)).toBe('');
    expect(tellAway(lost(back(lost(HERE, 1_000), 2_000), 3_000), EVENTS)).toBe('');
  });

  it.each(CLOCKS)('counts what comes late and not what comes live, with a server %i ms ahead', (ahead) => {
    const early = heard(lost(HERE, LOST), LOST + ahead + 1_000);
    const all = [BACK - 1, BACK, BACK + 1, BACK + 60_000]
      .map((time) => time + ahead)
      .reduce(heard, back(early, BACK, BACK + ahead));
    expect(tellAway(all, EVENTS)).toBe('Back after 8 s: 3 events caught up.');
  });

  it('lasts from the first of several failures, and what came between them counts', () => {
    const between = lost(heard(lost(HERE, 1_000), 1), 4_000);
    expect(tellAway(back(heard(between, 2), 7_000), EVENTS)).toBe('Back after 6 s: 2 events caught up.');
  });

  it('says what it counted, or that it cannot know, when the server refuses to tell its time', () => {
    const refused = heard(backUncertain(lost(HERE, 1_000), 3_000), 2_000);
    expect(tellAway(refused, EVENTS)).toBe('Back after 2 s: the server does not say which events were missed.');
    const some = heard(backUncertain(heard(lost(HERE, 1_000), 1), 3_000), 2_000);
    expect(tellAway(some, EVENTS)).toBe('Back after 2 s: at least 1 event caught up.');
    expect(backUncertain(HERE, 3_000)).toBe(HERE);
    expect(tellAway(back(lost(some, 4_000), 5_000), EVENTS)).toBe('Back after 1 s: nothing was missed.');
  });

  it('begins anew with each loss', () => {
    const once = heard(back(lost(HERE, 1_000), 2_000, 50), 40);
    expect(tellAway(back(lost(once, 3_000), 3_100, 60), EVENTS)).toBe('Back after 1 s: nothing was missed.');
  });
});

describe.each(CLOCKS)('with a server %i ms ahead of the page', (ahead) => {
  it('the store knows what was missed from what comes live', () => {
    const order = (orderNumber: string, time: number) => ({
      kind: 'frame' as const,
      frame: {
        type: 'order_created',
        data: { orderNumber, status: 'pending', items: [] },
        timestamp: ISO(time + ahead),
      },
    });
    const view = [
      { kind: 'entered' as const, now: 0, timestamp: ISO(ahead) },
      { kind: 'lost' as const, now: LOST },
      { kind: 'connected' as const },
      order('before the answer', BACK - 4_000),
      { kind: 'entered' as const, now: BACK, timestamp: ISO(BACK + ahead) },
      order('after the answer', BACK - 3_000),
      order('live', BACK + 500),
    ].reduce(inStore, enterStore());
    expect([...view.orders.values()].map(({ missed }) => missed)).toEqual([true, true, false]);
    expect(tellAway(view.away, EVENTS)).toBe('Back after 8 s: 2 events caught up.');
  });

  it('the wallet knows what was missed from what comes live, and has its cut between the prices', () => {
    const push = (type: string, payload: unknown, time: number) => ({
      kind: 'pushed' as const,
      push: { type, payload, timestamp: time + ahead },
    });
    const view = [
      { kind: 'back' as const, now: 0, until: ahead },
      push('token:price', { price: 1 }, LOST - 1_000),
      { kind: 'lost' as const, now: LOST },
      push('notification', { text: 'before the answers' }, BACK - 4_000),
      { kind: 'back' as const, now: BACK, until: BACK + ahead },
      push('notification', { text: 'after the answers' }, BACK - 3_000),
      push('notification', { text: 'live' }, BACK + 500),
      push('token:price', { price: 2 }, BACK + 1_000),
    ].reduce(inWallet, EMPTY);
    expect(view.entries.map(({ missed }) => missed)).toEqual([false, true, true]);
    expect(tellAway(view.away, EVENTS)).toBe('Back after 8 s: 2 events caught up.');
    expect(view.cuts).toEqual([{ from: LOST + ahead, to: BACK + ahead }]);
  });

  it('the lobby knows what was missed from what comes live', () => {
    const said = (content: string, time: number): Said => ({
      content,
      user: { id: 'u2', email: 'grace@example.org' },
      timestamp: ISO(time + ahead),
    });
    const frame = (now: number, ...messages: Said[]) => ({
      kind: 'frame' as const,
      frame: { type: 'history' as const, messages, complete: true },
      now,
    });
    const live = (message: Said) => ({
      kind: 'frame' as const,
      frame: { type: 'chat_message' as const, ...message },
      now: BACK,
    });
    const view = [
      frame(LOST - 5_000, said('first', LOST - 9_000)),
      { kind: 'lost' as const, now: LOST },
      live(said('live already', BACK - 100)),
      frame(BACK, said('missed', BACK - 4_000), said('live already', BACK - 100)),
      live(said('live', BACK + 500)),
    ].reduce(inLobby, enterLobby({ id: 'u1', email: 'ada@example.org' }));
    expect(view.lines.flatMap((line) => (line.kind === 'message' && line.missed ? line.content : []))).toEqual([
      'missed',
    ]);
    expect(tellAway(view.away, EVENTS)).toBe('Back after 8 s: 1 event caught up.');
  });
});

describe('the moment', () => {
  it('is not missed: who comes while the page is told the rest, comes now', () => {
    const view = [
      { kind: 'entered' as const, now: 0, timestamp: ISO(0) },
      { kind: 'lost' as const, now: LOST },
      { kind: 'frame' as const, frame: { type: 'user_joined', data: {}, timestamp: ISO(BACK), userId: 'bob' } },
      { kind: 'entered' as const, now: BACK, timestamp: ISO(BACK) },
    ].reduce(inStore, enterStore());
    expect(view.events.map(({ missed }) => missed)).toEqual([false]);
    expect(tellAway(view.away, EVENTS)).toBe('Back after 8 s: nothing was missed.');
  });

  it('of the first history is not a return, however often the connection was lost before', () => {
    const message = { content: 'hi', user: { id: 'u2', email: 'grace@example.org' }, timestamp: ISO(5) };
    const view = [
      { kind: 'lost' as const, now: LOST },
      { kind: 'frame' as const, frame: { type: 'history' as const, messages: [message], complete: true }, now: BACK },
    ].reduce(inLobby, enterLobby({ id: 'u1', email: 'ada@example.org' }));
    expect(view.lines).toMatchObject([{ missed: false }]);
    expect(tellAway(view.away, EVENTS)).toBe('');
  });
});
