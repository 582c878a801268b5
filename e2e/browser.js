// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, describe, it} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {DeliveryChecker} from './checker.js';
import {launch, withoutBrowser} from './chromium.js';
import {KEY, token} from './native.js';
import {FaultProxy} from './proxy.js';
import {serve} from './running.js';

const BUILT = fileURLToPath(new URL('../js/pages/dist/browser', import.meta.url));
const PATIENCE = 20_000;
const SHOWN_WITHIN = 2_000;
const HEARTBEAT = 3_000;
const CUTS = 50;
const PUBLICATIONS = 10_000;
const PUBLISHERS = 8;

/** Waits for an effect. */
async function until(happened) {
  const deadline = Date.now() + PATIENCE;
  while (!happened()) {
    assert.ok(Date.now() < deadline, `it never came to ${happened}`);
    await pause(5);
  }
}

/** Runs in the page: a client that keeps all it is told. */
const PAGE = `<!doctype html><title>A client</title><link rel="icon" href="data:,"><script type="module">
  import {Fanfare} from '/client.js';
  window.start = (channel, options = {}) => {
    window.events = [];
    window.states = [];
    const fanfare = new Fanfare(options.url ?? '/ws', {token: () => window.freshToken(), backoff: {base: 20, cap: 200}, ...options});
    fanfare.on('state', (state) => states.push(state));
    const kept = fanfare.channel(channel);
    for (const event of ['subscribed', 'publication', 'gap']) {
      kept.on(event, (told) => events.push({[event]: told}));
    }
    const {ready} = kept.subscribe();
    window.fanfare = fanfare;
    fanfare.connect();
    return ready.then(() => {});
  };
</script>`;

