// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {after, before, describe, it} from 'node:test';
import {Client} from './client.js';
import {serve} from './running.js';

const SECRET = 'a-secret-of-these-tests-and-of-nothing-else';
export const KEY = 'a-key-of-these-tests-and-of-nothing-else';

/** A JWT as any backend would make it. */
export function token(sub, {expiresIn = 3_600, secret = SECRET, claims = {}} = {}) {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const signed = `${part({alg: 'HS256', typ: 'JWT'})}.${part({sub, iat: now, exp: now + expiresIn, ...claims})}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export function native() {
  describe('the native protocol, by npm ws', () => {
    let node;

    before(async () => {
      node = await serve();
    });
    after(() => node?.stop('SIGKILL'));

    const enter = (user) => Client.connected(node.native, token(user));
    const publish = (channel, data, headers = {Authorization: `Bearer ${KEY}`}) =>
      fetch(`${node.api}/api/v1/publish`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json', ...headers},
        body: JSON.stringify({channel, data}),
      });
    const publication = (said) => (message) => message.type === 'publication' && message.data.said === said;

    it('carries what is published to every subscriber, in order', async () => {
      const clients = await Promise.all(['ada', 'bob', 'eve'].map(enter));
      for (const client of clients) {
        assert.equal((await client.ask({type: 'subscribe', channel: 'lobby'})).type, 'subscribed');
      }
      const [ada] = clients;
      for (let n = 0; n < 50; n++) {
        const answer = n % 2 === 0 ? (await publish('lobby', {n})).status : await ada.ask({type: 'publish', channel: 'lobby', data: {n}});
        assert.ok(answer === 200 || answer.type === 'published', JSON.stringify(answer));
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

    it('deflates what it publishes for a client that wants it, and reads what that deflates', async () => {
      const clients = await Promise.all([true, false].map((perMessageDeflate) => Client.connected(node.native, token('ada'), {perMessageDeflate})));
      const said = 'abc '.repeat(500);
      for (const client of clients) {
        assert.equal((await client.ask({type: 'subscribe', channel: 'lobby'})).type, 'subscribed');
      }
      await clients[0].ask({type: 'publish', channel: 'lobby', data: {said}});
      for (const client of clients) {
        await client.next(publication(said));
      }
      assert.deepEqual(clients.map((client) => client.extensions), ['permessage-deflate', '']);
      await Promise.all(clients.map((client) => client.close()));
    });

    it('gives a client that was cut off what it missed', async () => {
      const client = await enter('ada');
      await client.ask({type: 'subscribe', channel: 'lobby'});
      const {epoch, offset, tag} = await (await publish('lobby', {said: 'before'})).json();
      await client.next(publication('before'));
      await client.cut();
      const missed = ['while', 'it', 'was', 'away'];
      for (const said of missed) {
        await publish('lobby', {said});
      }

      const again = await enter('ada');
      const reply = await again.ask({type: 'subscribe', channel: 'lobby', since: {epoch, offset, tag}});
      assert.equal(reply.recovered, true);
      for (const said of missed) {
        assert.equal((await again.next('publication')).data.said, said);
      }
      await again.close();
    });

    it('says so when what was missed is no longer kept', async () => {
      const {epoch, offset, tag} = await (await publish('news:york', {n: 0})).json();
      for (let n = 1; n < 10; n++) {
        await publish('news:york', {n});
      }
      const client = await enter('ada');
      const since = {epoch, offset, tag};
      const reply = await client.ask({type: 'subscribe', channel: 'news:york', since});
      assert.equal(reply.recovered, false);
      await client.close();
    });

    it('shows who is there, and who comes and goes', async () => {
      const ada = await enter('ada');
      await ada.ask({type: 'subscribe', channel: 'lobby'});
      const bob = await enter('bob');
      await bob.ask({type: 'subscribe', channel: 'lobby'});
      await ada.next((message) => message.type === 'join' && message.member.user === 'bob');
      const {members} = await ada.ask({type: 'presence', channel: 'lobby'});
      assert.deepEqual(members.map(({user}) => user).sort(), ['ada', 'bob']);
      await bob.cut();
      await ada.next((message) => message.type === 'leave' && message.member.user === 'bob');
      await ada.close();
    });

    it('answers what it cannot do with an error that names the reason, and goes on', async () => {
      const client = await enter('ada');
      const codes = [];
      for (const command of [
        {type: 'subscribe', channel: 'nowhere'},
        {type: 'subscribe', channel: 'inbox:bob'},
        {type: 'publish', channel: 'news:york', data: {}},
        {type: 'fly'},
      ]) {
        const {type, code, message} = await client.ask(command);
        assert.equal(type, 'error');
        assert.ok(message.length > 0);
        codes.push(code);
      }
      assert.deepEqual(codes, ['unknown_channel', 'permission_denied', 'permission_denied', 'unknown_command']);
      assert.equal((await client.ask({type: 'subscribe', channel: 'inbox:ada'})).type, 'subscribed');
      await client.close();
    });

    it('closes a client whose token is forged or has expired, and says whether to come back', async () => {
      const close = async (shown) => {
        const client = await Client.open(node.native);
        client.send({type: 'connect', id: 1, version: 1, token: shown});
        return (await client.closed).code;
      };
      assert.equal(await close(token('ada', {secret: 'another-secret-that-is-long-enough-too'})), 4501);
      assert.equal(await close(token('ada', {expiresIn: -60})), 4005);
    });

    it('takes publications by HTTP only with the key, and only JSON', async () => {
      assert.equal((await publish('lobby', {}, {})).status, 401);
      const answer = await fetch(`${node.api}/api/v1/publish`, {
        method: 'POST',
        headers: {Authorization: `Bearer ${KEY}`},
        body: '{"channel":',
      });
      assert.equal(answer.status, 400);
    });

    it('publishes nothing by HTTP that is not JSON in UTF-8, and disconnects no subscriber', async () => {
      const client = await enter('ada');
      assert.equal((await client.ask({type: 'subscribe', channel: 'lobby'})).type, 'subscribed');
      const body = (data) => `{"channel":"lobby","type":"hi","data":${data}}`;
      const bodies = [
        Buffer.from(body('{"text":"\u00ed\u00a0\u00bd\u00ed\u00b8\u0080"}'), 'latin1'),
        Buffer.from(body('"\u00c0\u0080"'), 'latin1'),
        Buffer.from(body('{"a":["\u00ed\u00a0\u0080"]}'), 'latin1'),
        Buffer.from(body('{"a":{"\u00ed\u00a0\u0080":1}}'), 'latin1'),
        Buffer.from(body('"\\ud83d"')),
        Buffer.from(body('1'), 'utf16le'),
        Buffer.from(`\ufeff${body('1')}`, 'utf16le'),
      ];
      for (const path of ['publish', 'broadcast', 'users/ada/send']) {
        for (const bytes of bodies) {
          const headers = {Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json'};
          const answer = await fetch(`${node.api}/api/v1/${path}`, {method: 'POST', headers, body: bytes});
          assert.equal(answer.status, 400, `${path}: ${bytes.toString('hex')}`);
          const {error} = await answer.json();
          assert.deepEqual([error.code, error.field], ['bad_request', 'body']);
        }
      }
      await publish('lobby', {said: 'good'});
      assert.deepEqual((await client.next('publication')).data, {said: 'good'});
      await client.close();
    });

    it('tells its clients to come back when it is stopped, and exits 0', async () => {
      const client = await enter('ada');
      const stopped = node.stop('SIGTERM');
      const {reconnect} = await client.next('disconnect');
      assert.equal(reconnect, true);
      assert.equal((await client.closed).code, 1012);
      assert.equal(await stopped, 0, node.said);
    });
  });
}
