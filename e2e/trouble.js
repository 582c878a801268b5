// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, it} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import pg from 'pg';
import {signIn} from './chat.js';
import {launch, withoutBrowser} from './chromium.js';
import {Client} from './client.js';
import {webhook} from './connect.js';
import {FaultProxy} from './proxy.js';
import {demo as start} from './running.js';

const PATIENCE = 20_000;
const SHOWN_WITHIN = 2_000;
/** A server takes a while to start, and who waits for it waits longer and longer. */
const BACK_WITHIN = 60_000;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Half of what browsers call good: a person who comes into the chat moves what stands below. */
const MOST_SHIFT = 0.05;
const LOOKS = {
  light: {colorScheme: 'light', viewport: {width: 1280, height: 800}},
  dark: {colorScheme: 'dark', viewport: {width: 1280, height: 800}},
  'light on a phone': {colorScheme: 'light', viewport: {width: 360, height: 740}},
  'dark on a phone': {colorScheme: 'dark', viewport: {width: 360, height: 740}},
};
/** What Chromium itself writes of a connection that failed. */
const OF_THE_BROWSER = /^(WebSocket connection to '[^']*' failed|Failed to load resource: net::ERR_)/;
const STATUSES = ['pending', 'verified', 'rejected'];

/**
 * The pages. Something `happens(n)` elsewhere, n counting from 1; `shows` is what of that a page has on its screen, the oldest
 * first, and `wants` what it should have when `n` of them have happened. `heartbeat` is how long a silence it bears.
 */
export const PAGES = {
  start: {
    at: 'api',
    heartbeat: 35_000,
    happens: async ({demo}, n) => post(`${demo.api}/api/v1/publish`, {channel: 'lobby', data: {text: `number ${n}`}}),
    shows: (page) => numbers(page, '#heard li', 'latest first'),
  },
  kyc: {
    at: 'kyc',
    heartbeat: 35_000,
    enter: async (page, {sql}) => {
      await sql("insert into kyc_status values ('zoe', 'pending', 'basic', now()) on conflict do nothing");
      await page.fill('#user', 'zoe');
      await page.press('#user', 'Enter');
      await page.locator('[data-user=zoe] .status', {hasNotText: 'No status'}).waitFor();
    },
    happens: ({sql}, n) => sql(`update kyc_status set status = '${STATUSES[n % 3]}', updated_at = now() where user_id = 'zoe'`),
    shows: (page) => page.locator('[data-user=zoe] .status').allTextContents(),
    wants: (n) => [STATUSES[n % 3]],
  },
  wallet: {
    at: 'wallet',
    heartbeat: 35_000,
    enter: async (page, world) => {
      await live(page);
      const token = await page.evaluate(() => localStorage.getItem('fanfare-wallet'));
      [world.address] = JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).wallets;
    },
    happens: ({demo, address}, n) =>
      post(`${demo.api}/api/v1/publish`, {channel: `balance:${address}`, data: {address, balance: 1_000 + n, change: n}}),
    shows: (page) => numbers(page, '#activity li', 'latest first'),
  },
  chat: {
    at: 'chat',
    heartbeat: 35_000,
    enter: async (page, world) => {
      // The second tab has the first one's session.
      if (world.bob === undefined) {
        await page.fill('#email', 'ada@example.org');
        await page.press('#email', 'Enter');
        world.bob = await signIn(world.demo, 'bob@example.org');
      }
      await live(page);
    },
    happens: async ({demo, bob}, n) => {
      const client = await Client.open(`${demo.chat.replace('http', 'ws')}/ws`, {headers: {Cookie: bob}});
      client.send({type: 'chat_message', content: `number ${n}`});
      client.send({type: 'ping'});
      await client.next('pong');
      await client.close();
    },
    shows: (page) => numbers(page, '#messages .message .text', 'latest last'),
  },
  store: {
    at: 'store',
    heartbeat: 35_000,
    enter: async (page) => {
      await page.fill('#user', 'ada');
      await page.fill('#store', 'trouble');
      await page.press('#store', 'Enter');
    },
    happens: ({demo}, n) => post(`${demo.store}/api/v1/stores/trouble/customers`, {customerName: `number ${n}`}),
    shows: (page) => numbers(page, '#events li', 'latest first'),
  },
  connect: {
    at: 'connect',
    heartbeat: 40_000,
    /** A session ends with the first thing that happens to it: each trouble has its own. */
    anew: async (page, world) => {
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/api/connections/session')),
        page.locator('#connect, #again').click(),
      ]);
      world.sessions.set(page, (await answer.json()).sessionId);
    },
    happens: async ({demo, sessions}) => {
      for (const session of sessions.values()) {
        assert.equal((await webhook(demo, session, 'active')).status, 200);
      }
    },
    shows: (page) => page.locator('#headline', {hasText: 'Wallet connected'}).allTextContents(),
    wants: () => ['Wallet connected'],
    once: true,
  },
};

