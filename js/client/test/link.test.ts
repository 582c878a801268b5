// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, test } from 'vitest';
import { exchangeUrl, type Link, type LinkFactory, poll, sse } from '../src/index.ts';
import type { Command, Ending, ServerFrame } from '../src/index.ts';
import { settled, Time } from './time.ts';

/** A request in the hands of a test. */
class Asked {
  readonly url: URL;
  readonly init: RequestInit;
  readonly commands: Command[];
  readonly #answer: (response: Response) => void;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(url: string, init: RequestInit, answer: (response: Response) => void) {
    this.url = new URL(url);
    this.init = init;
    this.#answer = answer;
    this.commands = (init.body as string).split('\n').map((line) => JSON.parse(line) as Command);
  }

  get aborted(): boolean {
    return this.init.signal!.aborted;
  }

  /** The answer begins; by default as what was asked for. */
  async begin(status = 200, headers: Record<string, string> = {}): Promise<void> {
    const type = new Headers(this.init.headers).get('Accept')!;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.#body = controller) });
    this.#answer(new Response(body, { status, headers: { 'Content-Type': type, ...headers } }));
    await settled();
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    this.#body!.enqueue(bytes);
    await settled();
  }

  say(text: string): Promise<void> {
    return this.bytes(new TextEncoder().encode(text));
  }

  async end(text = ''): Promise<void> {
    if (text !== '') {
      await this.say(text);
    }
    this.#body!.close();
    await settled();
  }

  async fail(): Promise<void> {
    this.#body!.error(new TypeError('reset'));
    await settled();
  }
}

let time: Time;
let asked: Asked[];
let frames: ServerFrame[];
let lost: Ending[];
let alive: number;
let subscriptions: Command[];

beforeEach(() => {
  time = new Time();
  asked = [];
  frames = [];
  lost = [];
  alive = 0;
  subscriptions = [{ type: 'subscribe', id: 2, channel: 'a' }];
});

/** As `fetch`, which rejects when it is aborted; unless it is `deaf`. */
function fetchOf(deaf: boolean): typeof fetch {
  return ((url: string, init: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      asked.push(new Asked(url, init, resolve));
      if (!deaf) {
        init.signal!.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      }
    })) as typeof fetch;
}

async function open(factory: LinkFactory, { heartbeat = 35_000, deaf = false } = {}): Promise<Link> {
  const link = factory.open(
    {
      url: new URL('wss://server/app/ws'),
      heartbeat,
      clock: time,
      WebSocket: undefined,
      fetch: fetchOf(deaf),
      connect: () => ({ type: 'connect', id: 1, version: 1 }),
      standing: () => subscriptions,
    },
    {
      frame: (frame) => void frames.push(frame),
      alive: () => {
        alive++;
      },
      lost: (ending) => void lost.push(ending),
    },
  );
  await settled();
  return link;
}

const message = (data: unknown): ServerFrame => ({ type: 'message', time: 0, data });
const line = (data: unknown): string => `${JSON.stringify(message(data))}\n`;
const event = (data: unknown): string => `data: ${JSON.stringify(message(data))}\n\n`;
const data = (): unknown[] => frames.flatMap((frame) => (frame.type === 'message' ? [frame.data] : []));
const send = (id: number, text = ''): Command => ({ type: 'send', id, handler: 'echo', data: text });

test.each([
  ['ws://server:8000/ws', 'http://server:8000/exchange'],
  ['https://server', 'https://server/exchange'],
  ['wss://server/app/ws', 'https://server/app/exchange'],
  ['wss://server/app/', 'https://server/app/exchange'],
  ['http://server/ws?tenant=a&b', 'http://server/exchange?tenant=a&b'],
  ['ws://server/ws#x', 'http://server/exchange'],
])('exchanges of %s are at %s', (url, expected) => {
  expect(exchangeUrl(new URL(url))).toBe(expected);
});

test.each([
  ['ws://server/ws', 'http://server/exchange?wait=0'],
  ['wss://server/ws?tenant=a', 'https://server/exchange?tenant=a&wait=0'],
  ['http://server/ws?', 'http://server/exchange?wait=0'],
  ['http://server/ws#x', 'http://server/exchange?wait=0'],
  ['https://server?tenant=a#x', 'https://server/exchange?tenant=a&wait=0'],
  ['http://server/ws?wait=9&tenant=a%26b', 'http://server/exchange?wait=0&tenant=a%26b'],
])('a poll of %s asks %s', (url, expected) => {
  expect(exchangeUrl(new URL(url), 0)).toBe(expected);
});

