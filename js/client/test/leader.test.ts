// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fanfare, FanfareError, Publication } from '../src/index.ts';
import { Browser, connected, eventually } from './browser.ts';
import { Server } from './server.ts';
import { Time } from './time.ts';

let server: Server;
let browser: Browser;

beforeEach(() => {
  server = new Server();
  browser = new Browser(server);
});

afterEach(() => {
  browser.close();
});

/** What a tab is told of the user's messages. */
function messages(fanfare: Fanfare): unknown[] {
  const heard: unknown[] = [];
  fanfare.on('message', ({ data }) => heard.push(data));
  fanfare.on('inbox', (inbox) => heard.push(inbox));
  return heard;
}

/** What a tab is told of a channel. */
function told(fanfare: Fanfare, channel: string): unknown[] {
  const heard: unknown[] = [];
  const one = fanfare.channel(channel);
  one.on('publication', ({ data }) => heard.push(data));
  one.on('subscribed', ({ position }) => heard.push({ subscribed: position.offset }));
  one.on('unsubscribed', ({ code }) => heard.push({ unsubscribed: code }));
  one.on('error', ({ code }) => heard.push({ error: code }));
  one.on('join', ({ user }) => heard.push({ join: user }));
  one.on('leave', ({ user }) => heard.push({ leave: user }));
  return heard;
}

describe('a tab that does not lead', () => {
  test('asks and sends over the one that does, and has the replies to its own', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const published = await Promise.all(
      [leader, ada, bob].map((fanfare, i) => fanfare.channel('news').publish(i, { event: `e${i}` })),
    );
    expect(published.map(({ offset }) => offset)).toEqual([1, 2, 3]);
    const history = await ada.channel('news').history({ limit: 2 });
    expect(history.map(({ offset, event, data }: Publication) => [offset, event, data])).toEqual([
      [2, 'e1', 1],
      [3, 'e2', 2],
    ]);
    expect(await bob.channel('news').presence()).toEqual([{ user: 'ann' }]);
    expect(
      await Promise.all([ada.send('echo', 'ada'), leader.send('echo', 'leader'), bob.send('echo', 'bob')]),
    ).toEqual(['ada', 'leader', 'bob']);
    expect(await ada.ping()).toBeGreaterThanOrEqual(0);
    expect(server.opened).toBe(1);
  });

  test('is told of its own errors alone', async () => {
    const all = await browser.tabs(3);
    const errors = all.map((fanfare) => {
      const codes: string[] = [];
      fanfare.on('error', ({ code }) => codes.push(code));
      return codes;
    });
    server.answer = ({ id }) => ({ type: 'error', id, code: 'permission_denied', message: 'No.' });
    await expect(all[1]!.channel('news').publish(1)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(all[2]!.send('echo', 1)).rejects.toMatchObject({ code: 'permission_denied' });
    expect(errors).toEqual([[], [], []]);
  });

  test('is told when what it sent was too large, though the server cannot say what was', async () => {
    const [leader, ada] = (await browser.tabs(2)) as [Fanfare, Fanfare];
    server.answer = () => undefined;
    const small = leader.channel('news').publish(1);
    const large = ada.channel('news').publish('x'.repeat(1_000));
    const other = ada.channel('news').publish(2);
    await eventually(() => server.asked('publish'), 3);
    server.say({ type: 'error', code: 'message_too_large', message: 'At most 100 bytes.', limit: '100' });
    await expect(large).rejects.toMatchObject({ code: 'message_too_large', limit: '100' });
    server.answer = undefined;
    server.cut();
    expect((await Promise.all([small, other])).map(({ offset }) => offset).sort()).toEqual([1, 2]);
  });

  test('publishes once when the one that leads is closed before the reply', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const heard = told(bob, 'news');
    await bob.channel('news').subscribe().ready;
    server.published = () => {
      server.published = () => undefined;
      leader.close();
    };
    const position = await ada.channel('news').publish('once');
    expect(position.offset).toBe(1);
    await connected(ada, bob);
    await ada.channel('news').publish('twice');
    await eventually(() => heard.filter((one) => typeof one === 'string'), ['once', 'twice']);
    const publishes = server.commands
      .filter(({ type }) => type === 'publish')
      .map((one) => (one as { key: string }).key);
    expect(publishes).toHaveLength(3);
    expect(publishes[1]).toBe(publishes[0]);
    expect(server.histories.get('news')).toHaveLength(2);
  });

  test('does not say again what it sent when the one that leads is closed before the reply', async () => {
    const [leader, ada] = (await browser.tabs(2)) as [Fanfare, Fanfare];
    server.answer = () => {
      server.answer = undefined;
      leader.close();
      return undefined;
    };
    await expect(ada.send('pay', 1)).rejects.toMatchObject({ code: 'connection_lost' });
    await connected(ada);
    expect(server.asked('send')).toBe(1);
  });

  test('is told who comes and goes where it listens', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const lists = [leader, ada, bob].map((fanfare) => told(fanfare, 'news'));
    await Promise.all([leader, ada].map((fanfare) => fanfare.channel('news').subscribe().ready));
    server.say({ type: 'join', channel: 'news', member: { user: 'cy' } });
    server.say({ type: 'leave', channel: 'news', member: { user: 'cy' } });
    server.publish('news', 1);
    await eventually(lists[0]!, [{ subscribed: 0 }, { join: 'cy' }, { leave: 'cy' }, 1]);
    await eventually(lists[1]!, [{ subscribed: 0 }, { join: 'cy' }, { leave: 'cy' }, 1]);
    expect(lists[2]).toEqual([]);
  });
});

