// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {after, afterEach, before, describe, it} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import WebSocket from 'ws';
import {token} from './native.js';
import {FaultProxy} from './proxy.js';
import {serve} from './running.js';

const PATIENCE = 20_000;

/** Waits for an effect. */
async function until(happened, what = happened.toString()) {
  const deadline = Date.now() + PATIENCE;
  while (!(await happened())) {
    assert.ok(Date.now() < deadline, `it never came to ${what}`);
    await pause(10);
  }
}

/** `@fanfare/client`, as it is built, against a server that runs, through a network that fails. */
export function fanfareClient() {
  describe('@fanfare/client', () => {
    let Fanfare;
    let node;
    const open = [];
    const proxies = [];

    before(async () => {
      ({Fanfare} = await import('../js/client/dist/index.js'));
      node = await serve();
    });
    after(() => node?.stop('SIGKILL'));
    afterEach(async () => {
      open.splice(0).forEach((fanfare) => fanfare.close());
      await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    });

    const network = async () => {
      const proxy = await FaultProxy.to(new URL(node.api).port);
      proxies.push(proxy);
      return proxy;
    };
    const client = (port, user, options = {}) => {
      const fanfare = new Fanfare(`ws://127.0.0.1:${port}/ws`, {
        WebSocket,
        token: () => token(user),
        backoff: {base: 20, cap: 200},
        ...options,
      });
      open.push(fanfare);
      fanfare.connect();
      return fanfare;
    };
    const straight = (user) => client(new URL(node.api).port, user);
    const connected = (fanfare) => until(() => fanfare.state.name === 'connected', 'being connected');

    it('comes back after a frame that was too large for the server, without it', async () => {
      const fanfare = straight('ada');
      const channel = fanfare.channel('lobby');
      await connected(fanfare);
      const [large, small] = await Promise.allSettled([
        channel.publish('漢'.repeat(400_000)),
        channel.publish('small'),
      ]);
      assert.equal(large.reason?.code, 'message_too_large', `${JSON.stringify(large)}, ${JSON.stringify(small)}`);
      assert.ok(small.value?.offset > 0, String(small.reason));
    });

    for (const transport of ['websocket', 'sse', 'poll']) {
      describe(`by ${transport}`, () => {
        const options = {transports: [transport]};

        it('subscribes, publishes, asks for history and for who is there', async () => {
          const fanfare = client((await network()).port, 'ada', options);
          const channel = fanfare.channel('lobby');
          const heard = [];
          const {ready} = channel.subscribe((publication) => heard.push(publication));
          await ready;
          const said = `by ${transport}`;
          const position = await channel.publish({said}, {event: 'said'});
          await until(() => heard.length === 1);
          assert.equal(heard[0].offset, position.offset);
          assert.deepEqual([heard[0].event, heard[0].publisher, heard[0].data], ['said', 'ada', {said}]);
          const [newest] = await channel.history({limit: 1, order: 'newest'});
          assert.deepEqual(newest, heard[0]);
          assert.ok((await channel.presence()).some(({user}) => user === 'ada'));
          assert.ok((await fanfare.ping()) > 0);
          await assert.rejects(fanfare.send('no such handler', 1), {code: 'unknown_handler'});
          await assert.rejects(fanfare.channel('nowhere').subscribe().ready, {code: 'unknown_channel'});
        });

        it('rejects one call for content that the server refuses, and stays connected', async () => {
          const fanfare = client((await network()).port, 'ada', options);
          await connected(fanfare);
          const states = [];
          fanfare.on('state', ({name}) => states.push(name));
          const channel = fanfare.channel('lobby');
          let deep = [];
          for (let level = 0; level < 40; level++) {
            deep = [deep];
          }
          const refused = ['👍'.slice(0, 1), JSON.parse('{"__proto__":1}'), deep, undefined, () => {}];
          for (const content of [...refused, ...refused, 'x'.repeat(70_000)]) {
            await assert.rejects(channel.publish(content), {code: /^(bad_request|message_too_large)$/});
          }
          assert.ok((await channel.publish('and the next')).offset > 0);
          assert.deepEqual(states, []);
        });

        it('loses, doubles and reorders nothing while the connection is cut again and again', async () => {
          const proxy = await network();
          const listener = client(proxy.port, 'ada', options);
          const channel = listener.channel('lobby');
          const heard = [];
          const gaps = [];
          channel.on('gap', (gap) => gaps.push(gap));
          await channel.subscribe(({data}) => heard.push(data.n)).ready;
          const publisher = straight('bob').channel('lobby');
          const count = 300;
          for (let n = 0; n < count; n++) {
            await publisher.publish({n});
            if (n % 30 === 29) {
              proxy.cut();
              // At most as much is published meanwhile as the channel keeps.
              await connected(listener);
            }
          }
          await until(() => heard.length >= count, 'all having come');
          assert.deepEqual(heard, [...Array(count).keys()]);
          assert.deepEqual(gaps, []);
        });

        it('publishes once what it publishes while the connection is cut', async () => {
          const proxy = await network();
          const publisher = client(proxy.port, 'ada', options).channel('lobby');
          const heard = [];
          await straight('bob').channel('lobby').subscribe(({data}) => heard.push(data.n)).ready;
          const count = 60;
          const published = [];
          for (let n = 0; n < count; n++) {
            published.push(publisher.publish({n}));
            if (n % 10 === 5) {
              await pause(5);
              proxy.cut();
            }
          }
          const offsets = (await Promise.all(published)).map(({offset}) => offset);
          await until(() => heard.length >= count);
          assert.deepEqual(heard.sort((a, b) => a - b), [...Array(count).keys()]);
          assert.equal(new Set(offsets).size, count);
        });

        it('shows at once that the connection was cut', async () => {
          const proxy = await network();
          const fanfare = client(proxy.port, 'ada', options);
          await connected(fanfare);
          // Whoever polls may be between two polls.
          await until(() => proxy.connections > 0);
          const states = [];
          fanfare.on('state', ({name}) => states.push(name));
          await proxy.refuse();
          proxy.cut();
          await until(() => states.includes('waiting'));
          await proxy.heal();
          await connected(fanfare);
        });
      });
    }

    it('notices a black hole by the heartbeat, and comes back when it is gone', async () => {
      const proxy = await network();
      const fanfare = client(proxy.port, 'ada', {transports: ['websocket'], heartbeat: 1_400});
      const heard = [];
      await fanfare.channel('lobby').subscribe(({data}) => heard.push(data)).ready;
      const states = [];
      fanfare.on('state', ({name}) => states.push(name));
      proxy.blackHole();
      await until(() => states.includes('waiting'));
      await straight('bob').channel('lobby').publish('meanwhile');
      proxy.cut();
      await proxy.heal();
      await until(() => heard.includes('meanwhile'));
      assert.deepEqual(heard, ['meanwhile']);
    });

    it('falls to SSE where WebSockets are refused, and to polling where streams are', async () => {
      for (const [refused, transport] of [['websockets', 'sse'], ['streams', 'poll']]) {
        const proxy = await network();
        await proxy.refuse(refused);
        const fanfare = client(proxy.port, 'ada');
        await connected(fanfare);
        assert.equal(fanfare.state.transport, transport);
      }
    });

    it('connects once a token function answers that hung at first, and stays with its transport', async () => {
      let calls = 0;
      const fanfare = client((await network()).port, 'ada', {
        token: () => (++calls === 1 ? new Promise(() => {}) : token('ada')),
      });
      const transports = new Set();
      fanfare.on('state', (state) => transports.add(state.transport ?? 'websocket'));
      await connected(fanfare);
      assert.deepEqual([calls, [...transports]], [2, ['websocket']]);
    });

    it('comes back by polling at a URL with a query', async () => {
      const proxy = await network();
      for (const rest of ['?tenant=a', '?tenant=a#x', '?', '#x']) {
        const fanfare = new Fanfare(`http://127.0.0.1:${proxy.port}/ws${rest}`, {
          token: () => token('ada'),
          transports: ['poll'],
          backoff: {base: 20, cap: 200},
        });
        open.push(fanfare);
        fanfare.connect();
        await connected(fanfare);
        const heard = [];
        await fanfare.channel('lobby').subscribe(({data}) => heard.push(data)).ready;
        proxy.cut();
        await fanfare.channel('lobby').publish(rest);
        await until(() => heard.includes(rest));
        fanfare.close();
      }
    });

    for (const window of ['empty', 'global']) {
      it(`runs in a Node whose window is ${window}, and lets it end`, async () => {
        const program = fileURLToPath(new URL('environment.js', import.meta.url));
        const url = `${node.api}/ws?tenant=a#x`;
        const {stdout} = await promisify(execFile)(process.execPath, [program, window, url, token('ada')], {timeout: PATIENCE});
        assert.deepEqual(JSON.parse(stdout), [
          ['tabs', 0],
          ['websocket', 1],
          ['sse', 2],
          ['poll', 3],
          ['socket', 'connected'],
        ]);
      });
    }

    it('shows another token before the first one ends', async () => {
      const lives = [3, 3_600];
      const asked = [];
      const fanfare = client((await network()).port, 'ada', {
        token: () => {
          asked.push(Date.now());
          return token('ada', {expiresIn: lives[asked.length - 1]});
        },
      });
      const faults = [];
      fanfare.on('error', (error) => faults.push(error));
      await connected(fanfare);
      fanfare.on('state', ({name}) => faults.push(name));
      await until(() => asked.length === 2);
      // It is answered behind the refresh, which is refused by an error or not at all.
      await fanfare.ping();
      assert.deepEqual(faults, []);
    });
  });
}