describe.each([
  ['a stream', sse, event, ''],
  ['a poll', poll, line, '?wait=0'],
])('%s', (_, factory, text, query) => {
  test('asks for everything that stands, and demands no credentials of another origin', async () => {
    await open(factory);
    const [{ url, init, commands }] = asked as [Asked];
    expect(url.href).toBe(`https://server/app/exchange${query}`);
    expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin', cache: 'no-store' });
    expect(init.headers).toMatchObject({ 'Content-Type': 'application/x-ndjson' });
    expect(commands).toEqual([{ type: 'connect', id: 1, version: 1 }, ...subscriptions]);
  });

  test('hears lines, wherever the network cuts them', async () => {
    await open(factory);
    await asked[0]!.begin();
    for (const byte of new TextEncoder().encode(text('Grüße, 世界') + text(2))) {
      await asked[0]!.bytes(Uint8Array.of(byte));
    }
    expect(data()).toEqual(['Grüße, 世界', 2]);
  });

  test('is lost when it breaks', async () => {
    await open(factory);
    await asked[0]!.begin();
    await asked[0]!.say(text(1));
    await asked[0]!.fail();
    expect([data(), lost]).toEqual([[1], [{ message: 'The connection was lost.' }]]);
  });

  test.each([
    ['an error of the server', 500, 'oops', {}, { message: 'The server answered with the status 500.' }],
    ['a page', 200, '<html>', { 'Content-Type': 'text/html' }, { message: 'The server answered with the status 200.' }],
    ['another status', 206, '', {}, { message: 'The server answered with the status 206.' }],
    ['a proxy', 403, 'No.', {}, { message: 'The server answered with the status 403.' }],
    [
      'a node that stops',
      503,
      '{"error":{"message":"Later."}}',
      { 'Retry-After': '7' },
      { message: 'Later.', retryAfter: 7_000 },
    ],
  ])('is lost, and comes back, when what answers is %s', async (__, status, body, headers, ending) => {
    await open(factory);
    await asked[0]!.begin(status, headers);
    await asked[0]!.end(body);
    expect(lost).toEqual([{ comesBack: true, ...ending }]);
  });

  test.each([400, 401, 403, 405, 413, 415])('is lost for good when the server itself says %d', async (status) => {
    await open(factory);
    await asked[0]!.begin(status);
    await asked[0]!.end('{"error":{"code":"no","message":"Not so."}}');
    expect(lost).toEqual([{ message: 'Not so.', comesBack: false }]);
  });

  test('is lost when nothing comes for too long, and not before', async () => {
    await open(factory);
    await asked[0]!.begin();
    await time.advance(30_000);
    await asked[0]!.say(text(1));
    await time.advance(34_999);
    expect(lost).toEqual([]);
    await time.advance(1);
    expect(lost).toEqual([{ message: 'Nothing was heard for 35000 ms.' }]);
  });

  test('says nothing more once it is closed', async () => {
    const link = await open(factory, { deaf: true });
    link.send(send(7));
    await settled();
    link.send(send(8));
    link.close();
    expect(asked.map(({ aborted }) => aborted)).toEqual([true, true]);
    for (const one of asked) {
      await one.begin();
    }
    await asked[0]!.say(text(1));
    await asked[1]!.say(line(2));
    await time.advance(60_000);
    await asked[0]!.fail();
    await asked[1]!.end();
    expect([frames, lost, asked.length]).toEqual([[], [], 2]);
  });

  describe('sends', () => {
    let link: Link;

    beforeEach(async () => {
      link = await open(factory);
      await asked[0]!.begin();
      await asked[0]!.say(text('down'));
      frames = [];
    });

    test('what is given at one moment together, and what follows when that was answered', async () => {
      link.send(send(7));
      link.send(send(8));
      await settled();
      link.send(send(9));
      await settled();
      const up = asked.slice(1);
      expect(up.map(({ commands }) => commands.map((one) => (one as { id: number }).id))).toEqual([[1, 7, 8]]);
      expect(up[0]!.url.search).toBe('?wait=0');
      await up[0]!.begin();
      await up[0]!.end(`{"type":"connected","id":1}\n\n${line('answer')}`);
      expect(data()).toEqual(['answer']);
      expect(asked[2]!.commands).toMatchObject([{ id: 1 }, { id: 9 }]);
      await asked[2]!.begin();
      await asked[2]!.end();
      link.send(send(10));
      await settled();
      expect(asked[3]!.commands).toMatchObject([{ id: 1 }, { id: 10 }]);
      expect(lost).toEqual([]);
    });

    test('500 commands at most at a time', async () => {
      for (let n = 0; n < 501; n++) {
        link.send(send(10 + n));
      }
      await settled();
      expect(asked[1]!.commands).toHaveLength(501);
      await asked[1]!.begin();
      await asked[1]!.end();
      expect(asked[2]!.commands).toHaveLength(2);
    });

    test('256 KiB at most at a time, and what is larger alone', async () => {
      const half = 'x'.repeat(130_000);
      [half, half, half, 'x'.repeat(300_000), ''].forEach((one, n) => link.send(send(10 + n, one)));
      await settled();
      for (let n = 1; n < asked.length; n++) {
        await asked[n]!.begin();
        await asked[n]!.end();
      }
      const ids = asked.slice(1).map(({ commands }) => commands.slice(1).map((one) => (one as { id: number }).id));
      expect(ids).toEqual([[10, 11], [12], [13], [14]]);
    });

    test('what is too large for the server, which is then told of that command alone', async () => {
      link.send(send(7));
      await settled();
      await asked[1]!.begin(413);
      await asked[1]!.end('{"error":{"message":"At most 64 bytes."}}');
      expect(frames).toEqual([{ type: 'error', id: 7, code: 'message_too_large', message: 'At most 64 bytes.' }]);
      expect(lost).toEqual([]);
      link.send(send(8));
      link.send(send(9));
      await settled();
      await asked[2]!.begin(413);
      await asked[2]!.end('{"error":{"message":"At most 64 bytes."}}');
      expect([frames.length, lost.length]).toEqual([1, 0]);
      // Together they were too large: each goes alone.
      expect(asked[3]!.commands).toMatchObject([{ id: 1 }, { id: 8 }]);
      await asked[3]!.begin();
      await asked[3]!.end('{"type":"connected","id":1}\n{"type":"reply","id":8}\n');
      expect(asked[4]!.commands).toMatchObject([{ id: 1 }, { id: 9 }]);
      await asked[4]!.begin(413);
      await asked[4]!.end('<html>');
      expect(frames.slice(1)).toMatchObject([
        { type: 'reply', id: 8 },
        { type: 'error', id: 9, code: 'message_too_large' },
      ]);
      expect(lost).toEqual([]);
    });

    test('what was not answered, as an error with its id', async () => {
      link.send(send(7));
      link.send(send(8));
      await settled();
      await asked[1]!.begin();
      await asked[1]!.end('{"type":"connected","id":1}\n{"type":"reply","id":7}\n');
      const message = 'The server did not answer in time; the command may have been carried out, or not.';
      expect(frames).toEqual([
        { type: 'reply', id: 7 },
        { type: 'error', id: 8, code: 'unavailable', message },
      ]);
      expect(lost).toEqual([]);
    });

    test('and is lost when that breaks', async () => {
      link.send(send(7));
      await settled();
      await asked[1]!.begin();
      await asked[1]!.fail();
      expect(lost).toEqual([{ message: 'The connection was lost.' }]);
    });
  });
});