describe('the inbox of a user with many tabs', () => {
  test('is handed to the tab that asked, and what comes later to all that did', async () => {
    server.inbox = [1, 2];
    const all = await browser.tabs(4);
    const lists = all.map(messages);
    expect(await all[1]!.inbox()).toEqual({ messages: 2, lost: 0 });
    server.say({ type: 'message', time: 0, data: 3 });
    await eventually(lists[1]!, [1, 2, 3]);
    expect(await all[2]!.inbox()).toEqual({ messages: 0, lost: 0 });
    server.say({ type: 'message', time: 0, data: 4 });
    await eventually(lists[1]!, [1, 2, 3, 4]);
    await eventually(lists[2]!, [4]);
    // What is answered after it, came after it.
    await all[3]!.send('echo');
    expect([lists[0], lists[3]]).toEqual([[], []]);
  });

  test('is handed to the last that asked, though others did before', async () => {
    const [, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const [first, second] = [messages(ada), messages(bob)];
    await ada.inbox();
    server.inbox = [1];
    await bob.inbox();
    server.say({ type: 'message', time: 0, data: 2 });
    await eventually(first, [2]);
    await eventually(second, [1, 2]);
  });

  test('is of the others when the tab that asked is closed before it is opened', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const lists = [leader, bob].map(messages);
    await ada.channel('news').subscribe().ready;
    let id = 0;
    server.answer = (command) => {
      server.answer = undefined;
      ({ id } = command);
      return undefined;
    };
    ada.inbox().catch(() => undefined);
    await eventually(() => server.asked('inbox'), 1);
    ada.close();
    await eventually(() => server.asked('unsubscribe'), 1);
    server.say({ type: 'inbox', id, messages: 1, lost: 0 });
    server.say({ type: 'message', time: 0, data: 1 });
    server.say({ type: 'message', time: 0, data: 2 });
    await Promise.all(lists.map((list) => eventually(list, [1, 2])));
  });

  test('is of all tabs as long as none has asked for it', async () => {
    const lists = (await browser.tabs(2)).map(messages);
    server.say({ type: 'message', time: 0, data: 1 });
    await Promise.all(lists.map((list) => eventually(list, [1])));
  });

  test('goes to the others when the tab that asked is closed', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const lists = [leader, bob].map(messages);
    await ada.channel('news').subscribe().ready;
    server.answer = ({ id }) => {
      server.answer = undefined;
      return { type: 'inbox', id, messages: 2, lost: 0 };
    };
    await ada.inbox();
    ada.close();
    // So the one that leads knows that it is gone.
    await eventually(() => server.asked('unsubscribe'), 1);
    server.say({ type: 'message', time: 0, data: 1 });
    server.say({ type: 'message', time: 0, data: 2 });
    server.say({ type: 'message', time: 0, data: 3 });
    await Promise.all(lists.map((list) => eventually(list, [1, 2, 3])));
  });

  test('is taken again by those who took it, when another leads', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const [first, second] = [messages(ada), messages(bob)];
    await ada.inbox();
    leader.close();
    server.inbox = ['meanwhile'];
    await eventually(first, [{ messages: 1, lost: 0 }, 'meanwhile']);
    await connected(ada, bob);
    expect(second).toEqual([]);
  });

  test('is handed to the one that leads when the server opens it by itself', async () => {
    const lists = (await browser.tabs(2)).map(messages);
    server.say({ type: 'inbox', messages: 1, lost: 2 });
    server.say({ type: 'message', time: 0, data: 1 });
    server.say({ type: 'message', time: 0, data: 2 });
    await eventually(lists[0]!, [{ messages: 1, lost: 2 }, 1, 2]);
    await eventually(lists[1]!, [2]);
  });
});

