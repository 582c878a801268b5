// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {mkdir} from 'node:fs/promises';
import {after, afterEach, before, beforeEach, describe, it} from 'node:test';
import {fileURLToPath} from 'node:url';
import pg from 'pg';
import {LOOKS, launch, withoutBrowser} from './chromium.js';
import {webhook} from './connect.js';
import {token} from './native.js';
import {FaultProxy} from './proxy.js';
import {serve} from './running.js';

const PICTURES = fileURLToPath(new URL('target/', import.meta.url));
const PATIENCE = 15_000;

export function pages(demo) {
  describe('the pages, in Chromium', {skip: withoutBrowser}, () => {
    let browser;
    let complaints;

    before(async () => {
      await mkdir(PICTURES, {recursive: true});
      browser = await launch();
    });
    after(() => browser?.close());
    beforeEach(() => {
      complaints = [];
    });
    afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

    /** A tab of a browser of its own: nobody else's cookies. Whatever it complains of is kept. */
    const tab = async (url, {dice, ahead, ...look} = LOOKS.light) => {
      const context = await browser.newContext(look);
      context.setDefaultTimeout(PATIENCE);
      if (dice !== undefined) {
        // A client whose jitter is always short.
        await context.addInitScript(`Math.random = () => ${dice}`);
      }
      if (ahead !== undefined) {
        // A clock that is some milliseconds ahead of the server's.
        await context.addInitScript((by) => {
          const right = Date.now;
          Date.now = () => right() + by;
        }, ahead);
      }
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
      await page.goto(url);
      return page;
    };
    const picture = (page, name) => page.screenshot({path: `${PICTURES}${name}.png`});
    const quietly = (test) => async () => {
      await test();
      assert.deepEqual(complaints, []);
    };
    const text = (page, selector, wanted, timeout = PATIENCE) =>
      page.locator(selector).filter({hasText: wanted}).first().waitFor({timeout});
    const enter = async (email, look) => {
      const page = await tab(demo.chat, look);
      await page.fill('#email', email);
      await page.press('#email', 'Enter');
      await text(page, '#state', 'Live');
      return page;
    };

    const enterStore = async (user, store, look) => {
      const page = await tab(demo.store, look);
      await page.fill('#user', user);
      await page.fill('#store', store);
      await page.press('#store', 'Enter');
      await text(page, '#state', 'Live');
      await text(page, '#who', user);
      return page;
    };

    it('agrees on permessage-deflate, and inflates what it is sent', async () => {
      const node = await serve();
      try {
        const page = await tab(`${node.api}/health`);
        const [extensions, said] = await page.evaluate(
          ([url, token]) =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket(url);
              const next = [
                {type: 'connect', id: 1, version: 1, token},
                {type: 'subscribe', id: 2, channel: 'lobby'},
                {type: 'publish', id: 3, channel: 'lobby', data: {said: 'abc '.repeat(500)}},
              ].map((command) => JSON.stringify(command));
              socket.onopen = () => socket.send(next.shift());
              socket.onmessage = ({data}) => {
                const message = JSON.parse(data);
                if (message.type === 'publication') {
                  resolve([socket.extensions, message.data.said]);
                } else if (next.length > 0) {
                  socket.send(next.shift());
                }
              };
              socket.onclose = ({code}) => reject(new Error(`closed with ${code}`));
            }),
          [node.native, token('ada')],
        );
        assert.match(extensions, /^permessage-deflate; server_no_context_takeover/);
        assert.equal(said, 'abc '.repeat(500));
      } finally {
        await node.stop('SIGKILL');
      }
    });

    it(
      'two users of the chat see each other come, type, talk and go',
      quietly(async () => {
        const ada = await enter('ada@example.org');
        const grace = await enter('grace@example.org');
        await text(ada, '#people', 'grace@example.org');
        await text(grace, '#people', 'ada@example.org');

        await ada.locator('#text').pressSequentially('Hello, Grace');
        await text(grace, '#typing', 'ada@example.org is typing');
        await ada.press('#text', 'Enter');
        await text(grace, '#messages .message', 'Hello, Grace');
        await grace.fill('#text', '<b>bold</b> & 你好 👋');
        await grace.press('#text', 'Enter');
        await text(ada, '#messages .message', '<b>bold</b> & 你好 👋');
        assert.equal(await ada.locator('#messages b').count(), 0);
        assert.equal(await grace.locator('#messages .own', {hasText: '<b>bold</b>'}).count(), 1);

        await picture(ada, 'chat-light');
        await grace.click('#sign-out');
        await grace.locator('#sign-in').waitFor();
        // Not before the grace that a reload is given.
        await text(ada, '#messages', 'grace@example.org left', 3 * PATIENCE);
      }),
    );

    it(
      'a second tab of the same user follows what the first one says',
      quietly(async () => {
        const first = await enter('tabs@example.org');
        const second = await first.context().newPage();
        await second.goto(demo.chat);
        await text(second, '#state', 'Live');
        await first.fill('#text', 'from one tab to the other');
        await first.press('#text', 'Enter');
        await text(second, '#messages .message', 'from one tab to the other');
        assert.equal(await first.locator('#messages .message', {hasText: 'from one tab to the other'}).count(), 1);
      }),
    );

    it(
      'what is said in the chat while the network is cut is there on return, each once, and so is what one says oneself',
      quietly(async () => {
        const ada = await enter('cut@example.org');
        const grace = await enter('there@example.org');
        const messages = (page, said) => page.locator('#messages .message', {hasText: said});
        await ada.click('#cut');
        await text(ada, '#state', 'Network cut');
        for (const said of ['first, during the cut', 'second, during the cut']) {
          await grace.fill('#text', said);
          await grace.press('#text', 'Enter');
        }
        await ada.fill('#text', 'written in a tunnel');
        await ada.press('#text', 'Enter');
        await text(ada, '#messages .own', 'Waits for the network');
        assert.equal(await messages(ada, 'during the cut').count(), 0);
        await ada.click('#cut');
        await text(ada, '#recovered', '2 messages caught up');
        await text(grace, '#messages .message', 'written in a tunnel');
        await ada.getByText('Waits for the network').waitFor({state: 'detached'});
        assert.deepEqual(await messages(ada, 'during the cut').locator('.text').allTextContents(), [
          'first, during the cut',
          'second, during the cut',
        ]);
        assert.equal(await messages(ada, 'written in a tunnel').count(), 1);
        assert.equal(await messages(grace, 'written in a tunnel').count(), 1);
      }),
    );

    for (const look of ['dark', 'phone']) {
      it(
        `the chat stands in ${look}`,
        quietly(async () => {
          const page = await enter('ada@example.org', LOOKS[look]);
          const other = await enter('grace@example.org');
          await text(page, '#people', 'grace@example.org');
          await other.fill('#text', 'A message that is long enough to need a second line on a narrow screen, at least');
          await other.press('#text', 'Enter');
          await text(page, '#messages .message', 'A message');
          await page.fill('#text', 'And an answer');
          await page.press('#text', 'Enter');
          // More than the window holds.
          for (let i = 1; i <= 16; i++) {
            await page.fill('#text', `And another answer, the ${i}. of many`);
            await page.press('#text', 'Enter');
          }
          await text(page, '#messages .message', 'the 16. of many');
          await picture(page, `chat-${look}`);
          await fits(page);
        }),
      );
    }

    it(
      'the wallet shows what happens, and on return what has happened meanwhile',
      quietly(async () => {
        const page = await tab(demo.wallet);
        await text(page, '#state', 'Live');
        const second = await page.context().newPage();
        await second.goto(demo.wallet);
        await text(second, '#state', 'Live');
        const items = page.locator('#activity li');
        for (const [kind, said] of [
          ['transfer', 'Received 25.50 FAN'],
          ['nft', 'Received the collectible #1'],
          ['reward', 'Rewards are now 0.15 FAN'],
          ['notification', 'Hello from the server'],
        ]) {
          await page.click(`[data-kind=${kind}]`);
          await text(second, '#activity li', said);
          await text(page, '#activity li', said);
        }
        await text(page, '#price', '.');
        await page.click('#cut');
        await text(page, '#state', 'Network cut');
        await second.click('[data-kind=transfer]');
        await text(second, '#balance', '1,251.00');
        await picture(page, 'wallet-app-offline');
        assert.equal(await items.count(), 4);
        await page.click('#cut');
        await text(page, '#balance', '1,251.00');
        await text(page, '#state', 'Live');
        await items.nth(4).waitFor();
        assert.equal(await items.count(), 5);
        await text(page, '#recovered', '1 event caught up');
        await picture(page, 'wallet-app-light');
      }),
    );

    for (const look of ['dark', 'phone']) {
      it(
        `the wallet stands in ${look}`,
        quietly(async () => {
          const page = await tab(demo.wallet, LOOKS[look]);
          await text(page, '#state', 'Live');
          await page.click('[data-kind=transfer]');
          await text(page, '#activity li', 'Received 25.50 FAN');
          await picture(page, `wallet-app-${look}`);
          await fits(page);
        }),
      );
    }

    it(
      'the start page says something to everybody, and catches up on what was said while its network was cut',
      quietly(async () => {
        const ada = await tab(demo.api);
        const bob = await tab(demo.api);
        await text(ada, '#state', 'Live');
        await text(bob, '#state', 'Live');
        await text(ada, '#presence', 'here');
        await ada.fill('#say', 'before the cut');
        await ada.press('#say', 'Enter');
        await text(bob, '#heard li', 'before the cut');
        await bob.click('#cut');
        await text(bob, '#state', 'Network cut');
        await ada.fill('#say', 'during the cut');
        await ada.press('#say', 'Enter');
        await text(ada, '#heard li', 'during the cut');
        assert.equal(await bob.getByText('during the cut').count(), 0);
        await bob.click('#cut');
        await text(bob, '#heard li', 'during the cut');
        await text(bob, '#recovered', '1 message caught up');
        assert.equal(await bob.getByText('before the cut').count(), 1);
        assert.equal(await bob.getByText('during the cut').count(), 1);
      }),
    );

    it(
      'connect says when it tries again while its network is cut, and catches up',
      quietly(async () => {
        const page = await tab(demo.connect, {...LOOKS.light, dice: 0.9});
        const [created] = await Promise.all([
          page.waitForResponse((answer) => answer.url().endsWith('/api/connections/session')),
          page.click('#connect'),
        ]);
        await text(page, '#state', 'Live');
        await page.click('#cut');
        await text(page, '#state', /Network cut, reconnecting in \d+ s/);
        assert.equal((await webhook(demo, (await created.json()).sessionId, 'active')).status, 200);
        await page.click('#cut');
        await text(page, '#headline', 'Wallet connected');
      }),
    );

    it(
      'kyc shows what the database says, at once and after a cut',
      quietly(async () => {
        const page = await tab(demo.kyc);
        const user = `page-${process.pid}`;
        await sql(demo, `insert into kyc_status values ('${user}', 'pending', 'basic')`);
        await page.fill('#user', user);
        await page.press('#user', 'Enter');
        const status = `[data-user=${user}] .status`;
        await text(page, status, 'pending');
        const command = await page.locator('#sql').textContent();
        assert.ok(command.startsWith(`psql postgresql://fanfare@127.0.0.1:${demo.postgres}/fanfare -c "update`), command);
        await sql(demo, `update kyc_status set status = 'verified' where user_id = '${user}'`);
        await text(page, status, 'verified');
        await page.click('#cut');
        await text(page, '#state', 'Network cut');
        await text(page, `[data-user=${user}]`, 'Last known');
        await sql(demo, `update kyc_status set status = 'rejected' where user_id = '${user}'`);
        await page.click('#cut');
        await text(page, status, 'rejected');
        await text(page, '#recovered', '1 status caught up');
      }),
    );

    for (const look of Object.keys(LOOKS)) {
      it(
        `the start page and kyc stand in ${look}`,
        quietly(async () => {
          for (const [name, url] of [
            ['start', demo.api],
            ['kyc', demo.kyc],
          ]) {
            const page = await tab(url, LOOKS[look]);
            await text(page, '#state', 'Live');
            await picture(page, `${name}-${look}`);
            await fits(page);
          }
        }),
      );
    }

    it(
      'the code is shown, and every tab of the session knows when the webhook has come',
      quietly(async () => {
        const page = await tab(demo.connect);
        const [created] = await Promise.all([
          page.waitForResponse((answer) => answer.url().endsWith('/api/connections/session')),
          page.click('#connect'),
        ]);
        const session = await created.json();
        await page.locator('#code svg').waitFor();
        await text(page, '#state', 'Live');
        await picture(page, 'connect-light');

        const second = await tab(session.invitationUrl);
        await second.locator('#accept').waitFor();
        assert.equal((await webhook(demo, session.sessionId, 'active')).status, 200);
        await text(page, '#headline', 'Wallet connected');
        await picture(page, 'connect-light-connected');
      }),
    );

    it(
      'the wallet in a second tab connects the first',
      quietly(async () => {
        const page = await tab(demo.connect);
        await page.click('#connect');
        await text(page, '#state', 'Live');
        const [wallet] = await Promise.all([page.waitForEvent('popup'), page.click('#wallet')]);
        await wallet.click('#accept');
        await text(wallet, '#headline', 'Connected');
        await text(page, '#headline', 'Wallet connected');
        await picture(wallet, 'wallet-light');
      }),
    );

    it(
      'a page that no WebSocket gets through to polls, and knows when the webhook has come',
      async () => {
        const proxy = await FaultProxy.to(new URL(demo.connect).port);
        try {
          await proxy.refuse('websockets');
          const page = await tab(`http://127.0.0.1:${proxy.port}`, {...LOOKS.light, dice: 0.02});
          await page.click('#connect');
          await text(page, '#state', 'Polling every 3 s', 3 * PATIENCE);
          await text(page, '#recovered', 'No WebSocket gets through.');
          assert.equal(proxy.requests.filter(({upgrade}) => upgrade).length, 6);
          const [wallet] = await Promise.all([page.waitForEvent('popup'), page.click('#wallet')]);
          await wallet.click('#accept');
          await text(page, '#headline', 'Wallet connected');
          const unexpected = complaints.filter((complaint) => !/WebSocket connection to .* failed/.test(complaint));
          assert.deepEqual(unexpected, []);
        } finally {
          await proxy.close();
        }
      },
    );

    it(
      'pages that no WebSocket gets through to say so, and that they try again',
      async () => {
        const enter = {
          kyc: async () => undefined,
          wallet: async () => undefined,
          chat: async (page) => {
            await page.fill('#email', 'ada@example.org');
            await page.press('#email', 'Enter');
          },
          store: (page) => page.press('#store', 'Enter'),
        };
        for (const [app, step] of Object.entries(enter)) {
          const proxy = await FaultProxy.to(new URL(demo[app]).port);
          try {
            await proxy.refuse('websockets');
            const page = await tab(`http://127.0.0.1:${proxy.port}`);
            await step(page);
            await text(page, '#state', 'Not connected, trying again');
            await text(page, '#recovered', 'No WebSocket has got through yet.');
          } finally {
            await proxy.close();
          }
        }
      },
    );

    for (const look of ['dark', 'phone']) {
      it(
        `the code stands in ${look}`,
        quietly(async () => {
          const page = await tab(demo.connect, LOOKS[look]);
          await page.click('#connect');
          await text(page, '#state', 'Live');
          await picture(page, `connect-${look}`);
          await fits(page);
        }),
      );
    }

    it(
      'the store shows on return what has happened since it was entered, and the trouble no more',
      quietly(async () => {
        const ada = await enterStore('ada', 'e2e-cut');
        const bob = await enterStore('bob', 'e2e-cut');
        await text(ada, '#events', 'bob came in');
        await ada.click('#cut');
        await text(ada, '#state', 'Network cut');
        await text(ada, '#toasts', 'The connection was lost');
        await bob.click('#order');
        await bob.click('[data-status=pending] .ticket button');
        await text(bob, '#events', 'is preparing');
        await bob.fill('#customer', 'Jane Roe');
        await bob.press('#customer', 'Enter');
        await text(bob, '#events', 'Jane Roe is a customer now');
        assert.equal(await ada.locator('.ticket').count(), 0);
        await ada.click('#cut');
        // It comes back within the store's own interval of 5 s, a tenth more or less.
        await text(ada, '#recovered', '3 events caught up', 3 * PATIENCE);
        assert.equal(await ada.locator('#toasts > *').count(), 0);
        await text(ada, '[data-status=preparing] .ticket', 'While you were away');
        assert.equal(await ada.locator('.ticket').count(), 1);
        for (const said of ['is preparing', 'Jane Roe is a customer now']) {
          assert.equal(await ada.locator('#events li', {hasText: said}).count(), 1);
        }
        await text(ada, '.customers', 'Jane Roe');
      }),
    );

    for (const ahead of [30_000, -30_000]) {
      it(
        `the store tells what was missed to a clock that is ${ahead / 1_000} s ahead`,
        quietly(async () => {
          const store = `e2e-${Date.now()}`;
          const ada = await enterStore('ada', store, {...LOOKS.light, ahead});
          const bob = await enterStore('bob', store);
          await ada.click('#cut');
          await text(ada, '#state', 'Network cut');
          await bob.click('#order');
          await text(bob, '[data-status=pending] .ticket', 'Mark as preparing');
          await ada.click('#cut');
          await text(ada, '#recovered', '1 event caught up');
          await text(ada, '[data-status=pending] .ticket', 'While you were away');
          await bob.click('#order');
          await ada.locator('.ticket').nth(1).waitFor();
          assert.equal(await ada.locator('.ticket', {hasText: 'While you were away'}).count(), 1);
          assert.match(await ada.textContent('#recovered'), /1 event caught up/);
        }),
      );
    }

    it(
      'the store lets in who enters before the page knows how it is set up',
      quietly(async () => {
        const page = await tab('about:blank');
        let answered;
        const asked = new Promise((resolve) => {
          page.route('**/store.json', async (route) => {
            resolve();
            await new Promise((resume) => (answered = resume));
            await route.continue();
          });
        });
        await page.goto(demo.store);
        await asked;
        await page.press('#store', 'Enter');
        answered();
        await text(page, '#state', 'Live');
      }),
    );

    for (const look of Object.keys(LOOKS)) {
      it(
        `the store in ${look}: an order, a customer and a profile are seen by who is there`,
        quietly(async () => {
          const ada = await enterStore('ada', `e2e-${look}`, LOOKS[look]);
          const bob = await enterStore('bob', `e2e-${look}`, LOOKS[look]);
          await text(ada, '#events', 'bob came in');
          await bob.click('#order');
          await text(ada, '[data-status=pending] .ticket', 'Mark as preparing');
          await ada.press('[data-status=pending] .ticket button', 'Enter');
          await ada.locator('[data-status=preparing] .ticket button:focus').waitFor();
          await text(bob, '[data-status=preparing] .ticket', 'Mark as ready');
          await bob.fill('#customer', '<b>John</b> Doe');
          await bob.press('#customer', 'Enter');
          await text(ada, '#events', '<b>John</b> Doe is a customer now');
          await ada.fill('#first-name', 'Ada');
          await ada.press('#first-name', 'Enter');
          await text(ada, '#events', 'Your profile has changed');
          assert.equal(await bob.getByText('Your profile has changed').count(), 0);
          await picture(ada, `store-${look}`);
          await fits(ada);
        }),
      );
    }
  });
}

/** Nothing sticks out sideways, and the page ends with its foot. */
async function fits(page) {
  const [content, window, below] = await page.evaluate(() => {
    const {scrollWidth, scrollHeight} = document.documentElement;
    const foot = document.querySelector('footer').getBoundingClientRect().bottom + scrollY;
    return [scrollWidth, innerWidth, scrollHeight - Math.max(foot, innerHeight)];
  });
  assert.ok(content <= window, `the page is ${content} pixels wide in a window of ${window}`);
  assert.ok(below <= 1, `there are ${below} pixels below the foot`);
}

/** Changes the demo's database as any SQL client does. */
async function sql(demo, statement) {
  const client = new pg.Client({host: '127.0.0.1', port: Number(demo.postgres), user: 'fanfare', database: 'fanfare'});
  await client.connect();
  await client.query(statement);
  await client.end();
}
