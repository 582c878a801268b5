// SPDX-License-Identifier: Apache-2.0
// A program of its own, whose global object is another than this Node's: `node environment.js window <url> <token>`.
// It connects by every transport, is told what it publishes, and prints what it came to.
import WebSocket from 'ws';

const [, , window, url, token] = process.argv;
globalThis.window = window === 'empty' ? {} : globalThis;

const {Fanfare} = await import('../js/client/dist/index.js');
const {Socket} = await import('../js/client/dist/socket.js');
const {tabs} = await import('../js/client/dist/tabs.js');
await import('../js/client/dist/encryption.js');

const came = [];
for (const transport of [tabs(), 'websocket', 'sse', 'poll']) {
  const fanfare = new Fanfare(url, {WebSocket, token, transports: [transport]});
  fanfare.connect();
  const channel = fanfare.channel('lobby');
  const heard = new Promise((resolve) => channel.subscribe(({data}) => resolve(data)));
  await channel.publish(came.length);
  came.push([fanfare.state.transport, await heard]);
  fanfare.close();
}
const socket = new Socket(url, {WebSocket, policy: {kind: 'fixed', interval: 100}});
const open = new Promise((resolve) => socket.on('state', ({name}) => name === 'connected' && resolve(name)));
socket.open();
came.push(['socket', await open]);
socket.close();
console.log(JSON.stringify(came));
