// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {after, afterEach, before, beforeEach, describe, it} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {launch, withoutBrowser} from './chromium.js';
import {KEY, token} from './native.js';
import {serve} from './running.js';

const CLIENT = fileURLToPath(new URL('../js/client/dist/', import.meta.url));
const TABS = 20;
const PATIENCE = 30_000;

/** What a tab does: it writes down what it hears in `lobby`. */
const script = (user) => `
  import {Fanfare} from '/client/index.js';
  import {tabs} from '/client/tabs.js';
  window.heard = [];
  const fanfare = new Fanfare('/ws', {token: '${token(user)}', transports: [tabs('${user}')], backoff: {base: 50, cap: 500}});
  const lobby = fanfare.channel('lobby');
  lobby.on('gap', () => window.heard.push('gap'));
  lobby.on('error', (error) => window.heard.push(error.message));
  lobby.subscribe(({data}) => window.heard.push(data.n)).ready.then(() => (window.live = true));
  fanfare.connect();
  window.echo = async () => (await lobby.presence()).map(({user}) => user);`;

/** Waits for an effect. */
async function until(happened, what) {
  const deadline = Date.now() + PATIENCE;
  while (!(await happened())) {
    assert.ok(Date.now() < deadline, `it never came to this: ${what}`);
    await pause(50);
  }
}

export function tabs() {
  describe('the tabs of one browser', {skip: withoutBrowser}, () => {
    let node;
    let browser;
    let context;
    let open;
    let published;
    let user;
    let users = 0;
    /** Tabs that have a WebSocket open. */
    const sockets = new Map();

    before(async () => {
      node = await serve();
      browser = await launch();
    });
    after(async () => {
      await browser?.close();
      await node?.stop('SIGKILL');
    });
    beforeEach(async () => {
      open = [];
      published = [];
      sockets.clear();
      user = `tabs-${users++}`;
      context = await browser.newContext();
      context.setDefaultTimeout(PATIENCE);
      await context.route('**/client/*', (route) => route.fulfill({path: CLIENT + new URL(route.request().url()).pathname.split('/').at(-1)}));
    });
    afterEach(() => context.close());

    const tab = async () => {
      const opened = await context.newPage();
      opened.on('websocket', (socket) => {
        sockets.set(opened, socket);
        // It may be told of the end of one when it has another.
        socket.on('close', () => sockets.get(opened) === socket && sockets.delete(opened));
      });
      // Any document of the server: Chromium lets no page that is made up speak to this machine.
      await opened.goto(`${node.api}/health`);
      await opened.addScriptTag({type: 'module', content: script(user)});
      open.push(opened);
      return opened;
    };
    const ask = async (path, options = {}) => {
      const answer = await fetch(`${node.api}/api/v1/${path}`, {headers: {Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json'}, ...options});
      assert.equal(answer.status, 200);
      return answer.json();
    };
    const sessions = async () => (await ask(`users/${user}/sessions`)).sessions.length;
    const publish = async (count) => {
      for (let i = 0; i < count; i++) {
        published.push(published.length);
        await ask('publish', {method: 'POST', body: JSON.stringify({channel: 'lobby', data: {n: published.at(-1)}})});
      }
    };
    const live = () => Promise.all(open.map((one) => one.waitForFunction(() => window.live, undefined, {polling: 50})));
    const heard = async () => {
      for (const one of open) {
        await until(async () => (await one.evaluate(() => window.heard.length)) >= published.length, 'all that was published');
        assert.deepEqual(await one.evaluate(() => window.heard), published);
      }
    };
    /** Takes the tab that has the socket out of `open`. */
    const leader = () => {
      const [leads] = sockets.keys();
      open = open.filter((one) => one !== leads);
      // Nobody tells of the sockets of a page that is gone.
      sockets.delete(leads);
      return leads;
    };
    const another = async () => {
      await until(async () => sockets.size === 1 && open.includes([...sockets.keys()][0]) && (await sessions()) === 1, 'another tab with the one socket');
    };

    it(`hold one socket, all ${TABS} of them`, async () => {
      for (let i = 0; i < TABS; i++) {
        await tab();
      }
      await live();
      await publish(50);
      await heard();
      assert.equal(await sessions(), 1);
      assert.equal(sockets.size, 1);
      for (const one of open) {
        assert.ok((await one.evaluate(() => window.echo())).includes(user));
      }
    });

    it('hand the connection on when one that holds it is closed, and lose and double nothing', async () => {
      for (let i = 0; i < 6; i++) {
        await tab();
      }
      await live();
      for (let i = 0; i < 4; i++) {
        await publish(5);
        await Promise.all([publish(10), leader().close()]);
        await publish(5);
        await another();
      }
      await heard();
    });

    it('hand it on when one that holds it crashes', async () => {
      for (let i = 0; i < 3; i++) {
        await tab();
      }
      await live();
      await publish(5);
      const gone = leader();
      const crashed = gone.waitForEvent('crash');
      const session = await context.newCDPSession(gone);
      void session.send('Page.crash').catch(() => undefined);
      await crashed;
      await publish(5);
      await another();
      await publish(5);
      await heard();
    });

    it('have one that holds it, though its lock is stolen', async () => {
      for (let i = 0; i < 4; i++) {
        await tab();
      }
      await live();
      await publish(5);
      const [first] = sockets.values();
      await open[3].evaluate(async () => {
        const {held} = await navigator.locks.query();
        const {name} = held.find((lock) => lock.name.endsWith(':leader'));
        await navigator.locks.request(name, {steal: true}, () => {});
      });
      await publish(5);
      await until(async () => first.isClosed() && sockets.size === 1 && (await sessions()) === 1, 'one socket, and another than before');
      await publish(5);
      await heard();
    });
  });
}
