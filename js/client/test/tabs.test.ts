// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Clock, Fanfare, type Position } from '../src/index.ts';
import { tabs } from '../src/tabs.ts';
import { Browser, connected, eventually } from './browser.ts';
import { Server } from './server.ts';
import { Time } from './time.ts';

describe('the tabs of a browser', () => {
  const open: { close(): void }[] = [];

  afterEach(() => {
    open.splice(0).forEach((one) => one.close());
  });

  function browser(server: Server, clock?: Clock): () => Fanfare {
    const one = new Browser(server, clock === undefined ? {} : { clock });
    open.push(one);
    return one.tab;
  }

  function heard(fanfare: Fanfare, channel: string, since?: Position): unknown[] {
    const data: unknown[] = [];
    const gaps = fanfare.channel(channel, since === undefined ? {} : { since });
    gaps.on('gap', () => data.push('gap'));
    gaps.subscribe((publication) => data.push(publication.data));
    return data;
  }

  test('share one link, and one subscription', async () => {
    const server = new Server();
    const tab = browser(server);
    const all = Array.from({ length: 20 }, tab);
    await connected(...all);
    const lists = all.map((fanfare) => heard(fanfare, 'news'));
    await Promise.all(all.map((fanfare) => fanfare.channel('news').subscribe().ready));
    expect(await Promise.all(all.map((fanfare, i) => fanfare.send('echo', i)))).toEqual(all.map((_, i) => i));
    server.publish('news', 1);
    server.publish('news', 2);
    await Promise.all(lists.map((list) => eventually(list, [1, 2])));
    expect(server.opened).toBe(1);
    expect(server.commands.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
  });

  test('come back under another leader without loss or doubles', async () => {
    const server = new Server();
    const tab = browser(server);
    const leader = tab();
    await connected(leader);
    const others = [tab(), tab(), tab()];
    await connected(...others);
    const lists = others.map((fanfare) => heard(fanfare, 'news'));
    await Promise.all(others.map((fanfare) => fanfare.channel('news').subscribe().ready));
    server.publish('news', 1);
    await Promise.all(lists.map((list) => eventually(list, [1])));
    leader.close();
    server.publish('news', 2);
    await vi.waitFor(() => expect(server.opened).toBe(2), 5_000);
    server.publish('news', 3);
    await connected(...others);
    server.publish('news', 4);
    await Promise.all(lists.map((list) => eventually(list, [1, 2, 3, 4])));
    expect(server.open.size).toBe(1);
  });

  test('all come back when the link is lost, by one', async () => {
    const server = new Server();
    const tab = browser(server);
    const all = [tab(), tab(), tab()];
    await connected(...all);
    const lists = all.map((fanfare) => heard(fanfare, 'news'));
    await Promise.all(all.map((fanfare) => fanfare.channel('news').subscribe().ready));
    for (let n = 1; n <= 10; n++) {
      server.publish('news', n);
      if (n % 3 === 0) {
        const [session] = server.open;
        server.open.clear();
        session!.listener.lost({ message: 'cut' });
        server.publish('news', (n + 1) / 100);
        await connected(...all);
        expect(server.open.size).toBe(1);
      }
    }
    const sent = server.histories.get('news')!.map(({ data }) => data);
    expect(sent).toHaveLength(13);
    await Promise.all(lists.map((list) => eventually(list, sent)));
  });

  test('one that was further back has it recovered, and the others hear nothing twice', async () => {
    const server = new Server();
    const tab = browser(server);
    const [ada, bob] = [tab(), tab()];
    await connected(ada, bob);
    const first = heard(ada, 'news');
    await ada.channel('news').subscribe().ready;
    for (let n = 1; n <= 5; n++) {
      server.publish('news', n);
    }
    await eventually(first, [1, 2, 3, 4, 5]);
    const second = heard(bob, 'news', { epoch: 'e', offset: 2, tag: 't2' });
    await eventually(second, [3, 4, 5]);
    server.publish('news', 6);
    await eventually(second, [3, 4, 5, 6]);
    await eventually(first, [1, 2, 3, 4, 5, 6]);
  });

  test('one whose place is not kept is told so, and the others lose nothing', async () => {
    const server = new Server();
    server.kept = 2;
    const tab = browser(server);
    const [ada, bob] = [tab(), tab()];
    await connected(ada, bob);
    const first = heard(ada, 'news');
    await ada.channel('news').subscribe().ready;
    for (let n = 1; n <= 5; n++) {
      server.publish('news', n);
    }
    await eventually(first, [1, 2, 3, 4, 5]);
    server.meanwhile = () => {
      server.meanwhile = () => undefined;
      server.publish('news', 6);
    };
    const second = heard(bob, 'news', { epoch: 'e', offset: 1, tag: 't1' });
    await eventually(second, ['gap']);
    await eventually(first, [1, 2, 3, 4, 5, 6]);
    server.publish('news', 7);
    await eventually(second, ['gap', 7]);
    await eventually(first, [1, 2, 3, 4, 5, 6, 7]);
  });

  test('one that is ahead of the others takes nothing from them', async () => {
    const server = new Server();
    const tab = browser(server);
    const [ada, bob] = [tab(), tab()];
    await connected(ada, bob);
    const first = heard(ada, 'news');
    await ada.channel('news').subscribe().ready;
    server.publish('news', 1);
    await eventually(first, [1]);
    server.meanwhile = () => {
      server.meanwhile = () => undefined;
      server.publish('news', 2);
      server.publish('news', 3);
    };
    const second = heard(bob, 'news', { epoch: 'e', offset: 3, tag: 't3' });
    await eventually(first, [1, 2, 3]);
    server.publish('news', 4);
    await eventually(second, [4]);
    await eventually(first, [1, 2, 3, 4]);
  });

  test('unsubscribe when the last of them does, or is closed', async () => {
    const server = new Server();
    const tab = browser(server);
    const [leader, ada, bob] = [tab(), tab(), tab()];
    await connected(leader, ada, bob);
    const subscription = ada.channel('news').subscribe();
    await subscription.ready;
    await bob.channel('news').subscribe().ready;
    subscription.unsubscribe();
    await ada.send('echo', 1);
    expect(server.commands.filter(({ type }) => type === 'unsubscribe')).toHaveLength(0);
    bob.close();
    await vi.waitFor(() => expect(server.commands.filter(({ type }) => type === 'unsubscribe')).toHaveLength(1), 5_000);
    expect(leader.state.name).toBe('connected');
  });

  test('all live by what comes for one of them, and answer a ping once', async () => {
    const server = new Server();
    const time = new Time();
    const tab = browser(server, time);
    const all = [tab(), tab(), tab()];
    await connected(...all);
    const states: string[] = [];
    all.forEach((fanfare) => fanfare.on('state', ({ name }) => states.push(name)));
    for (let n = 1; n <= 4; n++) {
      await time.advance(25_000);
      const [session] = server.open;
      session!.listener.frame({ type: 'ping' });
      // What is asked after the ping is answered after the others have heard of it.
      await all[1]!.send('echo', n);
    }
    expect([server.asked('pong'), server.asked('ping')]).toEqual([4, 0]);
    expect(states).toEqual([]);
  });

  test('all notice that nothing comes any more', async () => {
    const server = new Server();
    const time = new Time();
    const tab = browser(server, time);
    const all = [tab(), tab()];
    await connected(...all);
    server.hang();
    await time.advance(40_000);
    await vi.waitFor(async () => {
      await time.advance(100);
      expect(server.opened).toBe(2);
    }, 5_000);
    await vi.waitFor(async () => {
      await time.advance(100);
      expect(all.map(({ state }) => state.name)).toEqual(['connected', 'connected']);
    }, 5_000);
  });

  test('are refused one by one', async () => {
    const server = new Server();
    const tab = browser(server);
    const all = [tab(), tab()];
    await connected(...all);
    for (const fanfare of all) {
      await expect(fanfare.channel('secret').subscribe().ready).rejects.toThrow('No.');
    }
    await all[0]!.channel('news').subscribe().ready;
    const filter = { field: 'a', eq: 1 };
    await expect(all[1]!.channel('news', { filter }).subscribe().ready).rejects.toThrow('another filter');
  });

  test('have a link each where there are no locks', async () => {
    const server = new Server();
    const transports = [tabs('', { link: server.link, locks: undefined })];
    const all = [0, 1].map(() => new Fanfare('ws://test.example/ws', { transports }));
    open.push(...all);
    all.forEach((fanfare) => fanfare.connect());
    await connected(...all);
    expect(server.open.size).toBe(2);
  });
});