describe('a subscription that the server begins or ends', () => {
  test('is of all tabs that want the channel, now or later', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const lists = [leader, ada, bob].map((fanfare) => told(fanfare, 'news'));
    server.subscribe('news');
    server.publish('news', 1);
    await Promise.all([ada.send('echo'), bob.send('echo')]);
    await ada.channel('news').subscribe().ready;
    server.publish('news', 2);
    await eventually(lists[1]!, [{ subscribed: 1 }, 2]);
    await bob.channel('news').subscribe().ready;
    server.publish('news', 3);
    await eventually(lists[1]!, [{ subscribed: 1 }, 2, 3]);
    await eventually(lists[2]!, [{ subscribed: 2 }, 3]);
    expect(lists[0]).toEqual([]);
    expect(server.asked('subscribe')).toBe(0);
  });

  test('is live for a tab that was just about to ask', async () => {
    const [, ada] = (await browser.tabs(2)) as [Fanfare, Fanfare];
    const heard = told(ada, 'news');
    server.answer = ({ id }) => {
      server.answer = undefined;
      server.subscribe('news');
      return { type: 'error', id, code: 'already_subscribed', message: 'It is.' };
    };
    expect((await ada.channel('news').subscribe().ready).offset).toBe(0);
    server.publish('news', 1);
    await eventually(heard, [{ subscribed: 0 }, 1]);
  });

  test('ends for all, and each may ask anew', async () => {
    const [leader, ada, bob] = (await browser.tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const lists = [leader, ada, bob].map((fanfare) => told(fanfare, 'news'));
    await Promise.all([leader, ada].map((fanfare) => fanfare.channel('news').subscribe().ready));
    server.unsubscribe('news', 'permission_denied');
    await eventually(lists[0]!, [{ subscribed: 0 }, { unsubscribed: 'permission_denied' }]);
    await eventually(lists[1]!, [{ subscribed: 0 }, { unsubscribed: 'permission_denied' }]);
    await ada.channel('news').subscribe().ready;
    server.publish('news', 1);
    await eventually(lists[1]!, [{ subscribed: 0 }, { unsubscribed: 'permission_denied' }, { subscribed: 0 }, 1]);
    expect(lists[0]).toHaveLength(2);
    expect(lists[2]).toEqual([]);
  });

  test('ends for those who had it, while another tab is asking for an earlier place', async () => {
    const [leader, ada] = (await browser.tabs(2)) as [Fanfare, Fanfare];
    const heard = told(leader, 'news');
    await leader.channel('news').subscribe().ready;
    server.publish('news', 1);
    await eventually(heard, [{ subscribed: 0 }, 1]);
    server.meanwhile = () => {
      server.meanwhile = () => undefined;
      server.say({ type: 'unsubscribed', channel: 'news', code: 'permission_denied', message: 'No.' });
    };
    const since = { epoch: 'e', offset: 0, tag: '' };
    const data: unknown[] = [];
    const subscription = ada.channel('news', { since }).subscribe((publication) => data.push(publication.data));
    await subscription.ready;
    await eventually(heard, [{ subscribed: 0 }, 1, { unsubscribed: 'permission_denied' }]);
    server.publish('news', 2);
    await eventually(data, [1, 2]);
    expect(heard).toHaveLength(3);
    const before = server.asked('unsubscribe');
    subscription.unsubscribe();
    await eventually(() => server.asked('unsubscribe'), before + 1);
  });
});

