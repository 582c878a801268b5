// SPDX-License-Identifier: Apache-2.0
import { type Channel, Fanfare, type FanfareError, type LinkFactory, type LinkListener } from '../src/index.ts';
import type { Position, Publication, ServerFrame, Subscription } from '../src/index.ts';
import { Cable, settled, Time } from './time.ts';

/** A case of protocol/cases/clients.json; its README says what the steps are. */
export interface Case {
  readonly name: string;
  readonly transports?: string[];
  /** The program's token; `asked` where it is asked for one. */
  readonly token?: string;
  readonly random?: number;
  readonly since?: Position;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly do: Input;
  readonly expect: readonly Output[];
}

export type Output = Record<string, unknown>;

export type Input = Readonly<
  Partial<{
    connect: true;
    close: true;
    frame: ServerFrame;
    lost: { code?: number; message: string };
    advance: number;
    sleep: number;
    network: 'online' | 'offline';
    subscribe: string;
    unsubscribe: string;
    publish: { channel: string; data: unknown; key: string };
    send: { handler: string; data: unknown };
    /** Null: the program is asked, and does not answer. */
    token: string | null;
    answer: { call: number; token: string };
  }>
>;

/** Runs one case: a client on links that do what the script says, at the script's time. */
export class Script {
  readonly #time = new Time();
  readonly #cable = new Cable();
  readonly #fanfare: Fanfare;
  readonly #options: Case;
  readonly #subscriptions = new Map<string, Subscription>();
  #said: Output[] = [];
  #listener: LinkListener | undefined;
  #token: string | null = 't1';
  /** What answers the calls that the program has not answered. */
  readonly #calls: ((token: string) => void)[] = [];

  constructor(options: Case) {
    this.#options = options;
    const { token, transports = ['websocket'], random = 0.5 } = options;
    this.#fanfare = new Fanfare('ws://server/ws', {
      ...(token === undefined ? {} : { token: token === 'asked' ? () => this.#asked() : token }),
      transports: transports.map((name) => this.#link(name)),
      random: () => random,
      clock: this.#time,
      network: this.#cable,
    });
    this.#fanfare.on('state', (state) => this.#say({ state }));
    this.#fanfare.on('error', ({ code }) => this.#say({ error: code }));
  }

  /** What the client does about it. */
  async step(input: Input): Promise<Output[]> {
    await this.#do(input);
    await settled();
    const said = this.#said;
    this.#said = [];
    // As JSON has it.
    return JSON.parse(JSON.stringify(said)) as Output[];
  }

  async #do(input: Input): Promise<void> {
    const { frame, lost, publish, send } = input;
    if (input.connect) {
      this.#fanfare.connect();
    } else if (input.close) {
      this.#fanfare.close();
    } else if (frame !== undefined) {
      this.#listener?.frame(frame);
    } else if (lost !== undefined) {
      this.#listener?.lost(lost);
    } else if (input.advance !== undefined) {
      await this.#time.advance(input.advance);
    } else if (input.sleep !== undefined) {
      await this.#time.sleep(input.sleep);
    } else if (input.network !== undefined) {
      this.#cable.is(input.network);
    } else if (input.subscribe !== undefined) {
      this.#subscribe(input.subscribe);
    } else if (input.unsubscribe !== undefined) {
      this.#subscriptions.get(input.unsubscribe)?.unsubscribe();
    } else if (publish !== undefined) {
      const { channel, data, key } = publish;
      this.#settles('published', this.#fanfare.channel(channel).publish(data, { key }));
    } else if (send !== undefined) {
      this.#settles('replied', this.#fanfare.send(send.handler, send.data));
    } else if (input.token !== undefined) {
      this.#token = input.token;
    } else if (input.answer !== undefined) {
      this.#calls[input.answer.call - 1]!(input.answer.token);
    }
  }

  #subscribe(name: string): void {
    const { since } = this.#options;
    const channel = this.#fanfare.channel(name, since === undefined ? {} : { since });
    this.#listen(channel);
    const heard = ({ offset, data }: Publication): void => this.#say({ publication: { channel: name, offset, data } });
    this.#subscriptions.set(name, channel.subscribe(heard));
  }

  #listen(channel: Channel): void {
    channel.on('gap', (gap) => this.#say({ gap }));
    channel.on('subscribed', (subscribed) => this.#say({ subscribed: { channel: channel.name, ...subscribed } }));
    channel.on('unsubscribed', ({ code }) => this.#say({ unsubscribed: { channel: channel.name, code } }));
    channel.on('error', ({ code }) => this.#say({ refused: { channel: channel.name, code } }));
  }

  #settles(what: string, promise: Promise<unknown>): void {
    promise.then(
      (value) => this.#say({ [what]: value }),
      (error: unknown) => this.#say({ failed: (error as FanfareError).code }),
    );
  }

  #asked(): string | Promise<string> {
    this.#say({ asked: 'token' });
    return this.#token ?? new Promise((resolve) => this.#calls.push(resolve));
  }

  #link(name: string): LinkFactory {
    const duplex = name === 'websocket';
    return {
      name,
      duplex,
      open: (opening, listener) => {
        this.#listener = listener;
        const whole = (): Output[] => [opening.connect(), ...(duplex ? [] : opening.standing())];
        this.#say({ open: name, with: whole() });
        return {
          send: (command) => this.#say({ sent: command }),
          reopen: () => this.#say({ reopen: name, with: whole() }),
          close: () => this.#say({ closed: name }),
        };
      },
    };
  }

  #say(output: Output): void {
    this.#said.push(output);
  }
}
