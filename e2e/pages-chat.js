// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {it} from 'node:test';
import {LOOKS, PATIENCE, fits} from './chromium.js';

/** The page of the chat. */
export function chatPage(demo, {tab, text, picture, quietly}) {
  const enter = async (email, look) => {
    const page = await tab(demo.chat, look);
    await page.fill('#email', email);
    await page.press('#email', 'Enter');
    await text(page, '#state', 'Live');
    return page;
  };

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
}
