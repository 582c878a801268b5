// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {mkdir} from 'node:fs/promises';
import {after, afterEach, before, beforeEach, describe, it} from 'node:test';
import {fileURLToPath} from 'node:url';
import pg from 'pg';
import {LOOKS, PATIENCE, fits, launch, withoutBrowser} from './chromium.js';
import {webhook} from './connect.js';
import {token} from './native.js';
import {chatPage} from './pages-chat.js';
import {storePage} from './pages-store.js';
import {walletPage} from './pages-wallet.js';
import {FaultProxy} from './proxy.js';
import {serve} from './running.js';

const PICTURES = fileURLToPath(new URL('target/', import.meta.url));

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

    it('a page that no WebSocket gets through to polls, and knows when the webhook has come', async () => {
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
    });

    it('pages that no WebSocket gets through to say so, and that they try again', async () => {
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
    });

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

    const tools = {tab, text, picture, quietly};
    chatPage(demo, tools);
    walletPage(demo, tools);
    storePage(demo, tools);
  });
}

/** Changes the demo's database as any SQL client does. */
async function sql(demo, statement) {
  const client = new pg.Client({host: '127.0.0.1', port: Number(demo.postgres), user: 'fanfare', database: 'fanfare'});
  await client.connect();
  await client.query(statement);
  await client.end();
}
