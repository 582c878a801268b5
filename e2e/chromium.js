// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {chromium} from 'playwright-core';

const PROGRAM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page that a test makes up comes from no address, and so may not reach this machine's.
  '--disable-features=LocalNetworkAccessChecks',
];

/** How long a page is waited for: milliseconds. */
export const PATIENCE = 15_000;

/** How pages are looked at. */
export const LOOKS = {
  light: {colorScheme: 'light', viewport: {width: 1280, height: 800}},
  dark: {colorScheme: 'dark', viewport: {width: 1280, height: 800}},
  phone: {colorScheme: 'light', viewport: {width: 390, height: 844}},
};

/** Why a suite that needs a browser is left out; false when there is one. */
export const withoutBrowser = PROGRAM ? false : 'there is no Chromium: set CHROMIUM to where it is';

export function launch() {
  return chromium.launch({executablePath: PROGRAM, args: ARGUMENTS});
}

/** Nothing sticks out sideways, and the page ends with its foot. */
export async function fits(page) {
  const [content, window, below] = await page.evaluate(() => {
    const {scrollWidth, scrollHeight} = document.documentElement;
    const foot = document.querySelector('footer').getBoundingClientRect().bottom + scrollY;
    return [scrollWidth, innerWidth, scrollHeight - Math.max(foot, innerHeight)];
  });
  assert.ok(content <= window, `the page is ${content} pixels wide in a window of ${window}`);
  assert.ok(below <= 1, `there are ${below} pixels below the foot`);
}
