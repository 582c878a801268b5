// SPDX-License-Identifier: Apache-2.0
import {once} from 'node:events';
import {connect, createServer} from 'node:net';

const HEAD_LIMIT = 64 * 1024;
const KEPT_REQUESTS = 1_000;
const FORBIDDEN = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** What `refuse` may be told to refuse, and whether a request is that. */
const REFUSALS = {
  everything: () => true,
  websockets: ({upgrade}) => upgrade,
  streams: ({upgrade, stream}) => upgrade || stream,
};

/**
 * A network between a browser and a server, on the loopback, that fails when it is told to. It forwards bytes, and reads
 * as much of HTTP/1.1 as it takes to know an upgrade and an event stream when they are asked for.
 */
export class FaultProxy {
  #target;
  #server;
  #port;
  #pairs = new Set();
  #refusal = null;
  #swallows = false;
  #budget = null;

  /** Every request that came through or was refused, the newest last: `{method, path, upgrade, stream, refused}`. */
  requests = [];

  constructor(target) {
    this.#target = Number(target);
  }

  /** A proxy that listens, in front of a port of this machine. */
  static async to(target) {
    const proxy = new FaultProxy(target);
    await proxy.#listen(0);
    return proxy;
  }

  get port() {
    return this.#port;
  }

  /** How many connections of clients are open. */
  get connections() {
    return this.#pairs.size;
  }

  /** How many of those are WebSockets. */
  get webSockets() {
    return [...this.#pairs].filter(({upgraded}) => upgraded).length;
  }

  /** From now on new connections go to another port: a server that has come back somewhere else. */
  retarget(port) {
    this.#target = Number(port);
  }

  /** Ends every connection, on both sides: by a reset, or (`'end'`) in order. New ones are taken. */
  cut(how = 'reset') {
    for (const pair of [...this.#pairs]) {
      this.#cutPair(pair, how);
    }
  }

  /** Lets so many more bytes to clients, and then cuts every connection, once. Settles when that has happened. */
  cutAfter(bytes, how = 'reset') {
    return new Promise((done) => (this.#budget = {bytes, how, done}));
  }

  /** Keeps every connection open, takes new ones, and lets nothing through in either direction. */
  blackHole() {
    this.#swallows = true;
    this.#pairs.forEach((pair) => pair.flow());
  }

  /**
   * From now on, refuses: `'everything'` closes the port; `'websockets'` answers upgrades with 403; `'streams'` does that to
   * event streams too. What is open stays open: to end that as well, `cut()`.
   */
  async refuse(what = 'everything') {
    if (!(what in REFUSALS)) {
      throw new TypeError(`there is no way to refuse ${what}`);
    }
    this.#refusal = what;
    if (what === 'everything') {
      await this.#deafen();
    } else {
      await this.#listen(this.#port);
    }
  }

  /** Undoes whatever was done: what a black hole has kept goes on its way, as it does when a route comes back. */
  async heal() {
    this.#refusal = null;
    this.#swallows = false;
    this.#budget = null;
    this.#pairs.forEach((pair) => pair.flow());
    await this.#listen(this.#port);
  }

  async close() {
    this.cut();
    await this.#deafen();
  }

  async #listen(port) {
    if (this.#server) {
      return;
    }
    this.#server = createServer({allowHalfOpen: true, noDelay: true}, (client) => this.#accept(client));
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  async #deafen() {
    const server = this.#server;
    this.#server = null;
    // It stops listening at once. Its own 'close' would wait for the connections that are left open.
    server?.close();
  }

  #accept(client) {
    const server = connect({port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true});
    const pair = {client, server, upgraded: false, requests: new Requests(), late: [], flow: () => this.#flow(pair)};
    this.#pairs.add(pair);
    this.#forward(pair, client, server, (chunk) => this.#judge(pair, chunk));
    this.#forward(pair, server, client, (chunk) => this.#spend(chunk));
    pair.flow();
  }

  #forward(pair, from, to, pass) {
    from.on('data', (chunk) => {
      const allowed = pass(chunk);
      if (allowed.length > 0 && !to.destroyed && !to.write(allowed)) {
        from.pause();
      }
    });
    to.on('drain', () => this.#swallows || from.resume());
    from.on('end', () => this.#tell(pair, () => to.end()));
    from.on('error', () => this.#tell(pair, () => this.#cutPair(pair, 'reset')));
    from.on('close', () => this.#tell(pair, () => this.#closed(pair)));
  }

  /** Does what one side's end means for the other: in a black hole nobody hears of it before it is healed. */
  #tell(pair, action) {
    if (this.#swallows) {
      pair.late.push(action);
    } else {
      action();
    }
  }

  /** What of a client's bytes may go on. */
  #judge(pair, chunk) {
    const out = [];
    for (const part of pair.requests.read(chunk)) {
      if (part.request) {
        const refused = this.#refusal !== null && REFUSALS[this.#refusal](part.request);
        this.requests.push({...part.request, refused});
        this.requests.splice(0, this.requests.length - KEPT_REQUESTS);
        if (refused) {
          pair.client.end(FORBIDDEN);
          pair.server.destroy();
          return Buffer.alloc(0);
        }
        pair.upgraded ||= part.request.upgrade;
      }
      out.push(part.bytes);
    }
    return Buffer.concat(out);
  }

  /** What of a server's bytes may go on. */
  #spend(chunk) {
    const budget = this.#budget;
    if (budget === null) {
      return chunk;
    }
    if (chunk.length < budget.bytes) {
      budget.bytes -= chunk.length;
      return chunk;
    }
    this.#budget = null;
    setImmediate(() => {
      this.cut(budget.how);
      budget.done();
    });
    return chunk.subarray(0, budget.bytes);
  }

  #flow(pair) {
    for (const socket of [pair.client, pair.server]) {
      if (this.#swallows) {
        socket.pause();
      } else {
        socket.resume();
      }
    }
    if (!this.#swallows) {
      pair.late.splice(0).forEach((action) => action());
    }
  }

  #cutPair(pair, how) {
    this.#pairs.delete(pair);
    for (const socket of [pair.client, pair.server]) {
      if (how === 'end' && !socket.destroyed) {
        socket.end(() => socket.destroy());
      } else if (socket.writableEnded) {
        // What is being shut down cannot be reset any more.
        socket.destroy();
      } else {
        socket.resetAndDestroy();
      }
    }
  }

  #closed(pair) {
    if (pair.client.destroyed) {
      this.#pairs.delete(pair);
      pair.server.destroy();
    } else {
      pair.client.end();
    }
  }
}

