// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import pg from 'pg';
import {launch, withoutBrowser} from './chromium.js';
import {FaultProxy} from './proxy.js';
import {demoToken} from './running.js';

/** A token ends after seconds, is borne with for a while, and the page comes back to hear of it. */
const PATIENCE = 60_000;
const SOON = ['--expires-in', '5s'];

const text = (page, selector, wanted) => page.locator(selector, {hasText: wanted}).first().waitFor();
const live = (page) => text(page, '#state', 'Live');

/** Tests that open pages, side by side, each in a browser context of its own; nothing may be complained of. */
function inBrowser(name, tests) {
  describe(name, {skip: withoutBrowser, concurrency: true}, () => {
    let browser;

    before(async () => {
      browser = await launch();
    });
    after(() => browser?.close());

    tests(async (test, url, prepare = () => {}) => {
      const complaints = [];
      const context = await browser.newContext();
      context.setDefaultTimeout(PATIENCE);
      test.after(async () => {
        await context.close();
        assert.deepEqual(complaints, []);
      });
      await prepare(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(url);
      return page;
    });
  });
}

/** Answers the first request with what `change` makes of it, and counts all. */
async function changed(context, path, change) {
  const count = {asked: 0};
  await context.route(path, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    await route.fulfill({json: count.asked++ === 0 ? await change(json) : json});
  });
  return count;
}

const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

async function sql(demo, statement) {
  const client = new pg.Client({host: '127.0.0.1', port: Number(demo.postgres), user: 'fanfare', database: 'fanfare'});
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** The pages when the token or session that they were given comes to its end. */
export function endings(demo) {
  inBrowser('the pages, when what lets them in has ended', (open) => {
    it('the start page shows another token in time, and stays', async (test) => {
      let count;
      const page = await open(test, demo.api, async (context) => {
        count = await changed(context, '**/demo/guest', async ({user}) => ({user, token: await demoToken(user, ...SOON)}));
      });
      await live(page);
      const deadline = Date.now() + PATIENCE;
      while (count.asked < 2) {
        assert.ok(Date.now() < deadline, 'it never asked for another token');
        await pause(50);
      }
      await page.fill('#say', 'after the first token');
      await page.press('#say', 'Enter');
      await text(page, '#heard', 'after the first token');
      await live(page);
    });

    it('the wallet is given another guest', async (test) => {
      let count;
      const page = await open(test, demo.wallet, async (context) => {
        count = await changed(context, '**/api/demo/guest', async (wallet) => {
          const {sub, wallets, staking} = claimsOf(wallet.token);
          const claims = {guest: true, wallets, staking};
          const options = Object.entries(claims).flatMap(([name, value]) => ['--claim', `${name}=${JSON.stringify(value)}`]);
          return {...wallet, token: await demoToken(sub, ...options, ...SOON)};
        });
      });
      await live(page);
      const first = await page.locator('#address').textContent();
      await page.locator('#address', {hasNotText: first}).waitFor();
      assert.equal(count.asked, 2);
      await live(page);
      await page.click('[data-kind=transfer]');
      await text(page, '#activity li', 'Received 25.50 FAN');
    });

    it('the chat says that one was signed out, and lets one in again', async (test) => {
      const proxy = await FaultProxy.to(new URL(demo.chat).port);
      try {
        const page = await open(test, `http://127.0.0.1:${proxy.port}/`);
        const enter = async () => {
          await page.fill('#email', 'endings@example.org');
          await page.press('#email', 'Enter');
          await live(page);
        };
        await enter();
        await sql(
          demo,
          `update chat_session set expires_at = now() - interval '1 second'
            where user_id in (select id from chat_user where email = 'endings@example.org')`,
        );
        proxy.cut();
        await text(page, '#sign-in', 'You were signed out');
        await enter();
      } finally {
        await proxy.close();
      }
    });

    it('connect says that the session has expired, and begins another', async (test) => {
      const page = await open(test, demo.connect);
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/api/connections/session')),
        page.click('#connect'),
      ]);
      const {sessionId} = await answer.json();
      await live(page);
      await sql(demo, `update connect_session set expires_at = now() - interval '1 second' where id = '${sessionId}'`);
      await text(page, '#headline', 'Not connected');
      await page.click('#again');
      await text(page, '#headline', 'Scan this code');
      await live(page);
    });
  });
}

/** The same where tokens are asked for. */
export function endingsVerified(demo) {
  inBrowser('the pages that ask for a token, when it has ended', (open) => {
    it('kyc says so, and goes on with another', async (test) => {
      const page = await open(test, demo.kyc);
      const show = async (...options) => {
        await page.fill('#user', 'alice');
        await page.fill('#token', await demoToken('alice', ...options));
        await page.press('#token', 'Enter');
        await live(page);
      };
      await show(...SOON);
      await text(page, '#state', 'The token has ended');
      await show();
      await text(page, '[data-user=alice] .status', /verified|pending|rejected/);
      assert.equal(await page.locator('[data-user=alice]').count(), 1);
    });

    it('the store asks for another', async (test) => {
      const page = await open(test, demo.store);
      const show = async (...options) => {
        await page.fill('#user', 'ada');
        await page.fill('#store', 'endings');
        await page.fill('#token', await demoToken('ada', '--claim', 'stores=["endings"]', ...options));
        await page.press('#token', 'Enter');
        await live(page);
      };
      await show(...SOON);
      await text(page, '[aria-labelledby=orders-title]', 'with its API key');
      await text(page, '#door-notice', 'Your token has ended');
      await show();
      const answer = await fetch(`${demo.store}/api/v1/stores/endings/orders`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json', Authorization: 'Bearer demo-api-key'},
        body: JSON.stringify({items: [{sku: 'bread', quantity: 2}]}),
      });
      assert.equal(answer.status, 201);
      await text(page, '[data-status=pending] .ticket', '2 × bread');
    });
  });
}