/** The client in real pages of Chromium, on a network that fails. */
export function browser() {
  describe('the client in Chromium', {skip: withoutBrowser}, () => {
    let chromium;
    let node;
    let proxy;
    let tokens;
    let freshToken;
    let run = 0;
    let channel;

    before(async () => {
      [chromium, node] = await Promise.all([launch(), serve({FANFARE_LIMITS_PING_AFTER: '1s'})]);
    });
    after(() => Promise.all([chromium?.close(), node?.stop('SIGKILL')]));
    beforeEach(async () => {
      proxy = await FaultProxy.to(new URL(node.api).port);
      channel = `kept:${++run}`;
      tokens = 0;
      freshToken = () => token('ada');
    });
    afterEach(async () => {
      await Promise.all(chromium.contexts().map((context) => context.close()));
      await proxy.close();
    });

    const context = async () => {
      const made = await chromium.newContext();
      made.setDefaultTimeout(PATIENCE);
      await made.exposeFunction('freshToken', () => freshToken(++tokens));
      await made.route('**/', (route) => route.fulfill({contentType: 'text/html', body: PAGE}));
      await made.route(/\/client(\/.*)?\.js$/, (route) => route.fulfill({path: BUILT + new URL(route.request().url()).pathname}));
      return made;
    };
    const tab = async (where, options) => {
      const page = await where.newPage();
      await page.goto(`http://127.0.0.1:${proxy.port}/`);
      await page.waitForFunction(() => window.start);
      await page.evaluate(([name, more]) => window.start(name, more), [channel, options]);
      return page;
    };
    const open = async (options) => tab(await context(), options);
    const publish = async (data) => {
      const answer = await fetch(`${node.api}/api/v1/publish`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json', Authorization: `Bearer ${KEY}`},
        body: JSON.stringify({channel, data}),
      });
      assert.equal(answer.status, 200);
      return answer.json();
    };
    const is = (page, name, timeout = PATIENCE) =>
      page.waitForFunction((wanted) => window.fanfare.state.name === wanted, name, {polling: 20, timeout});
    /** It is connected by this transport, and has been so many times. */
    const connectedBy = (page, transport, times) =>
      page.waitForFunction(
        ([wanted, least]) =>
          window.fanfare.state.name === 'connected' &&
          window.fanfare.state.transport === wanted &&
          window.states.filter(({name}) => name === 'connected').length >= least,
        [transport, times],
        {polling: 20},
      );
    const isNot = (page, name, timeout) =>
      page.waitForFunction((left) => window.fanfare.state.name !== left, name, {polling: 20, timeout});
    const has = (page, data) =>
      page.waitForFunction(
        (wanted) => window.events.some(({publication}) => JSON.stringify(publication?.data) === wanted),
        JSON.stringify(data),
        {polling: 50},
      );
    const events = (page) => page.evaluate(() => window.events);

    /** Publishes to two tabs that are cut again and again, and holds what they were told to the promise. */
    const cutAgainAndAgain = async ({cuts, publications, transport, options}) => {
      const where = await context();
      const tabs = [await tab(where, options), await tab(where, options)];
      const checker = new DeliveryChecker();
      let sent = 0;
      const publishNext = async () => {
        const data = {n: ++sent};
        checker.sent(data);
        checker.acknowledged(await publish(data), data);
      };
      const publishAll = async (count) => {
        let left = count;
        const publisher = async () => {
          while (left-- > 0) {
            await publishNext();
          }
        };
        await Promise.all(Array.from({length: PUBLISHERS}, publisher));
      };
      for (let round = 0; round < cuts; round++) {
        // A cut between two polls goes unnoticed.
        const times = transport === 'poll' ? 1 : round + 1;
        await Promise.all(tabs.map((page) => connectedBy(page, transport, times)));
        const how = round % 2 === 0 ? 'reset' : 'end';
        const cut = round % 3 === 0 ? proxy.cutAfter(1 + 97 * round, how) : null;
        await publishAll((0.75 * publications) / cuts);
        if (cut === null) {
          // A tab that polls has none for a moment, now and then.
          await until(() => proxy.connections >= tabs.length);
          proxy.cut(how);
        } else {
          await cut;
        }
        await publishAll((0.25 * publications) / cuts);
      }
      await Promise.all(tabs.map((page) => has(page, {n: sent})));
      for (const [i, page] of tabs.entries()) {
        const told = await events(page);
        checker.subscriber(`tab ${i}`, told);
        assert.deepEqual(told.filter(({gap}) => gap), [], 'the history has it all');
      }
      assert.equal(checker.size, publications);
      assert.deepEqual(checker.verify(), []);
    };

    it(`loses, doubles and reorders none of ${PUBLICATIONS} publications while it is cut ${CUTS} times`, () =>
      cutAgainAndAgain({cuts: CUTS, publications: PUBLICATIONS, transport: 'websocket', options: {transports: ['websocket']}}));

    for (const [refused, transport] of [
      ['websockets', 'sse'],
      ['streams', 'poll'],
    ]) {
      it(`goes by ${transport} where ${refused} are refused, and loses, doubles and reorders nothing while it is cut`, async () => {
        await proxy.refuse(refused);
        await cutAgainAndAgain({cuts: CUTS / 5, publications: PUBLICATIONS / 10, transport});
        assert.ok(proxy.requests.some((request) => request.refused && request.upgrade));
        assert.equal(proxy.requests.some((request) => request.refused && request.stream), refused === 'streams');
      });
    }

    for (const [transport, refused, transports] of [
      ['websocket', null, ['websocket']],
      ['sse', null, ['sse']],
      ['poll', null, ['poll']],
      ['sse', 'websockets', undefined],
    ]) {
      const how = refused ? `by ${transport} where ${refused} are refused` : `by ${transport} alone`;
      it(`connects from a page of another origin, ${how}, to a node that allows any`, async () => {
        const open = await serve({FANFARE_ORIGINS: '*'});
        const between = await FaultProxy.to(new URL(open.api).port);
        try {
          if (refused) {
            await between.refuse(refused);
          }
          const page = await (await context()).newPage();
          await page.goto('http://page.example/');
          await page.waitForFunction(() => window.start);
          const options = {url: `http://127.0.0.1:${between.port}`, ...(transports && {transports})};
          await page.evaluate(([name, more]) => window.start(name, more), [channel, options]);
          await connectedBy(page, transport, 1);
        } finally {
          await between.close();
          await open.stop('SIGKILL');
        }
      });
    }

    it('shows within two seconds that the connection is cut, and is back when the network is', async () => {
      const page = await open();
      await proxy.refuse();
      proxy.cut();
      await isNot(page, 'connected', SHOWN_WITHIN);
      await publish({missed: true});
      await proxy.heal();
      await has(page, {missed: true});
      await is(page, 'connected');
    });

    it('notices a black hole by the heartbeat, and gets what it missed', async () => {
      const page = await open({heartbeat: HEARTBEAT});
      proxy.blackHole();
      await publish({missed: true});
      await isNot(page, 'connected', HEARTBEAT + SHOWN_WITHIN);
      assert.equal(proxy.connections > 0, true, 'nobody has told it');
      await proxy.heal();
      await has(page, {missed: true});
      assert.equal((await events(page)).filter(({publication}) => publication).length, 1);
    });

    it('asks for another token when the one it showed had expired', async () => {
      freshToken = (n) => token('ada', {expiresIn: n === 1 ? -60 : 3_600});
      const page = await open();
      await is(page, 'connected');
      assert.equal(tokens, 2);
    });

    it('shows another token before the first one ends, and stays connected', async () => {
      freshToken = (n) => token('ada', {expiresIn: n === 1 ? 4 : 3_600});
      const page = await open();
      await until(() => tokens === 2);
      await publish({after: 'the first'});
      await has(page, {after: 'the first'});
      assert.deepEqual(await page.evaluate(() => window.states.map(({name}) => name)), ['connecting', 'connected']);
    });

    it('comes back to a server that was killed, and tells of the gap when the history is gone', async () => {
      const page = await open();
      await publish({n: 1});
      await has(page, {n: 1});
      await node.stop('SIGKILL');
      await isNot(page, 'connected', SHOWN_WITHIN);
      node = await serve({FANFARE_LIMITS_PING_AFTER: '1s'});
      proxy.retarget(new URL(node.api).port);
      await is(page, 'connected');
      await page.waitForFunction(() => window.events.some(({gap}) => gap));
      await publish({n: 2});
      await has(page, {n: 2});
      assert.deepEqual(
        (await events(page)).map((event) => Object.keys(event)[0]),
        ['subscribed', 'publication', 'gap', 'subscribed', 'publication'],
      );
    });
  });
}
