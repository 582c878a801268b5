// SPDX-License-Identifier: Apache-2.0
import { Server, type Frame, type Peer } from './server.ts';

/** A server of the native wire (protocol/SPEC.md), as much of it as the hooks use. */
export class Native {
  readonly server: Server;
  members: { user: string }[] = [];
  /** The answers about presence that were held back. */
  held: (() => void)[] | undefined;
  #offset = 0;

  static async start(): Promise<Native> {
    const holder: { native?: Native } = {};
    const server = await Server.start((frame, peer) => holder.native!.#answer(frame, peer));
    holder.native = new Native(server);
    return holder.native;
  }

  private constructor(server: Server) {
    this.server = server;
  }

  publish(channel: string, data: unknown): void {
    this.#offset++;
    this.push({ type: 'publication', channel, offset: this.#offset, tag: 't', time: 1, data });
  }

  push(frame: object): void {
    this.server.open.forEach((peer) => peer.send(frame));
  }

  commands(type: string): Frame[] {
    return this.server.peers.flatMap((peer) => peer.of(type));
  }

  get #position(): object {
    return { epoch: 'e', offset: this.#offset, tag: 't' };
  }

  #members(answer: () => void): void {
    if (this.held) {
      this.held.push(answer);
    } else {
      answer();
    }
  }

  #answer({ type, id, channel }: Frame, peer: Peer): void {
    switch (type) {
      case 'connect':
        peer.send({ type: 'connected', id, version: 1, session: 's', pingInterval: 25_000 });
        break;
      case 'subscribe':
        if (channel === 'secret') {
          peer.send({ type: 'error', id, code: 'permission_denied', message: 'no', field: 'channel' });
        } else {
          peer.send({ type: 'subscribed', id, channel, position: this.#position });
        }
        break;
      case 'unsubscribe':
        peer.send({ type: 'unsubscribed', id, channel });
        break;
      case 'publish':
        peer.send({ type: 'published', id, position: this.#position });
        break;
      case 'presence':
        this.#members(() => peer.send({ type: 'presence', id, channel, members: this.members }));
        break;
    }
  }
}
