// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {createHmac, randomUUID} from 'node:crypto';
import {describe, it} from 'node:test';
import {Client} from './client.js';

const SECRET = 'demo-webhook-secret';

/** What the wallet's service sends when a session changes. */
export function webhook(demo, sessionId, status, {secret = SECRET, deliveryId = randomUUID()} = {}) {
  const body = JSON.stringify({deliveryId, sessionId, status});
  const seconds = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return fetch(`${demo.connect}/api/webhooks/confirmd`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'X-Webhook-Signature': `t=${seconds},v1=${signature}`},
    body,
  });
}

export function connect(demo) {
  const begin = async () => {
    const answer = await fetch(`${demo.connect}/api/connections/session`, {method: 'POST'});
    assert.ok(answer.ok);
    return answer.json();
  };
  const watch = ({sessionId, token}) =>
    Client.open(`${demo.connect.replace('http', 'ws')}/ws/connections?sessionId=${sessionId}&token=${token}`);

  describe('connect, by npm ws', () => {
    it('tells every client of a session, and no other, what the webhook said', async () => {
      const [mine, other] = [await begin(), await begin()];
      const [first, second, stranger] = [await watch(mine), await watch(mine), await watch(other)];
      await Promise.all([first, second, stranger].map((client) => client.next('status')));

      assert.equal((await webhook(demo, mine.sessionId, 'active')).status, 200);

      for (const client of [first, second]) {
        const {sessionId, status} = await client.next('status');
        assert.deepEqual({sessionId, status}, {sessionId: mine.sessionId, status: 'active'});
      }
      stranger.send({type: 'ping'});
      await stranger.next('pong');
      assert.equal(stranger.all.filter(({type}) => type === 'status').length, 1);
      await Promise.all([first.close(), second.close(), stranger.close()]);
    });

    it('tells a client that comes late, and one that polls', async () => {
      const session = await begin();
      await webhook(demo, session.sessionId, 'completed');
      const late = await watch(session);
      assert.equal((await late.next('status')).status, 'completed');
      const polled = await fetch(`${demo.connect}/api/connections/session/${session.sessionId}`, {
        headers: {Authorization: `Bearer ${session.token}`},
      });
      assert.equal((await polled.json()).status, 'completed');
      await late.close();
    });

    it('refuses a webhook with another signature', async () => {
      const session = await begin();
      assert.equal((await webhook(demo, session.sessionId, 'active', {secret: 'another'})).status, 401);
      const client = await watch(session);
      assert.equal((await client.next('status')).status, 'pending');
      await client.close();
    });

    it('accepts, then closes 1008, a client with a wrong token', async () => {
      const session = await begin();
      const client = await watch({...session, token: 'wrong'});
      assert.deepEqual(await client.closed, {code: 1008, reason: 'Invalid token'});
    });

    it('lets five clients watch a session, and closes the sixth', async () => {
      const session = await begin();
      const five = await Promise.all(Array.from({length: 5}, () => watch(session)));
      await Promise.all(five.map((client) => client.next('status')));
      const sixth = await watch(session);
      assert.deepEqual(await sixth.closed, {code: 1008, reason: 'Too many connections for this session'});
      await Promise.all(five.map((client) => client.close()));
    });
  });
}
