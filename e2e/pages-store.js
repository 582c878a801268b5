// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {it} from 'node:test';
import {LOOKS, PATIENCE, fits} from './chromium.js';

/** The page of the store. */
export function storePage(demo, {tab, text, picture, quietly}) {
  const enterStore = async (user, store, look) => {
    const page = await tab(demo.store, look);
    await page.fill('#user', user);
    await page.fill('#store', store);
    await page.press('#store', 'Enter');
    await text(page, '#state', 'Live');
    await text(page, '#who', user);
    return page;
  };

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
}
