// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {chat} from './chat.js';
import {Client} from './client.js';
import {connect} from './connect.js';
import {endings, endingsVerified} from './endings.js';
import {guides} from './guides.js';
import {kyc, kycVerified} from './kyc.js';
import {openapi} from './openapi.js';
import {pages} from './pages.js';
import {demo, demoToken} from './running.js';
import {store, storeVerified} from './store.js';
import {wallet} from './wallet.js';

describe('the demo', () => {
  // What the suites below see of it, once it is up.
  const running = {};
  let process;

  before(async () => {
    process = await demo();
    Object.assign(running, process);
  });
  after(() => process?.stop('SIGTERM'));

  it('lets in whoever has a token from the command line', async () => {
    const client = await Client.connected(running.native, await demoToken('ada'));
    assert.equal((await client.ask({type: 'ping'})).type, 'pong');
    await client.close();
  });

  kyc(running);
  wallet(running);
  chat(running);
  connect(running);
  store(running);
  openapi(running);
  pages(running);
  endings(running);
  guides(running);

  it('stops cleanly on Ctrl-C', async () => {
    assert.equal(await process.stop('SIGINT'), 0, process.said);
  });
});

describe('the demo with --auth', () => {
  const running = {};
  let process;

  before(async () => {
    process = await demo('--auth');
    Object.assign(running, process);
  });
  after(() => process?.stop('SIGTERM'));

  kycVerified(running, demoToken);
  storeVerified(running, demoToken);
  endingsVerified(running);

  it('stops cleanly when it is told to end', async () => {
    assert.equal(await process.stop('SIGTERM'), 0, process.said);
  });
});
