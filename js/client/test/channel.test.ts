// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test } from 'vitest';
import { type Channel, type ChannelOptions, Fanfare } from '../src/index.ts';
import { Links } from './links.ts';
import { Cable, settled, Time } from './time.ts';

let links: Links;
let time: Time;
let fanfare: Fanfare;

beforeEach(() => {
  links = new Links();
  time = new Time();
});

function open(transport = 'websocket'): void {
  const transports = [links.factory(transport)];
  fanfare = new Fanfare('ws://server/ws', { transports, clock: time, random: () => 0.5, network: new Cable() });
  fanfare.connect();
  links.connected();
}

async function reconnected(): Promise<void> {
  links.lost();
  await time.advance(250);
  links.connected();
}

/** What a channel's listeners are told. */
function told(name: string, options: ChannelOptions = {}): { channel: Channel; heard: unknown[] } {
  const channel = fanfare.channel(name, options);
  const heard: unknown[] = [];
  channel.on('publication', ({ data }) => heard.push(data));
  channel.on('subscribed', ({ position }) => heard.push({ subscribed: position.offset }));
  channel.on('unsubscribed', ({ code }) => heard.push({ unsubscribed: code }));
  channel.on('gap', ({ from, to }) => heard.push({ gap: [from, to.offset] }));
  channel.on('error', ({ code }) => heard.push({ error: code }));
  return { channel, heard };
}

const at = (offset: number): { epoch: string; offset: number; tag: string } => ({
  epoch: 'e',
  offset,
  tag: `t${offset}`,
});
const ended = { type: 'unsubscribed', channel: 'a', code: 'permission_denied', message: 'No.' } as const;

