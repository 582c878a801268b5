// SPDX-License-Identifier: Apache-2.0
// Statuses, changed by npm's pg as any other program would: the server hears of it from Postgres alone.
import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import pg from 'pg';
import {Client} from './client.js';

export function kyc(demo) {
  describe('kyc, by npm ws and npm pg', () => {
    let sql;

    before(async () => {
      sql = new pg.Client({host: '127.0.0.1', port: Number(demo.postgres), user: 'fanfare', database: 'fanfare'});
      await sql.connect();
    });
    after(() => sql?.end());

    const open = () => Client.open(`${demo.kyc.replace('http', 'ws')}/live`);
    const watch = async (userId) => {
      const client = await open();
      client.send({type: 'subscribe', userId});
      return client;
    };
    const set = (user, status, level) =>
      sql.query('UPDATE kyc_status SET status = $2, verification_level = $3, updated_at = now() WHERE user_id = $1', [user, status, level]);

    it('S0-6, S0-10: sends the status at once, and every change of it to that user alone', async () => {
      await set('alice', 'pending', 'basic');
      const alice = await watch('alice');
      const bob = await watch('bob');
      const {data} = await alice.next('kyc_status');
      assert.deepEqual(Object.keys(data), ['user_id', 'status', 'verification_level', 'timestamp']);
      await bob.next('kyc_status');
      for (const [status, level] of [['verified', 'basic'], ['verified', 'advanced'], ['rejected', 'intermediate']]) {
        await set('alice', status, level);
        const {data: changed} = await alice.next('kyc_status');
        assert.deepEqual([changed.user_id, changed.status, changed.verification_level], ['alice', status, level]);
        assert.equal(new Date(changed.timestamp).toISOString().slice(0, 19), changed.timestamp.slice(0, 19));
      }
      assert.equal(bob.all.length, 1);
      await Promise.all([alice.close(), bob.close()]);
    });

    it('names what is not a status: a row that goes, and a value that is none; and greets one that is new', async () => {
      const client = await watch('dora');
      assert.match((await client.next('error')).message, /dora/);
      await sql.query("INSERT INTO kyc_status VALUES ('dora', 'pending', 'basic', now())");
      assert.equal((await client.next('kyc_status')).data.status, 'pending');
      await set('dora', 'unheard-of', 'basic');
      assert.match((await client.next('error')).message, /dora/);
      await set('dora', 'verified', 'basic');
      assert.equal((await client.next('kyc_status')).data.status, 'verified');
      await sql.query("DELETE FROM kyc_status WHERE user_id = 'dora'");
      assert.match((await client.next('error')).message, /dora/);
      await client.close();
    });

    it('S0-9: answers fifty bad messages in a row and goes on', async () => {
      const client = await open();
      for (let i = 0; i < 50; i++) {
        client.send('{"type":');
        await client.next('error');
      }
      client.send({type: 'subscribe', userId: 'carol'});
      assert.equal((await client.next('kyc_status')).data.user_id, 'carol');
      await client.close();
    });

    it('S0-2: answers an upgrade that fails with 400', async () => {
      assert.equal((await fetch(`${demo.kyc}/live`)).status, 400);
    });
  });
}

/** With --auth: a client is who its token says, and nobody else. */
export function kycVerified(demo, token) {
  describe('kyc, with identities verified', () => {
    const url = () => `${demo.kyc.replace('http', 'ws')}/live`;

    it('shows a user their own status, and no other', async () => {
      const alice = await Client.open(url(), ['kyc', `bearer.${await token('alice')}`]);
      alice.send({type: 'subscribe', userId: 'alice'});
      assert.equal((await alice.next('kyc_status')).data.user_id, 'alice');
      alice.send({type: 'subscribe', userId: 'bob'});
      assert.equal((await alice.next('error')).type, 'error');
      await alice.close();
    });

    it('does not upgrade a stranger, nor a token that is not ours', async () => {
      assert.equal(await Client.refusal(url()), 400);
      assert.equal(await Client.refusal(url(), ['kyc', 'bearer.nonsense']), 400);
    });
  });
}
