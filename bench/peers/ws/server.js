// SPDX-License-Identifier: Apache-2.0
// What is sent on /pub goes to everyone on /sub; what is sent on /echo comes back. The ordinary way to broadcast with
// ws, at its best: no compression, one buffer for all, and no UTF-8 check of what the publisher sent.
import { WebSocketServer } from 'ws';

const port = Number(process.argv[2] ?? 9001);
const subscribers = new Set();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port,
  perMessageDeflate: false,
  skipUTF8Validation: true,
  backlog: 4096,
});

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
      });
      break;
    default:
      socket.on('message', (data) => socket.send(data, { binary: false }));
  }
});
server.on('listening', () => console.log(`ws ready on ${port}`));
process.on('SIGTERM', () => process.exit(0));