describe('a subscription', () => {
  beforeEach(() => open());

  test('is one, however many want it, and ends with the last of them', async () => {
    const { channel, heard } = told('a');
    const mine: unknown[] = [];
    const [first, second] = [channel.subscribe(({ data }) => mine.push(data)), channel.subscribe()];
    expect(links.sent('subscribe')).toHaveLength(1);
    links.subscribed('a', 5);
    expect([await first.ready, await second.ready]).toEqual([at(5), at(5)]);
    links.publication('a', 6);
    first.unsubscribe();
    first.unsubscribe();
    links.publication('a', 7);
    expect([mine, links.sent('unsubscribe')]).toEqual([[6], []]);
    second.unsubscribe();
    expect(links.sent('unsubscribe')).toHaveLength(1);
    expect(heard).toEqual([{ subscribed: 5 }, 6, 7, { unsubscribed: undefined }]);
  });

  test('begins anew from now when it is wanted again', () => {
    const { channel, heard } = told('a');
    const first = channel.subscribe();
    links.subscribed('a', 5);
    first.unsubscribe();
    channel.subscribe();
    expect(links.sent('subscribe')[1]).not.toHaveProperty('since');
    links.subscribed('a', 9);
    expect(heard).toEqual([{ subscribed: 5 }, { unsubscribed: undefined }, { subscribed: 9 }]);
  });

  test('that the server ended may be asked for again, and its end given up again', () => {
    const { channel, heard } = told('a');
    const first = channel.subscribe();
    links.subscribed('a');
    links.frame(ended);
    first.unsubscribe();
    expect(links.sent('unsubscribe')).toEqual([]);
    channel.subscribe();
    links.subscribed('a');
    expect(heard).toEqual([{ subscribed: 0 }, { unsubscribed: 'permission_denied' }, { subscribed: 0 }]);
  });

  test('is not ended by the reply to an earlier end', () => {
    const { channel, heard } = told('a');
    channel.subscribe();
    links.subscribed('a');
    links.frame({ type: 'unsubscribed', id: 77, channel: 'a' });
    links.publication('a', 1);
    expect(heard).toEqual([{ subscribed: 0 }, 1]);
  });

  test('is ready again only when it is live again', async () => {
    const { channel } = told('a');
    channel.subscribe();
    links.subscribed('a', 5);
    links.lost();
    const { ready } = channel.subscribe();
    let position: unknown;
    void ready.then((one) => (position = one));
    await time.advance(250);
    links.connected();
    await settled();
    expect(position).toBeUndefined();
    links.subscribed('a', 8);
    expect(await ready).toEqual(at(8));
  });

  test('that is not to be is told to those who wait for it, and later ones wait anew', async () => {
    const { channel, heard } = told('a');
    const refused = channel.subscribe();
    const { id } = links.sent('subscribe')[0]!;
    links.frame({ type: 'error', id, code: 'permission_denied', message: 'No.' });
    links.frame({ type: 'error', id, code: 'permission_denied', message: 'No.' });
    await expect(refused.ready).rejects.toMatchObject({ code: 'permission_denied' });
    const left = channel.subscribe();
    left.unsubscribe();
    await expect(left.ready).rejects.toMatchObject({ code: 'unsubscribed' });
    const closed = channel.subscribe();
    fanfare.close();
    await expect(closed.ready).rejects.toMatchObject({ code: 'closed' });
    fanfare.connect();
    links.connected();
    links.subscribed('a', 3);
    expect(await channel.subscribe().ready).toEqual(at(3));
    expect(heard).toEqual([{ error: 'permission_denied' }, { unsubscribed: undefined }, { subscribed: 3 }]);
  });

  test('that was given up is not live by a late reply', () => {
    const { channel, heard } = told('a');
    channel.subscribe().unsubscribe();
    links.subscribed('a');
    links.publication('a', 1);
    expect(heard).toEqual([{ unsubscribed: undefined }]);
  });

  test('takes no error for its own once it was answered', () => {
    const { channel, heard } = told('a');
    channel.subscribe();
    links.subscribed('a');
    links.frame({ type: 'error', id: links.sent('subscribe')[0]!.id, code: 'late', message: 'Late.' });
    expect(heard).toEqual([{ subscribed: 0 }]);
  });

  test('has one filter at a time', () => {
    const filter = { field: 'n', gt: 1 };
    fanfare.channel('a', { filter }).subscribe();
    expect(links.sent('subscribe')).toMatchObject([{ channel: 'a', filter }]);
    expect(() => fanfare.channel('a').subscribe()).toThrow('with another filter');
  });

  test('tells from where a gap is that began before it was live', () => {
    const { channel, heard } = told('a', { since: at(2) });
    channel.subscribe();
    const { id } = links.sent('subscribe')[0]!;
    links.frame({ type: 'subscribed', id, channel: 'a', position: at(9), recovered: false });
    expect(heard).toEqual([{ gap: [2, 9] }, { subscribed: 9 }]);
  });

  test('that is refused for now is asked for again, after as long and up to as much more', async () => {
    const { channel, heard } = told('a');
    const subscription = channel.subscribe();
    const refuse = (): void => {
      const { id } = links.sent('subscribe').at(-1)!;
      links.frame({ type: 'error', id, code: 'too_many_requests', message: 'Later.', retryAfter: 1_000 });
    };
    refuse();
    await time.advance(1_499);
    expect(links.sent('subscribe')).toHaveLength(1);
    await time.advance(1);
    expect(links.sent('subscribe')).toHaveLength(2);
    refuse();
    await reconnected();
    await time.advance(2_000);
    expect(links.sent('subscribe')).toHaveLength(1);
    refuse();
    subscription.unsubscribe();
    await time.advance(2_000);
    expect(links.sent('subscribe')).toHaveLength(1);
    expect(heard).toEqual([{ unsubscribed: undefined }]);
  });

  test('may be begun by the server', () => {
    const { channel, heard } = told('a');
    channel.subscribe();
    links.frame({ type: 'subscribed', channel: 'a', position: at(4) });
    const { id } = links.sent('subscribe')[0]!;
    links.frame({ type: 'error', id, code: 'already_subscribed', message: 'It is.' });
    links.publication('a', 5);
    expect(heard).toEqual([{ subscribed: 4 }, 5]);
  });

  test('that the server has, and the client not, is an error', () => {
    const { channel, heard } = told('a');
    channel.subscribe();
    const { id } = links.sent('subscribe')[0]!;
    links.frame({ type: 'error', id, code: 'already_subscribed', message: 'It is.' });
    expect(heard).toEqual([{ error: 'already_subscribed' }]);
  });

  test('takes the reply to its last question, and no earlier one', () => {
    const { channel, heard } = told('a');
    channel.subscribe();
    links.frame({ type: 'subscribed', channel: 'a', position: at(4) });
    links.publication('a', 6);
    const [first] = links.sent('subscribe');
    links.frame({ type: 'error', id: first!.id, code: 'already_subscribed', message: 'It is.' });
    links.subscribed('a', 6);
    links.publication('a', 7);
    expect(heard).toEqual([{ subscribed: 4 }, 7]);
  });
});

