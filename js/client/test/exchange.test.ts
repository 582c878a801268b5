// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fanfare, type TransportName } from '../src/index.ts';
import type { Command, Position } from '../src/index.ts';

/** As much of protocol/SPEC.md, section 13, as one channel needs. */
class Exchanges {
  readonly server: Server = createServer((request, response) => void this.#answer(request, response));
  /** What each request asked for. */
  readonly asked: string[] = [];
  readonly log: { key: string; data: unknown }[] = [];
  readonly #waiting = new Set<() => void>();

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  publish(key: string, data: unknown): Position {
    let at = this.log.findIndex((entry) => entry.key === key);
    if (at < 0) {
      at = this.log.push({ key, data }) - 1;
      [...this.#waiting].forEach((wake) => wake());
    }
    return this.#position(at + 1);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked.push(request.url!);
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
    }
    const commands = body.split('\n').map((line) => JSON.parse(line) as Command);
    const stream = request.headers.accept === 'text/event-stream';
    response.setHeader('Content-Type', stream ? 'text/event-stream' : 'application/x-ndjson');
    const say = (frame: object): void =>
      void response.write(stream ? `data: ${JSON.stringify(frame)}\n\n` : `${JSON.stringify(frame)}\n`);
    let next: number | undefined;
    for (const command of commands) {
      next = this.#execute(command, say) ?? next;
    }
    const wait = Number(new URL(request.url!, this.url).searchParams.get('wait'));
    const flush = (): boolean => {
      const news = next !== undefined && next < this.log.length;
      for (; next !== undefined && next < this.log.length; next++) {
        const { tag } = this.#position(next + 1);
        say({ type: 'publication', channel: 'a', offset: next + 1, tag, time: 1, data: this.log[next]!.data });
      }
      return news;
    };
    if ((flush() || wait === 0) && !stream) {
      response.end();
      return;
    }
    const wake = (): void => {
      if (flush() && !stream) {
        this.#waiting.delete(wake);
        response.end();
      }
    };
    this.#waiting.add(wake);
    response.on('close', () => this.#waiting.delete(wake));
  }

  /** Where a subscription begins. */
  #execute(command: Command, say: (frame: object) => void): number | undefined {
    switch (command.type) {
      case 'connect':
        say({ type: 'connected', id: command.id, version: 1, session: 's', pingInterval: 15_000 });
        return undefined;
      case 'subscribe': {
        const { id, channel, since } = command;
        const position = since ?? this.#position(this.log.length);
        say({ type: 'subscribed', id, channel, position, ...(since && { recovered: true }) });
        return position.offset;
      }
      case 'publish':
        say({ type: 'published', id: command.id, position: this.publish(command.key, command.data) });
        return undefined;
      default:
        return undefined;
    }
  }

  #position(offset: number): Position {
    return { epoch: 'e', offset, tag: `t${offset}` };
  }
}

let exchanges: Exchanges;
let fanfare: Fanfare;

beforeEach(async () => {
  exchanges = new Exchanges();
  await new Promise<void>((resolve) => exchanges.server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  fanfare.close();
  exchanges.server.closeAllConnections();
  exchanges.server.close();
});

const until = (done: () => boolean): Promise<void> => expect.poll(done, { timeout: 10_000 }).toBe(true);

describe.each<TransportName>(['sse', 'poll'])('a client by %s', (transport) => {
  const open = (to = ''): Fanfare => {
    fanfare = new Fanfare(exchanges.url + to, { transports: [transport], backoff: { base: 10, cap: 50 } });
    fanfare.connect();
    return fanfare;
  };

  it('hears what it and others publish, in order and once, while its connections are cut', async () => {
    const channel = open().channel('a');
    const heard: unknown[] = [];
    await channel.subscribe(({ data }) => heard.push(data)).ready;
    const published: Promise<Position>[] = [];
    for (let n = 0; n < 100; n++) {
      if (n % 2 === 0) {
        exchanges.publish(`other ${n}`, n);
      } else {
        published.push(channel.publish(n));
      }
      if (n % 20 === 10) {
        await until(() => fanfare.state.name === 'connected');
        exchanges.server.closeAllConnections();
      }
    }
    await Promise.all(published);
    await until(() => heard.length >= 100);
    expect(heard).toEqual(exchanges.log.map(({ data }) => data));
    expect(new Set(heard).size).toBe(100);
  });

  it.each([
    ['/ws?tenant=a', '/exchange?tenant=a', '/exchange?tenant=a&wait=0'],
    ['/ws?', '/exchange', '/exchange?wait=0'],
    ['/ws#x', '/exchange', '/exchange?wait=0'],
    ['?tenant=a#x', '/exchange?tenant=a', '/exchange?tenant=a&wait=0'],
  ])('connects, and comes back, at %s', async (to, streams, polls) => {
    const channel = open(to).channel('a');
    const heard: unknown[] = [];
    await channel.subscribe(({ data }) => heard.push(data)).ready;
    for (let n = 0; n < 3; n++) {
      await channel.publish(n);
      await until(() => heard.length === n + 1);
      exchanges.server.closeAllConnections();
    }
    const first = transport === 'sse' ? streams : polls;
    const kinds = new Set(exchanges.asked.map((asked) => asked.replace(/wait=\d+/, 'wait=0')));
    expect([exchanges.asked[0], kinds]).toEqual([first, new Set([first, polls])]);
  });

  it('is closed by a refusal that is for good', async () => {
    exchanges.server.removeAllListeners('request');
    exchanges.server.on('request', (_, response) => {
      response.writeHead(403, { 'Content-Type': 'application/json' });
      response.end('{"error":{"code":"forbidden","message":"Not from this page."}}');
    });
    open();
    await until(() => fanfare.state.name === 'closed');
    expect(fanfare.state).toEqual({ name: 'closed', reason: { message: 'Not from this page.' } });
  });

  it('waits as long as a node that stops asks for', async () => {
    exchanges.server.removeAllListeners('request');
    exchanges.server.on('request', (_, response) => {
      response.writeHead(503, { 'Retry-After': '60' });
      response.end();
    });
    const begun = Date.now();
    open();
    await until(() => fanfare.state.name === 'waiting');
    expect((fanfare.state as { retryAt: number }).retryAt).toBeGreaterThanOrEqual(begun + 60_000);
  });
});
