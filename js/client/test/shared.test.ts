// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test } from 'vitest';
import type { Command, ServerFrame } from '../src/frames.ts';
import type { Ending } from '../src/link.ts';
import { Shared } from '../src/shared.ts';
import type { Position } from '../src/types.ts';

const at = (offset: number, epoch = 'e'): Position => ({ epoch, offset, tag: String(offset) });

/** What was sent to the server, and what the tabs were told: a frame as `tab: type`, and more where it matters. */
let sent: Command[];
let told: unknown[];
let ended: Ending[];
let shared: Shared;

beforeEach(() => {
  sent = [];
  told = [];
  ended = [];
  shared = new Shared(
    { tab: 'leader', connectId: 1 },
    { send: (command) => sent.push(command), close: () => undefined },
    {
      frame: (tabs, frame) => told.push(...tabs.map((tab) => [tab, frame])),
      alive: () => undefined,
      ended: (ending) => ended.push(ending),
    },
    () => 0,
  );
  ['leader', 'ada', 'bob', 'cy'].forEach((tab, i) => shared.join(tab, 100 + i));
});

/** A tab subscribes to the channel; its command's id is 7. */
function subscribe(tab: string, since?: Position): void {
  shared.command(tab, { type: 'subscribe', id: 7, channel: 'news', ...(since === undefined ? {} : { since }) });
}

/** The server answers what it was asked last. */
function answer(frame: object): void {
  const { id } = sent.at(-1) as { id: number };
  shared.heard({ id, ...frame } as ServerFrame);
}

const subscribed = (position: Position, recovered?: boolean): void =>
  answer({ type: 'subscribed', channel: 'news', position, ...(recovered === undefined ? {} : { recovered }) });

function publish(offset: number): void {
  shared.heard({ type: 'publication', channel: 'news', offset, tag: String(offset), time: 0, data: offset });
}

/** Takes what was said since the last time, without ids that nobody chose. */
function take(): unknown[] {
  sent.splice(0);
  return told.splice(0);
}

const asked = (): unknown[] =>
  sent.map((command) => [command.type, ...('since' in command ? [command.since.offset] : [])]);

/** Who was sent the publication. */
function listeners(offset: number): unknown[] {
  take();
  publish(offset);
  return take().map((each) => (each as [string])[0]);
}

