// SPDX-License-Identifier: Apache-2.0
// What is sent on /pub goes to everyone on /sub, and to whoever follows the server-sent events at /events; what is sent
// on /echo comes back. The ordinary way to broadcast with ws and with Node's own http, at its best: no compression, one
// buffer for all, and no UTF-8 check of what the publisher sent.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const port = Number(process.argv[2] ?? 9001);
const subscribers = new Set();
const followers = new Set();
const http = createServer((request, response) => {
  response.on('close', () => followers.delete(response));
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).flushHeaders();
  followers.add(response);
});
const server = new WebSocketServer({ server: http, perMessageDeflate: false, skipUTF8Validation: true });

server.on('connection', (socket, request) => {
  socket.on('error', () => socket.terminate());
  switch (request.url) {
    case '/sub':
      subscribers.add(socket);
      socket.on('close', () => subscribers.delete(socket));
      break;
    case '/pub':
      socket.on('message', (data) => {
        for (const subscriber of subscribers) {
          subscriber.send(data, { binary: false });
        }
        if (followers.size > 0) {
          const event = Buffer.from(`data: ${data}\n\n`);
          for (const follower of followers) {
            follower.write(event);
          }
        }
      });
      break;
    default:
      socket.on('message', (data) => socket.send(data, { binary: false }));
  }
});
http.listen({ host: '127.0.0.1', port, backlog: 4096 }, () => console.log(`ws ready on ${port}`));
process.on('SIGTERM', () => process.exit(0));
