// SPDX-License-Identifier: Apache-2.0
// Makes docs/screenshots: the demo's pages in both themes, with something happening on them. The demo's usual ports must be free.
import {mkdir, stat} from 'node:fs/promises';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import pg from 'pg';
import {launch} from './chromium.js';
import {demoAt} from './running.js';

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const USUAL = {api: '8000', postgres: '5433', page: '5173', kyc: '3001', wallet: '3002', chat: '3003', store: '8001', connect: '3300'};
const WIDE = {viewport: {width: 1200, height: 1040}};
const PHONE = {width: 390, height: 844};
/** Milliseconds of the price's chart, before and after a cut. */
const SOME_TIME = 20_000;

let demo;
let browser;

async function open(url) {
  const page = await (await browser.newContext(WIDE)).newPage();
  await page.goto(url);
  return page;
}

const live = (page) => page.locator('#state', {hasText: 'Live'}).waitFor();
const has = (page, selector, text) => page.locator(selector, {hasText: text}).first().waitFor();

async function type(page, selector, text) {
  await page.fill(selector, text);
  await page.press(selector, 'Enter');
}

async function take(page, name, {top = true} = {}) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme, reducedMotion: 'reduce'});
    await page.evaluate((to) => window.scrollTo(0, to), top ? 0 : 1e6);
    const path = `${FOLDER}${name}-${colorScheme}.png`;
    await page.screenshot({path, animations: 'disabled'});
    console.log(`${name}-${colorScheme}.png, ${Math.ceil((await stat(path)).size / 1_024)} kB`);
  }
}

async function ask(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: {'Content-Type': 'application/json', Authorization: 'Bearer demo-api-key'},
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    throw new Error(`${method} ${url}: ${answer.status}`);
  }
  return answer.json();
}

async function start() {
  const [page, other] = [await open(demo.api), await open(demo.api)];
  await Promise.all([live(page), live(other)]);
  await type(other, '#say', 'Hello from another tab');
  await has(page, '#heard', 'another tab');
  await ask('POST', `${demo.api}/api/v1/publish`, {channel: 'lobby', data: {text: 'hello from curl'}});
  await type(page, '#say', 'And hello back');
  await has(page, '#heard', 'hello back');
  await has(page, '#presence', '2 here');
  await take(page, 'start');
}

async function kyc() {
  const page = await open(demo.kyc);
  await live(page);
  const sql = new pg.Client({host: '127.0.0.1', port: Number(demo.postgres), user: 'fanfare', database: 'fanfare'});
  await sql.connect();
  for (const [user, status, level] of [
    ['alice', 'verified', 'advanced'],
    ['bob', 'pending', 'intermediate'],
    ['carol', 'rejected', 'basic'],
  ]) {
    await sql.query('update kyc_status set status = $2, verification_level = $3, updated_at = now() where user_id = $1', [user, status, level]);
    await has(page, `[data-user=${user}] .status`, status);
  }
  await sql.end();
  await take(page, 'kyc');
}

async function wallet() {
  const page = await open(demo.wallet);
  await live(page);
  for (const kind of ['transfer', 'nft', 'reward']) {
    await page.click(`[data-kind=${kind}]`);
  }
  await pause(SOME_TIME);
  const other = await page.context().newPage();
  await other.goto(demo.wallet);
  await live(other);
  await page.click('#cut');
  await has(page, '#state', 'Network cut');
  await other.click('[data-kind=transfer]');
  await pause(SOME_TIME / 4);
  await page.click('#cut');
  await has(page, '#recovered', 'caught up');
  await pause(SOME_TIME);
  await take(page, 'wallet');
}

async function chat() {
  const enter = async (email) => {
    const page = await open(demo.chat);
    await type(page, '#email', email);
    await live(page);
    return page;
  };
  const [ada, grace, alan] = [await enter('ada@example.org'), await enter('grace@example.org'), await enter('alan@example.org')];
  await has(ada, '#people', 'alan');
  await type(grace, '#text', 'The train goes into the tunnel now. Will you tell me what I miss?');
  await has(ada, '#messages', 'tunnel');
  await type(ada, '#text', 'You will not miss anything: it is all there when you come out.');
  await has(grace, '#messages', 'not miss anything');
  await type(alan, '#text', 'In order, too.');
  await has(ada, '#messages', 'In order');
  await grace.locator('#text').pressSequentially('I ');
  await has(ada, '#typing', 'typing');
  await take(ada, 'chat');
  await ada.setViewportSize(PHONE);
  await grace.locator('#text').pressSequentially('see.');
  await has(ada, '#typing', 'typing');
  await take(ada, 'chat-phone', {top: false});
}

async function store() {
  const page = await open(demo.store);
  await type(page, '#user', 'ada');
  await live(page);
  const shop = `${demo.store}/api/v1/stores/bakery`;
  const steps = ['preparing', 'ready', 'delivered'];
  for (const [sku, quantity, done] of [['bread', 2, 3], ['espresso', 1, 2], ['cake', 1, 1], ['croissant', 4, 1], ['sandwich', 3, 0]]) {
    const {data} = await ask('POST', `${shop}/orders`, {items: [{sku, quantity}]});
    for (const status of steps.slice(0, done)) {
      await ask('PATCH', `${shop}/orders/${data.orderNumber}`, {status});
    }
  }
  await ask('POST', `${shop}/customers`, {customerName: 'Grace Hopper'});
  await has(page, '#events', 'Grace Hopper');
  await take(page, 'store');
}

async function connect() {
  const page = await open(demo.connect);
  await page.click('#connect');
  await page.locator('#code svg').first().waitFor();
  await live(page);
  await take(page, 'connect');
}

await mkdir(FOLDER, {recursive: true});
try {
  demo = await demoAt(USUAL);
  browser = await launch();
  await Promise.all([wallet(), (async () => {
    await start();
    await kyc();
    await chat();
    await store();
    await connect();
  })()]);
} finally {
  await browser?.close();
  await demo?.stop('SIGTERM');
}
