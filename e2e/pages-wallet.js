// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {it} from 'node:test';
import {LOOKS, fits} from './chromium.js';

/** The page of the wallet. */
export function walletPage(demo, {tab, text, picture, quietly}) {
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
}
