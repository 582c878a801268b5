// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {Client} from './client.js';

/** Signs in, and answers the cookie's header. */
export async function signIn(demo, email) {
  const answer = await fetch(`${demo.chat}/api/auth/sign-in`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({email}),
  });
  assert.equal(answer.status, 200);
  return answer.headers.getSetCookie()[0].split(';')[0];
}

export function chat(demo) {
  const socket = () => `${demo.chat.replace('http', 'ws')}/ws`;
  const enter = async (email) => Client.open(socket(), {headers: {Cookie: await signIn(demo, email)}});

  describe('chat, by npm ws', () => {
    it('does not upgrade a stranger', async () => {
      assert.equal(await Client.refusal(socket()), 401);
    });

    it('welcomes a user and lists who is there', async () => {
      const ada = await enter('ada@example.org');
      await ada.next('welcome');
      const {users} = await ada.next('user_list');
      assert.ok(users.some(({email}) => email === 'ada@example.org'));
      await ada.close();
    });

    it('carries messages and typing to the others, and no echo to the sender', async () => {
      const ada = await enter('ada@example.org');
      const bob = await enter('bob@example.org');
      // From here on everything is heard; it may come a moment after `welcome`.
      await bob.next('user_list');
      ada.send({type: 'typing', isTyping: true});
      ada.send({type: 'chat_message', content: 'Good morning'});
      assert.equal((await bob.next('typing')).isTyping, true);
      const heard = await bob.next('chat_message');
      assert.equal(heard.content, 'Good morning');
      assert.equal(heard.user.email, 'ada@example.org');
      ada.send({type: 'ping'});
      await ada.next('pong');
      assert.equal(ada.all.filter(({type}) => type === 'chat_message').length, 0);
      await Promise.all([ada.close(), bob.close()]);
    });

    it('takes plain text for chat', async () => {
      const ada = await enter('ada@example.org');
      const bob = await enter('bob@example.org');
      // From here on everything is heard; it may come a moment after `welcome`.
      await bob.next('user_list');
      ada.send('no braces here');
      assert.equal((await bob.next('chat_message')).content, 'no braces here');
      await Promise.all([ada.close(), bob.close()]);
    });

    it('answers fifty bad messages in a row and goes on', async () => {
      const ada = await enter('ada@example.org');
      for (let i = 0; i < 50; i++) {
        ada.send('{"type":');
      }
      for (let i = 0; i < 50; i++) {
        await ada.next('error');
      }
      ada.send({type: 'ping'});
      await ada.next('pong');
      await ada.close();
    });

    it('closes the sockets of a session that signs out', async () => {
      const cookie = await signIn(demo, 'eve@example.org');
      const eve = await Client.open(socket(), {headers: {Cookie: cookie}});
      await eve.next('welcome');
      await fetch(`${demo.chat}/api/auth/sign-out`, {method: 'POST', headers: {Cookie: cookie}});
      assert.ok((await eve.closed).code >= 4_000);
      assert.equal(await Client.refusal(socket(), {headers: {Cookie: cookie}}), 401);
    });
  });
}
