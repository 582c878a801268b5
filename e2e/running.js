// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {fileURLToPath} from 'node:url';

const FANFARE = fileURLToPath(new URL('../fanfare', import.meta.url));
const APPS = ['kyc', 'wallet', 'chat', 'connect', 'store'];
const READY_WITHIN = 120_000;
const GONE_WITHIN = 30_000;

/** A process of our own, on free ports, beside whatever else runs on this machine. */
class Running {
  #process;
  #said = '';

  constructor(args, environment) {
    this.#process = spawn(FANFARE, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {...process.env, ...environment},
    });
    const keep = (text) => (this.#said = (this.#said + text).slice(-20_000));
    this.#process.stdout.on('data', keep);
    this.#process.stderr.on('data', keep);
  }

  /** What it printed lately, for when a test fails. */
  get said() {
    return this.#said;
  }

  async ready(url) {
    const deadline = Date.now() + READY_WITHIN;
    while (Date.now() < deadline && this.#process.exitCode === null) {
      const answer = await fetch(`${url}/ready`).catch(() => null);
      if (answer?.status === 200) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.#process.kill('SIGKILL');
    throw new Error(`it did not get ready:\n${this.#said}`);
  }

  /** Stops it as Ctrl-C or a supervisor does, and answers the exit status. */
  async stop(signal) {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
      return this.#process.exitCode;
    }
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), GONE_WITHIN);
    const [status] = await exited;
    clearTimeout(timer);
    return status;
  }
}

/** `fanfare serve`, with the configuration beside this file and what the environment says instead. */
export async function serve(environment = {}) {
  const [port] = await freePorts(1);
  const running = new Running(['serve'], {
    FANFARE_CONFIG: fileURLToPath(new URL('fanfare.yaml', import.meta.url)),
    FANFARE_PORT: port,
    ...environment,
  });
  running.api = `http://127.0.0.1:${port}`;
  running.native = `ws://127.0.0.1:${port}/ws`;
  await running.ready(running.api);
  return running;
}

/** `fanfare demo`: each app is at the property of its name; a page of ours may be at `page`, where nothing is yet. */
export async function demo(...options) {
  const names = ['api', 'postgres', 'page', ...APPS];
  const free = await freePorts(names.length);
  return demoAt(Object.fromEntries(names.map((name, i) => [name, free[i]])), ...options);
}

/** `fanfare demo` on these ports; `again()` starts another on them, once this one has ended. */
export async function demoAt(ports, ...options) {
  const {api, postgres, page} = ports;
  const args = ['--port', api, '--postgres-port', postgres, ...APPS.flatMap((app) => [`--${app}-port`, ports[app]]), ...options];
  const running = new Running(['demo', ...args], {FANFARE_ORIGINS: `http://127.0.0.1:${page}`});
  running.page = `http://127.0.0.1:${page}`;
  running.api = `http://127.0.0.1:${api}`;
  running.native = `ws://127.0.0.1:${api}/ws`;
  running.postgres = postgres;
  APPS.forEach((app) => (running[app] = `http://127.0.0.1:${ports[app]}`));
  running.again = () => demoAt(ports, ...options);
  await running.ready(running.api);
  return running;
}

/** What `fanfare token` prints for a user of the demo. */
export async function demoToken(user, ...options) {
  const child = spawn(FANFARE, ['token', '--user', user, ...options], {stdio: ['ignore', 'pipe', 'inherit']});
  let token = '';
  child.stdout.on('data', (text) => (token += text));
  const [status] = await once(child, 'close');
  assert.equal(status, 0, 'fanfare token succeeds');
  return token.trim();
}

/**
 * Ports that nobody listens at now, and that are handed out once. They are below those that the operating system gives away by itself
 * (from 32,768 on Linux), so that no connection's own end takes one before its server starts, or while it is restarted.
 */
export async function freePorts(count) {
  const ports = [];
  while (ports.length < count) {
    if (next === end) {
      await claim();
    }
    const port = next++;
    if (await isFree(port)) {
      ports.push(String(port));
    }
  }
  return ports;
}

const BLOCK = 500;
let next = 0;
let end = 0;

/** Takes a block of ports for this process: it listens at the first as long as it runs, so that tests beside it take others. */
async function claim() {
  for (;;) {
    const first = randomInt(12_000 / BLOCK, 32_000 / BLOCK) * BLOCK;
    if (await listens(createServer().unref(), first)) {
      next = first + 1;
      end = first + BLOCK;
      return;
    }
  }
}

async function isFree(port) {
  const server = createServer();
  const free = await listens(server, port);
  if (free) {
    await once(server.close(), 'close');
  }
  return free;
}

function listens(server, port) {
  return once(server.listen(port, '127.0.0.1'), 'listening').then(
    () => true,
    () => false,
  );
}
