// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {before, describe, it} from 'node:test';
import {Client} from './client.js';

const KEY = 'demo-api-key';
const CHANNEL = 'lobby';

export function native(demo) {
  const publish = (data, headers = {Authorization: `Bearer ${KEY}`}) =>
    fetch(`${demo.api}/api/v1/publish`, {
      method: 'POST',
      headers: {'Content-Type': 'application/json', ...headers},
      body: typeof data === 'string' ? data : JSON.stringify({channel: CHANNEL, data}),
    });

  describe('the native protocol, by npm ws', () => {
    let token;

    before(async () => {
      token = await demo.token('ada');
    });

    it('carries what is published to every subscriber, in order', async () => {
      const clients = await Promise.all([1, 2, 3].map(() => Client.connected(demo.native, token)));
      for (const client of clients) {
        assert.equal((await client.ask({type: 'subscribe', channel: CHANNEL})).type, 'subscribed');
      }
      for (let n = 0; n < 50; n++) {
        assert.equal((await publish({n})).status, 200);
      }
      for (const client of clients) {
        let last = 0;
        for (let n = 0; n < 50; n++) {
          const {data, offset, prev} = await client.next('publication');
          assert.equal(data.n, n);
          assert.ok(last === 0 || (prev ?? offset - 1) === last);
          last = offset;
        }
      }
      await Promise.all(clients.map((client) => client.close()));
    });

    it('gives a client that was cut off what it missed', async () => {
      const client = await Client.connected(demo.native, token);
      await client.ask({type: 'subscribe', channel: CHANNEL});
      const {epoch, offset, tag} = await (await publish({said: 'before'})).json();
      await client.next(({data}) => data?.said === 'before');
      await client.cut();
      for (const said of ['while', 'it', 'was', 'away']) {
        await publish({said});
      }

      const again = await Client.connected(demo.native, token);
      const reply = await again.ask({type: 'subscribe', channel: CHANNEL, since: {epoch, offset, tag}});
      assert.equal(reply.recovered, true);
      for (const said of ['while', 'it', 'was', 'away']) {
        assert.equal((await again.next('publication')).data.said, said);
      }
      await again.close();
    });

    it('says so when what was missed cannot be had', async () => {
      const client = await Client.connected(demo.native, token);
      const since = {epoch: 'another', offset: 7, tag: 'unknown'};
      const reply = await client.ask({type: 'subscribe', channel: CHANNEL, since});
      assert.equal(reply.recovered, false);
      await client.close();
    });

    it('answers what it cannot do with an error that names the reason, and goes on', async () => {
      const client = await Client.connected(demo.native, token);
      const refusals = [
        {type: 'fly'},
        {type: 'subscribe', channel: 'chat:lobby'},
        {type: 'publish', channel: CHANNEL},
      ];
      for (const command of refusals.slice(0, 2)) {
        const {type, code, message} = await client.ask(command);
        assert.equal(type, 'error');
        assert.match(code, /^[a-z_]+$/);
        assert.ok(message.length > 0);
      }
      assert.equal((await client.ask({type: 'ping'})).type, 'pong');
      await client.close();
    });

    it('closes a client with a forged token, and tells it not to come back', async () => {
      const client = await Client.open(demo.native);
      client.send({type: 'connect', id: 1, version: 1, token: `${token.slice(0, -4)}AAAA`});
      assert.equal((await client.closed).code, 4501);
    });

    it('takes publications by HTTP only with the key, and only JSON', async () => {
      assert.equal((await publish({}, {})).status, 401);
      assert.equal((await publish('{"channel":')).status, 400);
    });
  });
}
