// SPDX-License-Identifier: Apache-2.0
// What npm's socket.io-client can do beyond what the wallet asks of it: bytes, acks both ways, namespaces, rooms.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {after, before, describe, it} from 'node:test';
import {fileURLToPath} from 'node:url';
import {io} from 'socket.io-client';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLASSES = ['dialect-socketio/target/test-classes', 'testkit/target/classes', 'build/app/*'];
const PATIENCE = 10_000;
const TRANSPORTS = [['polling'], ['websocket'], ['polling', 'websocket']];

const next = (emitter, name) => once(emitter, name, {signal: AbortSignal.timeout(PATIENCE)});

export function socketio() {
  let house;
  let url;

  /** The server that the protocol's published suites describe. */
  before(async () => {
    const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
    house = spawn(java, ['--enable-native-access=ALL-UNNAMED', '-cp', CLASSES.map((each) => ROOT + each).join(':'), 'dev.fanfare.socketio.HouseMain'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    house.stdout.setEncoding('utf8').on('data', (text) => (said += text));
    while (!url && house.exitCode === null) {
      await once(house.stdout, 'data', {signal: AbortSignal.timeout(PATIENCE)});
      url = said.match(/^http\S+\n/m)?.[0];
    }
    url = new URL(url).origin;
  });
  after(async () => {
    const gone = once(house, 'exit');
    house.stdin.end();
    await gone;
  });

  for (const transports of TRANSPORTS) {
    describe(`Socket.IO, by npm socket.io-client over ${transports.join(' and ')}`, () => {
      const enter = async (namespace = '/', more = {}) => {
        const socket = io(url + namespace, {transports, forceNew: true, ...more});
        await next(socket, 'connect');
        return socket;
      };

      it('carries bytes as attachments, anywhere in an event', async () => {
        const socket = await enter();
        const back = next(socket, 'message-back');
        socket.emit('message', Buffer.from([0, 1, 255]), 'text', {deep: [Buffer.from('ü')]});
        const [bytes, text, {deep}] = await back;
        assert.deepEqual([...bytes], [0, 1, 255]);
        assert.equal(text, 'text');
        assert.equal(Buffer.from(deep[0]).toString(), 'ü');
        socket.close();
      });

      it('acknowledges what a client asks, bytes too', async () => {
        const socket = await enter();
        const answer = await new Promise((resolve) =>
          socket.emit('message-with-ack', 1, '2', {3: [false]}, Buffer.from([7]), (...values) => resolve(values)),
        );
        assert.deepEqual(answer.slice(0, 3), [1, '2', {3: [false]}]);
        assert.deepEqual([...answer[3]], [7]);
        socket.close();
      });

      it('asks a client, and hears its ack', async () => {
        const socket = await enter();
        socket.on('question', (question, answer) => answer({echoed: question}));
        assert.deepEqual(await socket.timeout(PATIENCE).emitWithAck('ask-me', {of: 'life'}), {echoed: {of: 'life'}});
        socket.close();
      });

      it('asks a client that waits for an ack of its own', async () => {
        const socket = await enter();
        socket.on('question', async (question, answer) => answer(await socket.timeout(PATIENCE).emitWithAck('message-with-ack', question)));
        assert.equal(await socket.timeout(PATIENCE).emitWithAck('ask-me', 'both ways'), 'both ways');
        socket.close();
      });

      it('handles each of 3,500 events at once', async () => {
        const socket = await enter();
        socket.on('error', (error) => assert.fail(JSON.stringify(error)));
        const answers = Array.from({length: 3_500}, (_, i) => socket.timeout(PATIENCE).emitWithAck('message-with-ack', i));
        assert.deepEqual(
          await Promise.all(answers),
          answers.map((_, i) => i),
        );
        socket.close();
      });

      it('has namespaces over one connection, and refuses one that it has not', async () => {
        const main = await enter();
        const {id} = main;
        const custom = main.io.socket('/custom', {auth: {who: 'me'}});
        assert.deepEqual((await next(custom, 'auth'))[0], {who: 'me'});
        assert.notEqual(custom.id, id);
        const [fault] = await next(main.io.socket('/absent'), 'connect_error');
        assert.equal(fault.message, 'Invalid namespace');
        assert.equal(await main.timeout(PATIENCE).emitWithAck('message-with-ack', 1), 1);
        assert.equal(main.id, id);
        main.io._close();
      });

      it('puts sockets into rooms, and publishes to a room alone', async () => {
        const [inside, outside] = await Promise.all([enter(), enter()]);
        outside.onAny((name) => name !== 'auth' && assert.fail(`${name} came`));
        assert.equal(await inside.timeout(PATIENCE).emitWithAck('join', 'room:a'), true);
        const said = next(inside, 'said');
        await outside.timeout(PATIENCE).emitWithAck('say', 'hello');
        assert.equal((await said)[0], 'hello');
        assert.equal(await outside.timeout(PATIENCE).emitWithAck('message-with-ack', 1), 1);
        inside.close();
        outside.close();
      });

      it('gets no ack of an event that was not done, as with its own server', async () => {
        const socket = await enter();
        socket.on('error', ({message}) => assert.fail(message));
        for (const event of ['nobody', 'refuse', 'fail', 7]) {
          socket.emit(event);
          await assert.rejects(socket.timeout(300).emitWithAck(event, 'a'), /timed out/);
        }
        assert.equal(await socket.timeout(PATIENCE).emitWithAck('message-with-ack', 1), 1);
        socket.close();
      });

      it('names events by numbers, and stays connected', async () => {
        const main = await enter();
        const custom = main.io.socket('/custom');
        await next(custom, 'connect');
        const ids = [main.id, custom.id];
        const one = next(main, 'one');
        main.emit(0);
        main.emit(1, {x: 1});
        assert.deepEqual(await one, [{x: 1}]);
        assert.equal(await custom.timeout(PATIENCE).emitWithAck('message-with-ack', 1), 1);
        assert.deepEqual([main.id, custom.id], ids);
        main.io._close();
      });

      it('is told why the server ends it', async () => {
        const socket = await enter();
        const ended = next(socket, 'disconnect');
        socket.emit('leave-me');
        assert.equal((await ended)[0], 'io server disconnect');
        socket.close();
      });
    });
  }
}