/** Every page of the demo, in two tabs, on a network that fails. */
export function trouble() {
  describe('every page, in two tabs', {skip: withoutBrowser}, () => {
    const all = new Map();
    let browser;
    let demo;
    let folder;
    let database;
    const sql = (statement) => database.query(statement);

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fanfare-e2e-'));
      [browser, demo] = await Promise.all([launch(), start('--data', folder)]);
      database = await connected(demo);
      for (const [name, spec] of Object.entries(PAGES)) {
        all.set(name, await World.open(browser, spec, demo, sql));
      }
    });
    after(async () => {
      await browser?.close();
      await Promise.all([...all.values()].map((world) => world.proxy.close()));
      await database?.end().catch(() => {});
      await demo?.stop('SIGTERM');
      await rm(folder, {recursive: true, force: true});
    });

    describe('shows a cut within two seconds, and has it all when the network is back', {concurrency: true}, () => {
      for (const name of Object.keys(PAGES)) {
        it(name, () =>
          all.get(name).round(async ({proxy}) => {
            await proxy.refuse();
            proxy.cut();
            return SHOWN_WITHIN;
          }),
        );
      }
    });

    describe('in good order', {concurrency: true}, () => {
      describe('shows a black hole within the heartbeat, and has it all when that is gone', {concurrency: true}, () => {
        for (const name of Object.keys(PAGES)) {
          it(name, () =>
            all.get(name).round(({proxy, spec}) => {
              proxy.blackHole();
              return spec.heartbeat + SHOWN_WITHIN;
            }),
          );
        }
      });

      // While those wait.
      describe('is for everybody: axe finds nothing serious, nothing moves, and nothing sticks out', () => {
        for (const [name, spec] of Object.entries(PAGES)) {
          it(name, async () => {
            for (const [look, how] of Object.entries(LOOKS)) {
              await inspect(browser, spec, {demo, sql, sessions: new Map()}, look, how);
            }
          });
        }
      });
    });

    describe('comes back to a server that was killed', {concurrency: true}, () => {
      before(async () => {
        await Promise.all([...all.values()].map((world) => world.ready()));
        await Promise.all([demo.stop('SIGKILL'), ...[...all.values()].map((world) => world.shown('not live', SHOWN_WITHIN))]);
        // Its Postgres is ended by the next one.
        database.removeAllListeners('error');
        database.on('error', () => {});
        demo = await demo.again();
        database = await connected(demo);
        all.forEach((world) => (world.demo = demo));
      });

      for (const name of Object.keys(PAGES)) {
        it(name, () => all.get(name).returned());
      }
    });

    describe('goes another way where WebSockets are refused, and misses nothing', {concurrency: true}, () => {
      for (const [refused, way] of [
        ['websockets', 'SSE'],
        ['streams', 'long-polling'],
      ]) {
        it(`start, by ${way}`, () => byAnother(way, refused, {browser, demo}));
      }
    });

    describe('complains of nothing but its connection', () => {
      for (const name of Object.keys(PAGES)) {
        it(name, () => assert.deepEqual(all.get(name).complaints, []));
      }
    });
  });
}