describe('a shared subscription', () => {
  beforeEach(() => {
    subscribe('ada');
    subscribed(at(5));
    subscribe('bob');
    take();
  });

  test('answers whoever stands where it does, or comes without a position, without asking the server', () => {
    publish(6);
    take();
    subscribe('cy', at(6));
    subscribe('leader');
    expect(told).toEqual([
      ['cy', { type: 'subscribed', id: 7, channel: 'news', position: at(6), recovered: true }],
      ['leader', { type: 'subscribed', id: 7, channel: 'news', position: at(6) }],
    ]);
    expect(sent).toEqual([]);
  });

  test('stands behind a gap where that ends', () => {
    shared.heard({ type: 'gap', channel: 'news', from: 5, to: at(9, 'f') });
    take();
    subscribe('cy', at(9, 'f'));
    expect(told).toEqual([
      ['cy', { type: 'subscribed', id: 7, channel: 'news', position: at(9, 'f'), recovered: true }],
    ]);
    expect(sent).toEqual([]);
  });

  test('begins anew at the position of a tab that is behind, which alone hears what it missed', () => {
    subscribe('cy', at(3));
    expect(asked()).toEqual([['unsubscribe'], ['subscribe', 3]]);
    subscribed(at(3), true);
    expect(told).toEqual([['cy', { type: 'subscribed', id: 7, channel: 'news', position: at(3), recovered: true }]]);
    expect(listeners(4)).toEqual(['ada', 'bob', 'cy']);
  });

  test('begins anew a second time for the others, where what the server has left begins behind them', () => {
    subscribe('cy', at(3, 'old'));
    subscribed(at(8), false);
    expect(asked().slice(-2)).toEqual([['unsubscribe'], ['subscribe', 5]]);
    told.splice(0);
    // What comes before that has begun is not for them.
    publish(9);
    expect(told.map((each) => (each as [string])[0])).toEqual(['cy']);
    told.splice(0);
    subscribed(at(5), true);
    expect(told).toEqual([]);
    expect(listeners(6)).toEqual(['cy', 'ada', 'bob']);
  });

  test('begins anew a second time for the others, where a tab is ahead of them', () => {
    subscribe('cy', at(8));
    subscribed(at(8), true);
    expect(asked().slice(-2)).toEqual([['unsubscribe'], ['subscribe', 5]]);
  });

  test('begins anew a second time for the others, where the server counts from the beginning again', () => {
    subscribe('cy', at(3, 'old'));
    subscribed(at(1, 'new'), false);
    expect(asked().slice(-2)).toEqual([['unsubscribe'], ['subscribe', 5]]);
  });

  test('takes no position of another epoch for its own', () => {
    subscribe('cy', at(5, 'other'));
    expect(asked()).toEqual([['unsubscribe'], ['subscribe', 5]]);
  });

  test('tells the others of a gap where their position is not there any more', () => {
    subscribe('cy', at(3, 'old'));
    subscribed(at(8, 'new'), false);
    subscribed(at(9, 'new'), false);
    const gap = { type: 'gap', channel: 'news', from: 5, to: at(9, 'new') };
    expect(told.slice(1)).toEqual([
      ['ada', gap],
      ['bob', gap],
    ]);
    expect(listeners(10)).toEqual(['cy', 'ada', 'bob']);
  });

  test('tells no gap to a tab that left while it was to recover', () => {
    subscribe('cy', at(3, 'old'));
    subscribed(at(8, 'new'), false);
    shared.command('ada', { type: 'unsubscribe', id: 8, channel: 'news' });
    shared.leave('bob');
    told.splice(0);
    subscribed(at(9, 'new'), false);
    expect(told).toEqual([]);
    expect(listeners(10)).toEqual(['cy']);
  });

  test('is lost to all where it cannot begin anew', () => {
    subscribe('cy', at(3));
    answer({ type: 'error', code: 'permission_denied', message: 'No.' });
    expect(ended).toEqual([{ message: 'A shared subscription could not begin anew.', comesBack: true }]);
  });

  test('answers nothing to a tab that left while it joined, and keeps the others', () => {
    subscribe('cy', at(3));
    shared.command('cy', { type: 'unsubscribe', id: 8, channel: 'news' });
    told.splice(0);
    subscribed(at(3), true);
    expect(told).toEqual([]);
    expect(listeners(4)).toEqual(['ada', 'bob']);
  });

  test('lets nobody in who left before it was their turn', () => {
    subscribe('cy', at(3));
    subscribe('leader');
    shared.command('leader', { type: 'unsubscribe', id: 8, channel: 'news' });
    subscribed(at(3), true);
    expect(listeners(4)).toEqual(['ada', 'bob', 'cy']);
  });
});

test('a subscription that nobody wants any more when it begins is ended', () => {
  subscribe('ada');
  shared.leave('ada');
  subscribed(at(5));
  expect(sent.map(({ type }) => type)).toEqual(['subscribe', 'unsubscribe']);
  expect(told).toEqual([]);
  subscribe('bob');
  expect(sent.at(-1)).toMatchObject({ type: 'subscribe', channel: 'news' });
});

test('a tab that left is told of no refusal', () => {
  subscribe('ada');
  shared.command('ada', { type: 'unsubscribe', id: 8, channel: 'news' });
  told.splice(0);
  answer({ type: 'error', code: 'permission_denied', message: 'No.' });
  expect(told).toEqual([]);
});

test('a tab that waits is asked for when the one before it was refused', () => {
  subscribe('ada', at(3));
  subscribe('bob', at(4));
  answer({ type: 'error', code: 'permission_denied', message: 'No.' });
  expect(told).toEqual([['ada', { type: 'error', id: 7, code: 'permission_denied', message: 'No.' }]]);
  expect(asked()).toEqual([
    ['subscribe', 3],
    ['subscribe', 4],
  ]);
  expect(ended).toEqual([]);
});