test('a command that is not answered is the end of the link', async () => {
  const link = await open(sse);
  await asked[0]!.begin();
  link.send(send(7));
  await settled();
  await time.advance(20_000);
  await asked[0]!.say(': alive\n\n');
  await time.advance(15_000);
  expect(lost).toEqual([{ message: 'Nothing was heard for 35000 ms.' }]);
});

describe('a stream', () => {
  test('lives by comments', async () => {
    await open(sse);
    await asked[0]!.begin();
    await asked[0]!.say(': alive\n');
    expect([alive, frames]).toEqual([1, []]);
  });

  test('that ends is lost', async () => {
    await open(sse);
    await asked[0]!.begin();
    await asked[0]!.end();
    expect(lost).toEqual([{ message: 'The stream ended.' }]);
  });

  test('is left when the next one speaks, and not heard from when that was opened', async () => {
    const link = await open(sse);
    await asked[0]!.begin();
    await asked[0]!.say(event(1));
    subscriptions = [{ type: 'subscribe', id: 3, channel: 'b' }];
    link.reopen!();
    await settled();
    expect(asked[1]!.commands).toMatchObject([{ type: 'connect' }, { channel: 'b' }]);
    await asked[0]!.say(event(2));
    expect([data(), asked[0]!.aborted]).toEqual([[1], false]);
    await asked[1]!.begin();
    await asked[1]!.say(event(3));
    expect([data(), asked[0]!.aborted, asked[1]!.aborted]).toEqual([[1, 3], true, false]);
    await asked[0]!.end();
    expect(lost).toEqual([]);
    link.close();
    expect(asked[1]!.aborted).toBe(true);
  });
});

describe('polls', () => {
  test('do not wait at first, and then as long as the heartbeat lets them', async () => {
    await open(poll, { heartbeat: 7_000 });
    for (let n = 0; n < 3; n++) {
      await asked[n]!.begin();
      await asked[n]!.end(`${line(n)}\n`);
    }
    expect(asked.map(({ url }) => url.search)).toEqual(['?wait=0', '?wait=5000', '?wait=5000', '?wait=5000']);
    expect(data()).toEqual([0, 1, 2]);
  });

  test('wait 25 s at most', async () => {
    await open(poll, { heartbeat: 1_000_000 });
    await asked[0]!.begin();
    await asked[0]!.end();
    expect(asked[1]!.url.search).toBe('?wait=25000');
  });

  test('are no longer watched once they were answered', async () => {
    await open(poll);
    await asked[0]!.begin();
    await time.advance(30_000);
    await asked[0]!.end();
    await time.advance(30_000);
    expect(lost).toEqual([]);
  });

  test('begin anew when something changes', async () => {
    const link = await open(poll, { deaf: true });
    await asked[0]!.begin();
    link.reopen!();
    await settled();
    await asked[0]!.say(line('old'));
    expect([asked[0]!.aborted, data(), asked.map(({ url }) => url.search)]).toEqual([true, [], ['?wait=0', '?wait=0']]);
    await asked[0]!.fail();
    await asked[1]!.begin();
    await asked[1]!.end(line('new'));
    expect([data(), lost]).toEqual([['new'], []]);
  });
});
