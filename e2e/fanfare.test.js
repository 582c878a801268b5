// SPDX-License-Identifier: Apache-2.0
import {describe} from 'node:test';
import {browser} from './browser.js';
import {fanfareClient} from './fanfare-client.js';
import {native} from './native.js';
import {socketio} from './socketio.js';
import {tabs} from './tabs.js';
import {trouble} from './trouble.js';

native();
fanfareClient();
browser();
tabs();
trouble();
describe('the Socket.IO dialect', socketio);
