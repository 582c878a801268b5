// SPDX-License-Identifier: Apache-2.0
import { FanfareError } from './error.ts';
import type { Command, ServerFrame } from './frames.ts';
import { absoluteUrl, type Ending, type Link, type LinkFactory, type LinkListener } from './link.ts';
import { poll } from './link-poll.ts';
import { sse } from './link-sse.ts';
import { websocket } from './link-websocket.ts';
import { Outgoing, type Request } from './outgoing.ts';
import { type Kept, Reconnect } from './reconnect.ts';
import { Token } from './token.ts';
import { Transports } from './transports.ts';
import type { Clock, FanfareOptions, State, TransportName } from './types.ts';

const LINKS: Record<TransportName, LinkFactory> = { websocket, sse, poll };
const SILENCE = 35_000;
const TOKEN_EXPIRED = 4005;
const INVALID_TOKEN = 4501;

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** Who uses a connection. */
export interface Connected {
  /** Everything that has to be said on every connection. */
  standing(): Command[];
  /** Whether the frame was taken; one that was not is a reply to what was asked. */
  heard(frame: ServerFrame): boolean;
  /** Whether the command that the server refused was one of `standing` or `tell`. */
  refused(id: number, error: FanfareError): boolean;
  /** What was said is not true any more, and will be said again. */
  lost(): void;
  /** There will be no connection any more, until the program wants one. */
  failed(error: FanfareError): void;
  changed(state: State): void;
  error(error: FanfareError): void;
}

/** One link after another, each with the token of now: what is said and asked goes over the one that is there. */
export class Connection {
  readonly #given: string | URL;
  readonly #options: FanfareOptions;
  readonly #user: Connected;
  readonly #reconnect: Reconnect;
  readonly #transports: Transports;
  readonly #outgoing: Outgoing;
  readonly #token: Token;
  #url: URL | undefined;
  #lastId = 0;
  #connectId = 0;
  #link: Link | undefined;
  /** Counts what was opened: what comes for an earlier one is late. */
  #turn = 0;
  /** Whether the transport has shown that it works; or was not even tried, as long as there is no token. */
  #answered = true;
  #reopening = false;

