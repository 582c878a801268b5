// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {Client} from './client.js';

const ITEMS = {items: [{sku: 'bread', quantity: 2}]};

/** Changes the store's data, and answers what was done. */
async function change(demo, method, path, body) {
  const answer = await fetch(`${demo.store}/api/v1${path}`, {
    method,
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
  });
  const {success, data} = await answer.json();
  assert.ok(answer.ok && success, `${method} ${path}: ${answer.status}`);
  return data;
}

export function store(demo) {
  const socket = () => `${demo.store.replace('http', 'ws')}/ws`;
  const enter = async (userId, storeId) => {
    const client = await Client.open(socket());
    await client.next('general_notification');
    client.send({type: 'authenticate', data: {userId, storeId}});
    await client.next(({data}) => data?.authenticated);
    return client;
  };

  describe('store, by npm ws', () => {
    it('S3-1: sends the envelope, with the ids that apply', async () => {
      const ada = await enter('ada', 'e2e-envelope');
      const {orderNumber} = await change(demo, 'POST', '/stores/e2e-envelope/orders', ITEMS);
      const frame = await ada.next('order_created');
      assert.deepEqual(Object.keys(frame), ['type', 'data', 'timestamp', 'storeId']);
      assert.equal(frame.data.orderNumber, orderNumber);
      assert.equal(frame.storeId, 'e2e-envelope');
      assert.equal(new Date(frame.timestamp).toISOString(), frame.timestamp);
      await ada.close();
    });

    it('S3-3, S3-6: after authenticate, a profile reaches its user and an order its store', async () => {
      const ada = await enter('ada', 'e2e-one');
      const bob = await enter('bob', 'e2e-one');
      const cleo = await enter('cleo', 'e2e-other');
      await change(demo, 'PATCH', '/users/ada/profile', {firstName: 'Ada', email: `${Date.now()}@example.org`});
      const {data} = await ada.next('profile_updated');
      assert.equal(data.action, 'profile_updated');
      assert.equal(data.updatedFields.email, true);
      const {orderNumber} = await change(demo, 'POST', '/stores/e2e-one/orders', ITEMS);
      await change(demo, 'PATCH', `/stores/e2e-one/orders/${orderNumber}`, {status: 'preparing'});
      for (const client of [ada, bob]) {
        assert.equal((await client.next('order_updated')).data.status, 'preparing');
        assert.equal((await client.next('order_status_changed')).data.previousStatus, 'pending');
      }
      cleo.send({type: 'ping'});
      await cleo.next('pong');
      assert.ok(cleo.all.every(({type}) => !type.startsWith('order') && !type.startsWith('profile')));
      assert.ok(bob.all.every(({type}) => type !== 'profile_updated'));
      await Promise.all([ada.close(), bob.close(), cleo.close()]);
    });

    it('S3-4: who has not authenticated hears of nobody, and stays', async () => {
      const stranger = await Client.open(socket());
      await change(demo, 'POST', '/stores/e2e-strange/orders', ITEMS);
      stranger.send({type: 'ping'});
      await stranger.next('pong');
      assert.ok(stranger.all.every(({type}) => ['general_notification', 'pong'].includes(type)));
      await stranger.close();
    });

    it('S3-7, S3-8: answers statistics and health as written', async () => {
      const ada = await enter('ada', 'e2e-stats');
      const stats = await (await fetch(`${demo.store}/api/v1/websocket/stats`)).json();
      assert.equal(stats.success, true);
      assert.equal(stats.message, 'WebSocket statistics retrieved successfully');
      assert.deepEqual(Object.keys(stats.data), ['totalConnections', 'activeConnections']);
      assert.ok(stats.data.totalConnections >= stats.data.activeConnections && stats.data.activeConnections >= 1);
      const answer = await fetch(`${demo.store}/api/v1/websocket/health`);
      assert.equal(answer.status, 200);
      const health = await answer.json();
      assert.equal(health.message, 'WebSocket server is healthy');
      assert.deepEqual(Object.keys(health.data), ['healthy', 'totalConnections', 'activeConnections']);
      assert.equal(health.data.healthy, true);
      await ada.close();
    });

    it('S3-9: refuses fifty bad messages in a row and goes on', async () => {
      const ada = await enter('ada', 'e2e-bad');
      for (let i = 0; i < 50; i++) {
        ada.send('{"type":');
      }
      for (let i = 0; i < 50; i++) {
        await ada.next('error');
      }
      await change(demo, 'POST', '/stores/e2e-bad/orders', ITEMS);
      await ada.next('order_created');
      await ada.close();
    });

    it('S3-12: accepts a custom action', async () => {
      const ada = await enter('ada', 'e2e-custom');
      ada.send({type: 'custom_action', data: {action: 'test'}});
      await ada.next('general_notification');
      assert.ok(ada.all.every(({type}) => type !== 'error'));
      await ada.close();
    });
  });
}

/** With --auth: a client is who its token says, and nobody else. */
export function storeVerified(demo, token) {
  describe('store, with identities verified', () => {
    it('takes the user of a token, and no other', async () => {
      const client = await Client.open(`${demo.store.replace('http', 'ws')}/ws`);
      await client.next('general_notification');
      client.send({type: 'authenticate', data: {userId: 'ada', storeId: 'e2e'}});
      await client.next('error');
      client.send({type: 'authenticate', data: {userId: 'bob', storeId: 'e2e', token: await token('ada')}});
      await client.next('error');
      client.send({type: 'authenticate', data: {userId: 'ada', storeId: 'e2e', token: await token('ada')}});
      await client.next(({data}) => data?.authenticated);
      await client.close();
    });
  });
}
