// SPDX-License-Identifier: Apache-2.0
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {fileURLToPath} from 'node:url';

const FANFARE = fileURLToPath(new URL('../fanfare', import.meta.url));
const READY_WITHIN = 120_000;
const GONE_WITHIN = 15_000;

/** A demo of our own on free ports, beside whatever runs on this machine. */
export class Demo {
  #process;
  #said = '';

  static async start() {
    const [api, chat, connect, postgres] = await freePorts(4);
    const demo = new Demo();
    demo.api = `http://127.0.0.1:${api}`;
    demo.native = `ws://127.0.0.1:${api}/`;
    demo.chat = `http://127.0.0.1:${chat}`;
    demo.connect = `http://127.0.0.1:${connect}`;
    demo.#process = spawn(
      FANFARE,
      ['demo', '--port', api, '--chat-port', chat, '--connect-port', connect, '--postgres-port', postgres],
      {stdio: ['ignore', 'pipe', 'pipe']},
    );
    const keep = (text) => (demo.#said = (demo.#said + text).slice(-20_000));
    demo.#process.stdout.on('data', keep);
    demo.#process.stderr.on('data', keep);
    await demo.#ready();
    return demo;
  }

  async #ready() {
    const deadline = Date.now() + READY_WITHIN;
    while (Date.now() < deadline && this.#process.exitCode === null) {
      const answer = await fetch(`${this.api}/ready`).catch(() => null);
      if (answer?.status === 200) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.#process.kill('SIGKILL');
    throw new Error(`the demo did not get ready:\n${this.#said}`);
  }

  /** Stops it as Ctrl-C does, and answers the exit status. */
  async stop() {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGINT');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), GONE_WITHIN);
    const [status] = await exited;
    clearTimeout(timer);
    return status;
  }

  /** What it printed, for when a test fails. */
  get said() {
    return this.#said;
  }

  async token(user) {
    const process = spawn(FANFARE, ['token', '--user', user], {stdio: ['ignore', 'pipe', 'inherit']});
    let token = '';
    process.stdout.on('data', (text) => (token += text));
    await once(process, 'close');
    return token.trim();
  }
}

async function freePorts(count) {
  const servers = Array.from({length: count}, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => String(server.address().port));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
