// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect as dial, createServer} from 'node:net';
import {describe, it} from 'node:test';
import {io} from 'socket.io-client';
import {Client} from './client.js';
import {token} from './native.js';

const PATIENCE = 10_000;
const DEMO_SECRET = 'the-secret-of-the-demo-and-of-nothing-else';

/** How many clients are cut off and come back; WALLET_CLIENTS=1000 for the whole of it. */
const CLIENTS = Number(process.env.WALLET_CLIENTS ?? 150);
const TRANSPORTS = [['polling'], ['websocket'], ['polling', 'websocket']];

let users = 0;

/** A user of one wallet and one stake; nobody else is called so. */
const somebody = () => {
  const user = `u${++users}`;
  const address = `0x${users.toString(16)}e2e`;
  const claims = {wallets: [address], staking: ['7']};
  return {user, address, token: token(user, {secret: DEMO_SECRET, claims})};
};

/** Resolves with the arguments of the next event of that name. */
const next = (emitter, name) => once(emitter, name, {signal: AbortSignal.timeout(PATIENCE)});

const ask = (socket, name, ...body) => socket.timeout(PATIENCE).emitWithAck(name, ...body);

export function wallet(demo) {
  const api = async (path, body) => {
    const answer = await fetch(`${demo.api}/api/v1${path}`, {
      method: 'POST',
      headers: {Authorization: 'Bearer demo-api-key', 'Content-Type': 'application/json'},
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, await answer.text());
  };
  const publish = (channel, data) => api('/publish', {channel, data});
  const send = (user, type, data) => api(`/users/${user}/send`, {type, data});

  /** Not connected yet. */
  const socket = (transports, query, url = demo.wallet) =>
    io(`${url}/ws`, {
      path: '/ws',
      query,
      transports,
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: 20,
      reconnectionDelayMax: 200,
    });
  const enter = async (transports, who) => {
    const opened = socket(transports, {token: who.token});
    opened.connect();
    await next(opened, 'connect');
    return opened;
  };

  for (const transports of TRANSPORTS) {
    describe(`the wallet, by npm socket.io-client over ${transports.join(' and ')}`, () => {
      it('answers a subscribe and a ping by their acks, and pushes envelopes', async () => {
        const who = somebody();
        const client = await enter(transports, who);
        for (const channel of ['notifications', `balance:${who.address}`, `nft:${who.address}`, 'token:price', 'staking:7']) {
          assert.deepEqual(await ask(client, 'subscribe', {channel}), {success: true});
        }
        const balance = `balance:${who.address}`;
        const came = next(client, balance);
        await publish(balance, {balance: '1.50'});
        const [message] = await came;
        assert.deepEqual(Object.keys(message), ['type', 'payload', 'timestamp']);
        assert.equal(message.type, balance);
        assert.deepEqual(message.payload, {balance: '1.50'});
        assert.ok(Math.abs(Date.now() - message.timestamp) < PATIENCE);
        const told = next(client, 'welcome');
        await send(who.user, 'welcome', {text: 'hello'});
        assert.deepEqual((await told)[0].payload, {text: 'hello'});
        const pong = await ask(client, 'ping');
        assert.deepEqual(Object.keys(pong), ['type', 'timestamp']);
        assert.equal(pong.type, 'pong');
        client.close();
      });

      it('refuses by the ack, and unsubscribes', async () => {
        const who = somebody();
        const client = await enter(transports, who);
        const channel = `balance:${who.address}`;
        assert.deepEqual(await ask(client, 'subscribe', {channel: 'balance:0xzz'}), {success: false, error: 'invalid'});
        assert.deepEqual(await ask(client, 'subscribe', {channel: 'kyc:alice'}), {success: false, error: 'invalid'});
        assert.deepEqual(await ask(client, 'subscribe', {channel: 'nft:0x999'}), {success: false, error: 'unauthorized'});
        assert.deepEqual(await ask(client, 'subscribe', {channel: channel.toUpperCase().replace('BALANCE', 'balance')}), {success: true});
        assert.deepEqual(await ask(client, 'unsubscribe', {channel}), {success: true});
        client.onAny((name) => assert.fail(`${name} came`));
        await publish(channel, 1);
        await ask(client, 'ping');
        client.close();
      });

      it('disconnects whoever has no token, or one that is not ours', async () => {
        const forged = token('ada', {secret: 'another-secret-that-is-long-enough-too'});
        for (const query of [{}, {token: 'nonsense'}, {token: forged}]) {
          const client = socket(transports, query);
          client.connect();
          const [reason] = await next(client, 'disconnect');
          assert.equal(reason, 'io server disconnect');
          assert.equal(client.active, false);
          client.close();
        }
      });

      it('gives a client that was cut off what it missed, in order and once', async () => {
        const who = somebody();
        const channel = `balance:${who.address}`;
        const client = await enter(transports, who);
        const seen = [];
        client.on(channel, ({payload}) => seen.push(payload));
        await ask(client, 'subscribe', {channel});
        await ask(client, 'subscribe', {channel: 'notifications'});
        await publish(channel, 0);
        await ask(client, 'ping');
        const {id} = client;
        const told = next(client, 'told');
        client.io.reconnectionDelay(500);
        client.io.engine.close();
        for (let n = 1; n <= 10; n++) {
          await publish(channel, n);
        }
        await send(who.user, 'told', 'while you were away');
        await next(client, 'connect');
        assert.equal(client.recovered, true);
        assert.equal(client.id, id);
        await publish(channel, 11);
        await ask(client, 'ping');
        assert.deepEqual(seen, Array.from({length: 12}, (_, n) => n));
        assert.equal((await told)[0].payload, 'while you were away');
        client.close();
      });

      if (transports.length > 1) {
        it('moves from polling to a WebSocket', async () => {
          const client = await enter(transports, somebody());
          if (client.io.engine.transport.name !== 'websocket') {
            await next(client.io.engine, 'upgrade');
          }
          assert.equal(client.io.engine.transport.name, 'websocket');
          assert.equal((await ask(client, 'ping')).type, 'pong');
          client.close();
        });
      }

      it(`loses and doubles nothing at ${CLIENTS} clients that are cut off and come back`, async () => {
        await storm(demo, {transports, socket, publish});
      });
    });
  }

  describe('the wallet, by npm ws', () => {
    const open = (who) => Client.open(`${demo.wallet.replace('http', 'ws')}/ws?token=${who.token}`);

    it('answers the same on plain WebSocket', async () => {
      const who = somebody();
      const client = await open(who);
      client.send({channel: `balance:${who.address}`});
      assert.deepEqual(await client.next(({success}) => success !== undefined), {success: true});
      await publish(`balance:${who.address}`, {balance: '2'});
      const {type, payload, timestamp, ...more} = await client.next(`balance:${who.address}`);
      assert.deepEqual([payload, more], [{balance: '2'}, {}]);
      await client.cut();
      await publish(type, {balance: '3'});
      const again = await open(who);
      again.send({type: 'subscribe', channel: type, since: timestamp});
      assert.deepEqual(await again.next(({success}) => success), {success: true, recovered: true});
      assert.deepEqual((await again.next(type)).payload, {balance: '3'});
      await again.close();
    });

    it('keeps what a user is sent until a session subscribes to notifications', async () => {
      const who = somebody();
      await send(who.user, 'first', 1);
      const client = await open(who);
      client.send({type: 'ping'});
      await client.next('pong');
      await send(who.user, 'second', 2);
      client.send({channel: 'notifications'});
      assert.deepEqual(await client.next(({success}) => success), {success: true});
      assert.equal((await client.next('first')).payload, 1);
      assert.equal((await client.next('second')).payload, 2);
      await client.close();
    });
  });
}

/** A hop that can be cut. */
async function hop(url) {
  const {hostname, port} = new URL(url);
  const open = new Set();
  const server = createServer((inward) => {
    const outward = dial(Number(port), hostname);
    for (const [one, other] of [
      [inward, outward],
      [outward, inward],
    ]) {
      open.add(one);
      one.setNoDelay(true);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut: () => open.forEach((each) => each.destroy()),
    close: () => {
      open.forEach((each) => each.destroy());
      server.close();
    },
  };
}

/**
 * Many clients subscribe to one channel while it is published to; they are cut off, by themselves or by the hop between,
 * and come back. Each must end with every publication, once and in order.
 */
async function storm(demo, {transports, socket, publish}) {
  const HEALED = 75_000;
  const ROUNDS = 4;
  const EACH = 25;
  const who = somebody();
  const channel = `balance:${who.address}`;
  const middle = await hop(demo.wallet);
  const clients = [];
  const settled = (client) => client.connected && client.io.engine.transport.name === transports.at(-1);
  try {
    for (let i = 0; i < CLIENTS; i++) {
      const client = socket(transports, {token: who.token}, i % 2 === 0 ? middle.url : demo.wallet);
      client.seen = [];
      client.returns = 0;
      client.on(channel, ({payload}) => client.seen.push(payload));
      client.on('connect', () => (client.returns += client.recovered ? 1 : 0));
      clients.push(client);
    }
    await inBatches(clients, async (client) => {
      client.connect();
      await next(client, 'connect');
      assert.deepEqual(await ask(client, 'subscribe', {channel}), {success: true});
    });
    let n = 0;
    await until(() => clients.every(settled), HEALED);
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < EACH; i++) {
        await publish(channel, n++);
        if (i === 5) {
          middle.cut();
        }
        if (i === 10) {
          clients.filter((_, at) => at % 4 === 1 + 2 * (round % 2)).forEach((client) => client.io.engine?.close());
        }
      }
      // An upgrade that is cut off in its middle leaves the client's polling paused until its ping timeout of 45 s: that
      // is the client's own, and no test of ours.
      await until(() => clients.every(settled), HEALED);
    }
    await until(() => clients.every(({seen}) => seen.length >= n), HEALED);
    const all = Array.from({length: n}, (_, each) => each);
    for (const {seen} of clients) {
      assert.deepEqual(seen, all);
    }
    const returns = clients.reduce((sum, client) => sum + client.returns, 0);
    assert.ok(returns >= CLIENTS, `only ${returns} returns were recovered`);
  } finally {
    clients.forEach((client) => client.close());
    middle.close();
  }
}

async function inBatches(all, task) {
  for (let at = 0; at < all.length; at += 50) {
    await Promise.all(all.slice(at, at + 50).map(task));
  }
}

async function until(holds, within) {
  const deadline = Date.now() + within;
  while (!holds() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
