// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fanfare } from '../src/index.ts';
import { Browser, connected, eventually } from './browser.ts';
import { Server } from './server.ts';

let server: Server;
let browser: Browser;

beforeEach(() => {
  server = new Server();
  browser = new Browser(server);
});

afterEach(() => {
  browser.close();
});

/** What each of them hears of the channel, once all are live. */
async function heard(all: Fanfare[], channel: string): Promise<unknown[][]> {
  const lists = await Promise.all(
    all.map(async (fanfare) => {
      const data: unknown[] = [];
      fanfare.channel(channel).on('gap', () => data.push('gap'));
      await fanfare.channel(channel).subscribe((publication) => data.push(publication.data)).ready;
      return data;
    }),
  );
  return lists;
}

/** One link is open, and everybody's: what each tab says is heard once, and what is published by all, once and in order. */
async function areOne(all: Fanfare[], lists: unknown[][]): Promise<void> {
  await eventually(() => server.open.size, 1);
  await connected(...all);
  const before = server.asked('send');
  expect(await Promise.all(all.map((fanfare, i) => fanfare.send('pay', i)))).toEqual(all.map((_, i) => i));
  expect(server.asked('send')).toBe(before + all.length);
  server.publish('news', 'last');
  const sent = server.histories.get('news')!.map(({ data }) => data);
  await Promise.all(lists.map((list) => eventually(list, sent)));
}

describe('a tab that leads, and whose lock is taken away,', () => {
  test('leads no more when it hears of another, though nobody told it', async () => {
    const all = await browser.tabs(4);
    const lists = await heard(all, 'news');
    server.publish('news', 1);
    browser.steal();
    server.publish('news', 2);
    await eventually(() => server.opened > 1, true);
    server.publish('news', 3);
    await areOne(all, lists);
  });

  test('leads no more when it is told, though there is no other', async () => {
    const all = [browser.tab()];
    await connected(...all);
    const lists = await heard(all, 'news');
    server.publish('news', 1);
    browser.steal().refuse(new DOMException('The lock was stolen.', 'AbortError'));
    server.publish('news', 2);
    await eventually(() => server.opened, 2);
    await areOne(all, lists);
  });

  test('is followed no more, though another leads before its followers had their turn', async () => {
    const leader = browser.tab();
    await connected(leader);
    const deaf = browser.deaf();
    const follower = browser.tab();
    await connected(follower);
    const lists = await heard([leader, follower], 'news');
    server.publish('news', 1);
    browser.steal();
    server.publish('news', 2);
    await eventually(() => server.opened, 2);
    await areOne([deaf, leader, follower], lists);
  });
});

test('where two tabs lead, each other tab follows one of them: nothing is said or heard twice', async () => {
  const deaf = browser.deaf();
  await connected(deaf);
  const others = [browser.tab(), browser.tab(), browser.tab()];
  await connected(...others);
  const lists = await heard(others, 'news');
  server.publish('news', 1);
  browser.steal();
  await eventually(() => server.opened, 2);
  await connected(...others);
  for (let n = 2; n <= 10; n++) {
    server.publish('news', n);
    expect(await Promise.all(others.map((fanfare, i) => fanfare.send('pay', i)))).toEqual([0, 1, 2]);
  }
  expect(server.open.size).toBe(2);
  expect(server.asked('send')).toBe(27);
  await Promise.all(lists.map((list) => eventually(list, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])));
});

test('a tab that knows who leads is not welcomed by the one before, and hears nothing of it', async () => {
  const down = new BroadcastChannel(`${browser.name}:down`);
  const up = new BroadcastChannel(`${browser.name}:up`);
  const said: { tab: string; hello?: number; to?: string; command?: { id: number; data: unknown } }[] = [];
  up.onmessage = ({ data }) => said.push(data as (typeof said)[number]);
  try {
    void browser.locks.request(`${browser.name}:leader`, {}, () => new Promise(() => undefined));
    const ada = browser.tab();
    await eventually(() => said.length, 1);
    const { tab, hello } = said[0]!;
    const frame = { type: 'connected', id: hello, session: 's', pingInterval: 25_000 };
    down.postMessage({ by: 'later', leads: true });
    down.postMessage({ by: 'before', to: [tab], frame });
    await eventually(() => said.map((one) => one.hello), [hello, hello]);
    expect(ada.state.name).toBe('connecting');
    down.postMessage({ by: 'later', to: [tab], frame });
    await connected(ada);
    const reply = ada.send('pay');
    await eventually(() => said.length, 3);
    const { to, command } = said[2]!;
    expect(to).toBe('later');
    for (const by of ['before', 'later']) {
      down.postMessage({ by, to: [tab], frame: { type: 'reply', id: command!.id, data: by } });
    }
    expect(await reply).toBe('later');
  } finally {
    down.close();
    up.close();
  }
});