test('a tab that stands where the others do has nothing to recover', async () => {
  const [leader, ada] = (await browser.tabs(2)) as [Fanfare, Fanfare];
  const heard = told(leader, 'news');
  await leader.channel('news').subscribe().ready;
  server.publish('news', 1);
  await eventually(heard, [{ subscribed: 0 }, 1]);
  const channel = ada.channel('news', { since: { epoch: 'e', offset: 1, tag: 't1' } });
  const events: unknown[] = [];
  channel.on('subscribed', ({ position, recovered }) => events.push([position.offset, recovered]));
  channel.subscribe();
  await eventually(events, [[1, true]]);
  expect(server.asked('subscribe')).toBe(1);
});

test('an error of connecting is told to the tab that leads', async () => {
  const errors: unknown[] = [];
  const all = await browser.tabs(2);
  all.forEach((fanfare, i) => fanfare.on('error', ({ code }) => errors.push([i, code])));
  server.say({ type: 'error', id: 1, code: 'token_expired', message: 'It has expired.' });
  await all[1]!.send('echo');
  expect(errors).toEqual([[0, 'token_expired']]);
});

describe('the token of the tabs', () => {
  let time: Time;
  let asked: string[];

  /** Tabs that each have a source of tokens, and say when they are asked. */
  async function tabs(count: number): Promise<Fanfare[]> {
    time = new Time();
    asked = [];
    browser = new Browser(server, {
      clock: time,
      random: () => 0.5,
      token: () => {
        asked.push(`t${asked.length + 1}`);
        return asked.at(-1)!;
      },
    });
    const leader = browser.tab();
    await connected(leader);
    const others = Array.from({ length: count - 1 }, browser.tab);
    await connected(...others);
    return [leader, ...others];
  }

  test('is renewed by the one that leads, ahead of its end, and by no other', async () => {
    server.expiresAt = 400_000;
    const [leader, ada, bob] = (await tabs(3)) as [Fanfare, Fanfare, Fanfare];
    const before = asked.length;
    for (let n = 0; n < 15; n++) {
      await time.advance(20_000);
      // Nobody takes the silence for death.
      await Promise.all([ada.send('echo'), bob.send('echo')]);
    }
    expect(server.asked('refresh')).toBe(0);
    await time.advance(10_000);
    expect(server.commands.filter(({ type }) => type === 'refresh')).toMatchObject([{ token: `t${before + 1}` }]);
    await ada.send('echo');
    expect(asked).toHaveLength(before + 1);
    expect([leader.state.name, ada.state.name]).toEqual(['connected', 'connected']);
  });

  test('is renewed by the one that leads when the server says that it ends', async () => {
    const [, ada] = (await tabs(3)) as [Fanfare, Fanfare];
    const before = asked.length;
    server.say({ type: 'expiring', expiresAt: 30_000 });
    await eventually(() => server.asked('refresh'), 1);
    await ada.send('echo');
    expect(asked).toHaveLength(before + 1);
  });

  test('that the server does not take is an error of the one that leads', async () => {
    const all = await tabs(2);
    const errors: unknown[] = [];
    all.forEach((fanfare, i) => fanfare.on('error', ({ code }: FanfareError) => errors.push([i, code])));
    server.answer = ({ id }) => ({ type: 'error', id, code: 'invalid_token', message: 'No.' });
    server.say({ type: 'expiring', expiresAt: 30_000 });
    await eventually(errors, [[0, 'invalid_token']]);
    server.answer = undefined;
    await all[1]!.send('echo');
    expect(errors).toHaveLength(1);
  });

  test('is asked for by every tab when it has expired', async () => {
    const all = await tabs(2);
    const before = asked.length;
    server.say({ type: 'disconnect', code: 4005, reason: 'token expired', reconnect: true });
    await eventually(async () => {
      await time.advance(10);
      return all.map(({ state }) => state.name);
    }, ['connected', 'connected']);
    expect(asked).toHaveLength(before + 2);
  });
});
