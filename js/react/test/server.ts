// SPDX-License-Identifier: Apache-2.0
import type { WebSocketConstructor } from '@fanfare/client';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { waitFor } from '@testing-library/react';

/** How often a WebSocket was made, by host; one that is closed at once never comes to the server. */
const dialed = new Map<string, number>();

class Counted extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    const { host } = new URL(url);
    dialed.set(host, (dialed.get(host) ?? 0) + 1);
  }
}

export const NodeWebSocket = Counted as unknown as WebSocketConstructor;

/** What a client says; which of it is there depends on the wire. */
export interface Frame {
  readonly type: string;
  readonly id: number;
  readonly channel: string;
  readonly userId: string;
}

/** One connection, as the server sees it. */
export class Peer {
  readonly url: string;
  readonly heard: Frame[] = [];
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.#socket = socket;
    this.url = request.url ?? '';
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame: object | string): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, reason);
  }

  /** As when a network goes: without a close. */
  cut(): void {
    this.#socket.terminate();
  }

  of(type: string): Frame[] {
    return this.heard.filter((frame) => frame.type === type);
  }
}

export type Answers = (frame: Frame, peer: Peer) => void;

/** A real server of WebSockets, and of HTTP, which answers as the test says. */
export class Server {
  readonly peers: Peer[] = [];
  /** How many of the next upgrades are answered with 400. */
  refusals = 0;
  upgrades = 0;
  http: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.writeHead(404).end();
  welcome: (peer: Peer) => void = () => undefined;
  readonly #server: HttpServer;
  readonly #sockets = new WebSocketServer({ noServer: true });

  static async start(answers: Answers): Promise<Server> {
    const server = new Server(answers);
    await new Promise<void>((listening) => server.#server.listen(0, '127.0.0.1', listening));
    return server;
  }

  private constructor(answers: Answers) {
    this.#server = createServer((request, response) => this.http(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      this.upgrades++;
      if (this.refusals > 0) {
        this.refusals--;
        socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (opened) => {
        const peer = new Peer(opened, request);
        this.peers.push(peer);
        opened.on('message', (data) => {
          // eslint-disable-next-line @typescript-eslint/no-base-to-string -- ws hands over a Buffer
          const frame = JSON.parse(data.toString()) as Frame;
          peer.heard.push(frame);
          answers(frame, peer);
        });
        this.welcome(peer);
      });
    });
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `ws://${this.host}`;
  }

  get open(): Peer[] {
    return this.peers.filter((peer) => peer.open);
  }

  /** How many WebSockets were made to connect here. */
  get dialed(): number {
    return dialed.get(this.host) ?? 0;
  }

  get last(): Peer {
    return this.peers.at(-1)!;
  }

  async stop(): Promise<void> {
    this.peers.forEach((peer) => peer.cut());
    this.#server.closeAllConnections();
    await new Promise((stopped) => this.#server.close(stopped));
  }
}

/** Waits for an effect. */
export function eventually(check: () => void): Promise<void> {
  return waitFor(check, { timeout: 10_000, interval: 5 });
}
