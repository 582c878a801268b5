// SPDX-License-Identifier: Apache-2.0
// What is published to a channel goes to everyone who subscribed to it. The ordinary way to broadcast with socket.io: a
// room for each channel, which encodes an event once for all; no compression, no connection state recovery.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const port = Number(process.argv[2] ?? 9002);
const server = createServer();
const io = new Server(server, { path: '/ws', serveClient: false });
const gateway = io.of('/ws');

gateway.on('connection', (socket) => {
  socket.on('subscribe', ({ channel }, answer) => {
    socket.join(channel);
    answer({ success: true });
  });
  socket.on('publish', ({ channel, data }, answer) => {
    gateway.to(channel).emit(channel, { type: channel, payload: data, timestamp: Date.now() });
    answer({ success: true });
  });
  socket.on('ping', (answer) => answer({ type: 'pong', timestamp: Date.now() }));
});
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => console.log(`socket.io ready on ${port}`));
process.on('SIGTERM', () => process.exit(0));