  constructor(url: string | URL, options: FanfareOptions, user: Connected) {
    this.#given = url;
    this.#options = options;
    this.#user = user;
    const { base, cap } = options.backoff ?? { base: 500, cap: 30_000 };
    this.#transports = new Transports(
      (options.transports ?? ['websocket', 'sse', 'poll']).map((one) => (typeof one === 'string' ? LINKS[one] : one)),
    );
    this.#reconnect = new Reconnect(this.#kept(), {
      policy: { kind: 'exponential', base, cap },
      silence: options.heartbeat ?? SILENCE,
      clock: options.clock,
      random: options.random,
      network: options.network,
    });
    this.#outgoing = new Outgoing(options.buffer ?? { messages: 1_000, bytes: 1 << 20 });
    this.#token = new Token(options.token, this.#reconnect, {
      due: () => void this.#refresh(),
      late: () => this.#show(),
    });
  }

  get state(): State {
    return this.#reconnect.state;
  }

  get clock(): Clock {
    return this.#reconnect.clock;
  }

  /** @throws TypeError when the URL is none, or relative where there is no page */
  start(): void {
    this.#url = absoluteUrl(this.#given);
    this.#reconnect.start();
  }

  stop(): void {
    this.#drop();
    this.#token.stop();
    this.#reconnect.stop();
  }

  /** The next id of a command. */
  id(): number {
    return ++this.#lastId;
  }

  random(): number {
    return this.#reconnect.random();
  }

  /** Asks the server, as soon as there is a connection. */
  ask(command: Request): Promise<ServerFrame> {
    const send = this.state.name === 'connected' ? (one: Command): void => this.#send(one) : undefined;
    return this.#outgoing.ask(command, send);
  }

  /**
   * What stands has changed: on a WebSocket these commands say so, elsewhere all of it is said anew. Nothing, where it was not
   * said yet.
   */
  tell(commands: () => Command[]): void {
    // On a WebSocket it is said once that is connected, elsewhere when it is opened.
    const { duplex } = this.#transports.current;
    if (this.state.name !== 'connected' && (this.#link === undefined || duplex)) {
      return;
    }
    if (duplex) {
      commands().forEach((command) => this.#send(command));
    } else {
      this.#reopen();
    }
  }

  /** After so many milliseconds, if the connection is the same then. */
  later(milliseconds: number, action: () => void): void {
    this.clock.after(milliseconds, this.#ifCurrent(action));
  }

  #kept(): Kept {
    return {
      transport: () => this.#transports.next(this.clock.now()).name,
      open: () => void this.#open(),
      dead: (ending) => this.#lost(ending),
      probe: () => this.tell(() => [{ type: 'ping', id: this.id() }]),
      networkChanged: () => this.#transports.forget(),
      changed: (state) => this.#changed(state),
    };
  }

  async #open(): Promise<void> {
    const turn = ++this.#turn;
    this.#answered = true;
    try {
      const pending = this.#token.get();
      if (pending instanceof Promise) {
        await pending;
      }
    } catch (cause) {
      if (turn === this.#turn) {
        this.#user.error(new FanfareError('token', 'There is no token.', { cause }));
        this.#lost({ message: 'There is no token.' });
      }
      return;
    }
    if (turn === this.#turn) {
      this.#openLink();
    }
  }

  #openLink(): void {
    this.#answered = false;
    this.#reconnect.opening();
    const listener: LinkListener = {
      frame: this.#ifCurrent((frame: ServerFrame) => this.#heard(frame)),
      alive: this.#ifCurrent(() => this.#reconnect.heard()),
      lost: this.#ifCurrent((ending: Ending) => this.#lost(ending)),
    };
    const { heartbeat = SILENCE, WebSocket, fetch } = this.#options;
    try {
      this.#link = this.#transports.current.open(
        {
          url: this.#url!,
          heartbeat,
          clock: this.clock,
          WebSocket,
          fetch,
          connect: () => this.#connect(),
          standing: () => this.#user.standing(),
        },
        listener,
      );
    } catch (error) {
      this.#lost({ message: String(error) });
    }
  }

  /** Does it only as long as nothing else has been opened. */
  #ifCurrent<A extends unknown[]>(action: (...args: A) => void): (...args: A) => void {
    const turn = this.#turn;
    return (...args) => {
      if (turn === this.#turn) {
        action(...args);
      }
    };
  }

  #connect(): Command {
    const token = this.#token.value;
    this.#connectId = this.id();
    return { type: 'connect', id: this.#connectId, version: 1, ...(token === undefined ? {} : { token }) };
  }

  #heard(frame: ServerFrame): void {
    this.#answered = true;
    this.#reconnect.heard();
    switch (frame.type) {
      case 'connected':
        this.#connected(frame);
        break;
      case 'expiring':
        void this.#refresh();
        break;
      case 'refreshed':
        this.#token.ends(frame.expiresAt);
        break;
      case 'ping':
        this.#send({ type: 'pong' });
        break;
      case 'disconnect':
        this.#disconnected(frame);
        break;
      case 'error':
        this.#failed(frame);
        break;
      default:
        // What nobody takes is a reply; or something of a later version.
        if (!this.#user.heard(frame) && typeof (frame as { id?: unknown }).id === 'number') {
          this.#outgoing.answered(frame as ServerFrame & { id: number });
        }
    }
  }

  #connected(frame: Frame<'connected'>): void {
    this.#token.ends(frame.expiresAt);
    if (this.state.name === 'connected') {
      return;
    }
    const { current } = this.#transports;
    this.#transports.connected(this.clock.now());
    if (current.duplex) {
      this.#user.standing().forEach((command) => this.#send(command));
    }
    this.#outgoing.flush((command) => this.#send(command));
    this.#reconnect.connected();
  }

  #failed(frame: Frame<'error'>): void {
    const error = new FanfareError(frame.code, frame.message, frame);
    const { id } = frame;
    if (id === undefined && error.code === 'message_too_large' && this.#outgoing.tooLarge(error)) {
      return;
    }
    if (id === undefined || id === this.#connectId) {
      if (error.code === 'token_expired') {
        this.#token.forget();
      }
      this.#user.error(error);
    } else if (!this.#user.refused(id, error)) {
      this.#outgoing.answered({ ...frame, id });
    }
  }

  #disconnected({ code, reason, reconnect, retryAfter }: Frame<'disconnect'>): void {
    const ending = { code, message: reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
    this.#lost({ ...ending, comesBack: reconnect });
  }

  #lost(ending: Ending): void {
    if (!this.#answered) {
      this.#transports.failed();
    }
    this.#drop();
    this.#reconnect.lost(this.#judged(ending));
  }

  /** Whether there can be another token decides where the token was the reason. */
  #judged(ending: Ending): Ending {
    if (ending.code !== TOKEN_EXPIRED && ending.code !== INVALID_TOKEN) {
      return ending;
    }
    this.#token.forget();
    return { ...ending, comesBack: this.#token.renewable };
  }

  /** Lets go of the link. */
  #drop(): void {
    this.#turn++;
    this.#token.rest();
    this.#link?.close();
    this.#link = undefined;
    this.#user.lost();
    this.#outgoing.lost();
  }

  #changed(state: State): void {
    if (state.name === 'closed' || state.name === 'idle') {
      const error = new FanfareError('closed', state.name === 'closed' ? state.reason.message : 'It was closed.');
      this.#outgoing.fail(error);
      this.#user.failed(error);
    }
    this.#user.changed(state);
  }

  /** Has the link say anew what stands; once, however much changes at this moment. */
  #reopen(): void {
    if (this.#reopening) {
      return;
    }
    this.#reopening = true;
    queueMicrotask(() => {
      this.#reopening = false;
      this.#link?.reopen?.();
    });
  }

  async #refresh(): Promise<void> {
    const turn = this.#turn;
    try {
      await this.#token.renew();
    } catch (cause) {
      if (turn === this.#turn) {
        this.#user.error(new FanfareError('token', 'There is no new token.', { cause }));
        this.#token.again();
      }
      return;
    }
    if (turn === this.#turn) {
      this.#show();
    }
  }

  /** Shows the server another token on the connection that there is; on the next one it is shown anyway. */
  #show(): void {
    const token = this.#token.value;
    if (this.state.name === 'connected' && token !== undefined) {
      this.tell(() => {
        // The reply is `refreshed`; an error leaves the old token in force, and is the program's to know.
        this.#connectId = this.id();
        return [{ type: 'refresh', id: this.#connectId, token }];
      });
    }
  }

  #send(command: Command): void {
    this.#link?.send(command);
  }
}