/** The start page, with a network that refuses something from the beginning, and is cut once. */
async function byAnother(way, refused, {browser, demo}) {
  const proxy = await FaultProxy.to(new URL(demo.api).port);
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE);
  const say = (text) => post(`${demo.api}/api/v1/publish`, {channel: 'lobby', data: {text: `${way}, ${text}`}});
  const heard = async (page, wanted) => {
    const said = page.locator('#heard li', {hasText: `${way}, `});
    await said.filter({hasText: wanted.at(-1)}).waitFor();
    assert.deepEqual((await said.allTextContents()).map((text) => text.split(', ').at(-1)).reverse(), wanted);
  };
  try {
    await proxy.refuse(refused);
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${proxy.port}/`);
    await page.locator('#state', {hasText: `Live by ${way}`}).waitFor();
    await say('first');
    await heard(page, ['first']);
    proxy.cut();
    await say('second');
    await heard(page, ['first', 'second']);
    await page.locator('#state', {hasText: `Live by ${way}`}).waitFor();
  } finally {
    await context.close();
    await proxy.close();
  }
}

/** One page in two tabs of a browser of its own, with a network of its own. */
class World {
  spec;
  demo;
  proxy;
  sql;
  complaints = [];
  sessions = new Map();
  #tabs = [];
  #happened = 0;

  static async open(browser, spec, demo, sql) {
    const world = new World();
    Object.assign(world, {spec, demo, sql, proxy: await FaultProxy.to(new URL(demo[spec.at]).port)});
    const context = await browser.newContext();
    context.setDefaultTimeout(PATIENCE);
    // The store's page is told its socket's port, which is in front of the network.
    await context.route('**/store.json', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({json: {...(await answer.json()), socketPort: world.proxy.port}});
    });
    for (let i = 0; i < 2; i++) {
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && world.#complain(message.text()));
      page.on('pageerror', (error) => world.#complain(String(error)));
      await page.goto(`http://127.0.0.1:${world.proxy.port}/`);
      world.#tabs.push(page);
      await spec.enter?.(page, world);
    }
    return world;
  }

  /** Both tabs are live. */
  async ready() {
    for (const page of this.#tabs) {
      await this.spec.anew?.(page, this);
    }
    await this.shown('live', PATIENCE);
  }

  /** What a person sees of the connection, in both tabs. */
  async shown(wanted, within) {
    await Promise.all(this.#tabs.map((page) => (wanted === 'live' ? live(page, within) : notLive(page, within))));
  }

  /** Everything that has happened is on both screens, in order and once. */
  async complete() {
    const {shows, wants = upTo} = this.spec;
    const wanted = wants(this.#happened);
    for (const page of this.#tabs) {
      const deadline = Date.now() + PATIENCE;
      let shown = await shows(page);
      while (JSON.stringify(shown) !== JSON.stringify(wanted) && Date.now() < deadline) {
        await pause(50);
        shown = await shows(page);
      }
      assert.deepEqual(shown, wanted);
    }
  }

  async happens() {
    await this.spec.happens(this, ++this.#happened);
  }

  /** Trouble, of which `begin` says within how many milliseconds it is to be seen. */
  async round(begin) {
    await this.ready();
    if (!this.spec.once) {
      await this.happens();
      await this.complete();
    }
    try {
      await this.shown('not live', await begin(this));
      await this.happens();
    } finally {
      await this.proxy.heal();
    }
    await this.complete();
    await this.returned();
  }

  /** After trouble it is as before. */
  async returned() {
    if (this.spec.once) {
      return;
    }
    await this.shown('live', BACK_WITHIN);
    await this.happens();
    await this.complete();
  }

  #complain(text) {
    if (!OF_THE_BROWSER.test(text)) {
      this.complaints.push(text);
    }
  }
}

/** What people who do not see, do not use a mouse or have a small screen would trip over. */
async function inspect(browser, spec, world, look, how) {
  const context = await browser.newContext(how);
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const {value, hadRecentInput, sources} of list.getEntries()) {
        if (!hadRecentInput) {
          window.shifts.push({value, what: sources.map(({node}) => node?.outerHTML?.slice(0, 120) ?? String(node))});
        }
      }
    }).observe({type: 'layout-shift', buffered: true});
  });
  try {
    const page = await context.newPage();
    await page.goto(world.demo[spec.at]);
    await spec.enter?.(page, world);
    await spec.anew?.(page, world);
    await live(page);
    await page.evaluate(await readFile(AXE, 'utf8'));
    const {violations} = await page.evaluate(() => window.axe.run());
    const serious = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map(({id, nodes}) => [id, ...nodes.map(({html, failureSummary}) => `${html} ${failureSummary}`)]), [], `axe, in ${look}`);
    const shifts = await page.evaluate(() => window.shifts);
    assert.ok(shifts.reduce((sum, {value}) => sum + value, 0) < MOST_SHIFT, `it moves in ${look}: ${JSON.stringify(shifts)}`);
    const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window_, `it is ${content} pixels wide in a window of ${window_}, in ${look}`);
  } finally {
    await context.close();
  }
}

const live = (page, timeout) => page.locator('#state', {hasText: 'Live'}).waitFor({timeout});
const notLive = (page, timeout) => page.locator('#state', {hasNotText: 'Live'}).waitFor({timeout});
const upTo = (n) => Array.from({length: n}, (_, i) => i + 1);

/** The numbers in a list of what has happened: `number 3`, or of a wallet, `Received 3.00`. */
async function numbers(page, selector, order) {
  const found = (await page.locator(selector).allTextContents())
    .map((text) => /(?:number |Received )(\d+)/.exec(text)?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
  return order === 'latest first' ? found.reverse() : found;
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', Authorization: 'Bearer demo-api-key'},
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${url}: ${answer.status}`);
}

async function connected(demo) {
  const client = new pg.Client({host: '127.0.0.1', port: Number(demo.postgres), user: 'fanfare', database: 'fanfare'});
  client.on('error', () => {});
  await client.connect();
  return client;
}
