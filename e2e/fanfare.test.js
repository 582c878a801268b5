// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {after, describe, it} from 'node:test';
import {chat} from './chat.js';
import {connect} from './connect.js';
import {Demo} from './demo.js';
import {native} from './native.js';
import {pages} from './pages.js';

const demo = await Demo.start();
let stopped = null;

describe('the demo', () => {
  after(async () => {
    stopped ??= await demo.stop();
  });

  native(demo);
  chat(demo);
  connect(demo);
  pages(demo);

  it('stops cleanly when it is told to', async () => {
    stopped = await demo.stop();
    assert.equal(stopped, 0, demo.said);
  });
});
