// SPDX-License-Identifier: Apache-2.0
import {once} from 'node:events';
import WebSocket from 'ws';

const PATIENCE = 5_000;

/** A WebSocket of npm's `ws` that keeps what it is sent until a test asks for it. */
export class Client {
  #socket;
  #kept = [];
  #waiting = [];
  #lastId = 0;

  /** Everything that ever came, parsed. */
  all = [];

  constructor(url, options) {
    this.#socket = new WebSocket(url, options);
    this.closed = once(this.#socket, 'close').then(([code, reason]) => ({code, reason: reason.toString()}));
    this.#socket.on('message', (data, binary) => this.#received(binary ? data : JSON.parse(data.toString())));
    this.#socket.on('error', () => {});
  }

  static async open(url, options) {
    const client = new Client(url, options);
    await once(client.#socket, 'open');
    return client;
  }

  /** What was agreed on at the upgrade. */
  get extensions() {
    return this.#socket.extensions;
  }

  /** The HTTP status that an upgrade is refused with. */
  static refusal(url, options) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, options);
      socket.on('unexpected-response', (request, response) => {
        request.destroy();
        resolve(response.statusCode);
      });
      socket.on('open', () => {
        socket.terminate();
        reject(new Error('it was upgraded'));
      });
      socket.on('error', () => {});
    });
  }

  /** Connected with the native protocol. */
  static async connected(url, token, options) {
    const client = await Client.open(url, options);
    const reply = await client.ask({type: 'connect', version: 1, token});
    if (reply.type !== 'connected') {
      throw new Error(`not connected: ${JSON.stringify(reply)}`);
    }
    return client;
  }

  send(message) {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Sends a command with an id, and answers its reply. */
  ask(command) {
    const id = ++this.#lastId;
    this.send({...command, id});
    return this.next((message) => message.id === id);
  }

  /** The first message that was not taken yet and matches; those before it are kept for others. */
  next(wanted, what = wanted.toString()) {
    const matches = typeof wanted === 'string' ? (message) => message.type === wanted : wanted;
    const at = this.#kept.findIndex(matches);
    if (at >= 0) {
      return Promise.resolve(this.#kept.splice(at, 1)[0]);
    }
    return new Promise((resolve, reject) => {
      const waiting = {matches, resolve};
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new Error(`nothing came that is ${what}; kept: ${JSON.stringify(this.#kept).slice(0, 500)}`));
      }, PATIENCE);
      waiting.resolve = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
      this.#waiting.push(waiting);
    });
  }

  /** Cuts the connection without a word, as a lost network does. */
  cut() {
    this.#socket.terminate();
    return this.closed;
  }

  close() {
    this.#socket.close(1000);
    return this.closed;
  }

  #received(message) {
    this.all.push(message);
    const at = this.#waiting.findIndex(({matches}) => matches(message));
    if (at >= 0) {
      this.#waiting.splice(at, 1)[0].resolve(message);
    } else {
      this.#kept.push(message);
    }
  }
}
