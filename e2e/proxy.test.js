// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer as createHttpServer} from 'node:http';
import {connect, createServer} from 'node:net';
import {afterEach, beforeEach, describe, it} from 'node:test';
import WebSocket, {WebSocketServer} from 'ws';
import {FaultProxy} from './proxy.js';

describe('the fault proxy', () => {
  let echo;
  let arrived;
  let proxy;

  beforeEach(async () => {
    arrived = [];
    echo = createServer((socket) => {
      arrived.push(socket);
      socket.on('error', () => {}).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await FaultProxy.to(echo.address().port);
  });
  afterEach(async () => {
    await proxy.close();
    echo.close();
    arrived.forEach((socket) => socket.destroy());
  });

  const open = async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.failed = new Promise((failed) => socket.on('error', failed));
    socket.ended = new Promise((ended) => socket.on('close', ended));
    await once(socket, 'connect');
    return socket;
  };
  const say = async (socket, text) => {
    socket.write(text);
    const [said] = await once(socket, 'data');
    return said.toString();
  };

  it('lets through what it is given, both ways', async () => {
    const socket = await open();
    assert.equal(await say(socket, 'hello'), 'hello');
    assert.equal(proxy.connections, 1);
    const large = Buffer.alloc(3_000_000, 'x');
    socket.end(large);
    let received = 0;
    for await (const chunk of socket) {
      received += chunk.length;
    }
    assert.equal(received, large.length);
  });

  it('resets every connection at a cut, on both sides, and takes new ones', async () => {
    const socket = await open();
    await say(socket, 'hello');
    const gone = new Promise((closed) => arrived[0].on('close', closed));
    proxy.cut();
    assert.equal((await socket.failed).code, 'ECONNRESET');
    await gone;
    assert.equal(proxy.connections, 0);
    assert.equal(await say(await open(), 'again'), 'again');
  });

  it('ends every connection in order when a cut is to be one', async () => {
    const socket = await open();
    await say(socket, 'hello');
    const errors = [];
    socket.on('error', (error) => errors.push(error)).resume();
    proxy.cut('end');
    await socket.ended;
    assert.deepEqual(errors, []);
  });

  it('cuts after a number of bytes to the client', async () => {
    const socket = await open();
    await say(socket, 'hello');
    const cut = proxy.cutAfter(10, 'end');
    socket.write('0123456789abcdef');
    const received = Buffer.concat(await socket.toArray());
    await cut;
    assert.equal(received.toString(), '0123456789');
  });

  it('swallows everything as a black hole, tells nobody, and lets it go when it is healed', async () => {
    const socket = await open();
    await say(socket, 'hello');
    proxy.blackHole();
    const late = await open();
    late.write('later');
    const heard = [];
    for (const each of [socket, late, arrived[0]]) {
      each.on('data', (data) => heard.push(data.toString())).on('end', () => heard.push('ended'));
    }
    arrived[0].end('into the void');
    await new Promise((done) => setTimeout(done, 100));
    assert.deepEqual(heard, []);
    assert.equal(proxy.connections, 2);

    const all = [once(late, 'data'), once(socket, 'data'), once(socket, 'end')];
    await proxy.heal();
    const [[later], [held]] = await Promise.all(all);
    assert.equal(`${later} ${held}`, 'later into the void');
  });

  it('closes its port when it refuses, leaves what is open, and opens the same port again', async () => {
    const socket = await open();
    await say(socket, 'hello');
    await proxy.refuse();
    const refused = connect(proxy.port, '127.0.0.1');
    const [error] = await once(refused, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
    assert.equal(await say(socket, 'still here'), 'still here');
    await proxy.heal();
    assert.equal(await say(await open(), 'again'), 'again');
  });

  it('goes on to another port when it is told to', async () => {
    const other = createServer((socket) => socket.on('error', () => {}).end('other')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    proxy.retarget(other.address().port);
    const [said] = await once(await open(), 'data');
    assert.equal(said.toString(), 'other');
    other.close();
  });
});

describe('the fault proxy in front of HTTP', () => {
  let server;
  let proxy;

  beforeEach(async () => {
    server = createHttpServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray());
      response.writeHead(200, {'Content-Type': request.headers.accept ?? 'text/plain'}).end(`${request.method} ${body}`);
    });
    new WebSocketServer({server}).on('connection', (socket) => socket.on('message', (data) => socket.send(data.toString())));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await FaultProxy.to(server.address().port);
  });
  afterEach(async () => {
    await proxy.close();
    server.close();
  });

  const ask = (accept, body) => fetch(`http://127.0.0.1:${proxy.port}/x`, {method: 'POST', headers: {accept}, body});
  const upgrade = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/ws`);
    const [outcome] = await Promise.race([
      once(socket, 'open').then(() => [101]),
      once(socket, 'unexpected-response').then(([request, {statusCode}]) => (request.destroy(), [statusCode])),
    ]);
    return {socket, outcome};
  };

  it('knows WebSockets, and refuses only them', async () => {
    const before = await upgrade();
    assert.equal(before.outcome, 101);
    assert.equal(proxy.webSockets, 1);
    await proxy.refuse('websockets');
    assert.equal((await upgrade()).outcome, 403);
    assert.equal((await ask('text/event-stream', 'a')).status, 200);
    before.socket.send('GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
    assert.match((await once(before.socket, 'message'))[0].toString(), /^GET/);
    await proxy.heal();
    const after = await upgrade();
    assert.equal(after.outcome, 101);
    after.socket.terminate();
    before.socket.terminate();
    assert.deepEqual(
      proxy.requests.map(({path, refused}) => `${path} ${refused}`),
      ['/ws false', '/ws true', '/x false', '/ws false'],
    );
  });

  it('refuses event streams too, on connections that are used again as well', async () => {
    assert.equal(await (await ask('text/event-stream', 'Upgrade: websocket')).text(), 'POST Upgrade: websocket');
    await proxy.refuse('streams');
    assert.equal((await ask('application/x-ndjson', 'b'.repeat(100_000))).status, 200);
    assert.equal((await ask('text/event-stream', 'c')).status, 403);
    assert.equal((await upgrade()).outcome, 403);
    assert.equal(await (await ask('application/x-ndjson', 'd')).text(), 'POST d');
  });
});