/** Finds where requests begin in what a client sends on one connection. After an upgrade, nothing is looked at any more. */
class Requests {
  #head = Buffer.alloc(0);
  #body = 0;
  #opaque = false;

  /** Parts of `{bytes, request?}`: with a request, the bytes are its head. An unfinished head is kept for later. */
  read(chunk) {
    const parts = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#opaque || this.#body > 0) {
        const length = this.#opaque ? rest.length : Math.min(this.#body, rest.length);
        this.#body -= this.#opaque ? 0 : length;
        parts.push({bytes: rest.subarray(0, length)});
        rest = rest.subarray(length);
        continue;
      }
      this.#head = Buffer.concat([this.#head, rest]);
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0 && this.#head.length < HEAD_LIMIT && /^[A-Z]{0,10}( |$)/.test(this.#head.toString('latin1', 0, 12))) {
        break;
      }
      const head = this.#head;
      this.#head = Buffer.alloc(0);
      if (end < 0) {
        this.#opaque = true;
        rest = head;
        continue;
      }
      rest = head.subarray(end + 4);
      parts.push({bytes: head.subarray(0, end + 4), request: this.#understand(head.toString('latin1', 0, end))});
    }
    return parts;
  }

  #understand(head) {
    const [first, ...lines] = head.split('\r\n');
    const [method, path] = first.split(' ');
    const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
    const upgrade = headers.get('upgrade')?.toLowerCase() === 'websocket';
    this.#opaque = upgrade || headers.has('transfer-encoding');
    this.#body = Number(headers.get('content-length') ?? 0);
    return {method, path, upgrade, stream: /text\/event-stream/.test(headers.get('accept') ?? '')};
  }
}