test('a subscription on a stream is not ended by what an earlier request was told', async () => {
  open('sse');
  const { channel, heard } = told('a');
  channel.subscribe();
  await settled();
  const [, first] = links.last.said.at(-1)! as [unknown, { id: number }];
  fanfare.channel('b').subscribe();
  await settled();
  links.frame({ type: 'error', id: first.id, code: 'permission_denied', message: 'No.' });
  expect(heard).toEqual([]);
  const [, second] = links.last.said.at(-1)! as [unknown, { id: number }];
  links.frame({ type: 'subscribed', id: second.id, channel: 'a', position: at(1) });
  expect(heard).toEqual([{ subscribed: 1 }]);
});

describe('a channel', () => {
  beforeEach(() => open());

  test('is the same for the same name and filter', () => {
    const filter = { field: 'n', gt: 1 };
    expect(fanfare.channel('a')).toBe(fanfare.channel('a'));
    expect(fanfare.channel('a', { filter })).toBe(fanfare.channel('a', { filter: { ...filter } }));
    expect(fanfare.channel('a', { filter })).not.toBe(fanfare.channel('a'));
  });

  test('goes on when a listener throws, and says so', () => {
    const { channel, heard } = told('a');
    const causes: unknown[] = [];
    channel.on('publication', () => {
      throw new Error('mine');
    });
    channel.on('error', ({ cause }) => {
      causes.push((cause as Error).message);
      throw new Error('again');
    });
    const after: unknown[] = [];
    channel.on('publication', ({ data }) => after.push(data));
    channel.subscribe();
    links.subscribed('a');
    links.publication('a', 1);
    links.publication('a', 2);
    expect(heard).toEqual([{ subscribed: 0 }, 1, { error: 'listener' }, 2, { error: 'listener' }]);
    expect([causes, after]).toEqual([
      ['mine', 'mine'],
      [1, 2],
    ]);
  });

  test('calls a listener as often as it was given, and takes each off by itself', () => {
    const { channel } = told('a');
    const heard: unknown[] = [];
    const listener = ({ data }: { data: unknown }): void => void heard.push(data);
    const off = channel.on('publication', listener);
    channel.on('publication', listener);
    channel.subscribe();
    links.subscribed('a');
    links.publication('a', 1);
    off();
    off();
    links.publication('a', 2);
    expect(heard).toEqual([1, 1, 2]);
  });
});

describe('pages', () => {
  beforeEach(() => open());

  const entry = (offset: number): { offset: number; tag: string; time: number; data: number } => ({
    offset,
    tag: `t${offset}`,
    time: 0,
    data: offset,
  });

  /** The server answers the last command with publications. */
  async function answer(offsets: number[], next?: number): Promise<void> {
    const { id } = links.sent('history').at(-1)!;
    const more = next === undefined ? {} : { next: at(next) };
    links.frame({ type: 'history', id, channel: 'a', publications: offsets.map(entry), ...more });
    await settled();
  }

  test('of a history are asked for until there are as many as were wanted', async () => {
    const history = fanfare.channel('a').history({ since: at(1), limit: 5 });
    await answer([2, 3], 3);
    await answer([4], 4);
    await answer([5, 6], 6);
    expect((await history).map(({ offset }) => offset)).toEqual([2, 3, 4, 5, 6]);
    expect(links.sent('history')).toMatchObject([
      { since: at(1), limit: 5 },
      { since: at(3), limit: 3 },
      { since: at(4), limit: 2 },
    ]);
  });

  test('of the newest go back from the one before', async () => {
    const history = fanfare.channel('a').history({ order: 'newest' });
    await answer([9, 8], 8);
    await answer([7]);
    expect((await history).map(({ offset }) => offset)).toEqual([9, 8, 7]);
    expect(links.sent('history')).toMatchObject([{ order: 'newest' }, { order: 'newest', before: at(8), limit: 98 }]);
  });

  test('of who is present are asked for to the end', async () => {
    const presence = fanfare.channel('a').presence();
    links.frame({
      type: 'presence',
      id: links.sent('presence')[0]!.id,
      channel: 'a',
      members: [{ user: 'ada' }],
      after: 'ada',
    });
    await settled();
    const { id } = links.sent('presence').at(-1)!;
    links.frame({ type: 'presence', id, channel: 'a', members: [{ user: 'bob' }] });
    expect(await presence).toEqual([{ user: 'ada' }, { user: 'bob' }]);
    expect(links.sent('presence')).toMatchObject([{}, { after: 'ada' }]);
  });
});
