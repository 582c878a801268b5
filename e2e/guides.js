// SPDX-License-Identifier: Apache-2.0
// The code of docs/guide, run as it is written: see "How the guides are tested" in docs/guide/README.md.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {before, describe, it} from 'node:test';
import {fileURLToPath} from 'node:url';
import {launch} from './chromium.js';
import {freePorts} from './running.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GUIDES = join(ROOT, 'docs/guide');
const PATIENCE = 60_000;
/** Ports that the guides take for themselves. */
const OWN_PORTS = ['8080'];
/** What a guide's folder has as if npm had installed it. */
const PACKAGES = {
  ws: 'e2e/node_modules/ws',
  'socket.io-client': 'e2e/node_modules/socket.io-client',
  '@fanfare/client': 'js/client',
  '@fanfare/react': 'js/react',
  react: 'js/node_modules/react',
  'react-dom': 'js/node_modules/react-dom',
  vite: 'js/node_modules/vite',
  '.bin/vite': 'js/node_modules/vite/bin/vite.js',
};
const EXTENSIONS = {js: 'js', java: 'java', bash: 'sh', jsx: 'jsx', html: 'html'};

const UNNOTICED = {
  'curl exits with 0 whatever the status is, without --fail-with-body': /(^|[\s|;&(])curl\s(?!.*--fail-with-body)/,
  'export hides how the command ended': /\b(export|local|declare|readonly)\s+\w+="?\$\(/,
  'every failure is ignored': /\|\|\s*(true|:)(\s|$)/,
  'nothing waits for what runs beside it': /(^|[^&>])&\s*$/,
};

export function guides(running) {
  describe('the guides', () => {
    let ports;

    before(async () => {
      const own = await freePorts(OWN_PORTS.length);
      const portOf = (url) => new URL(url).port;
      ports = {
        8000: portOf(running.api),
        3001: portOf(running.kyc),
        3002: portOf(running.wallet),
        3003: portOf(running.chat),
        3300: portOf(running.connect),
        8001: portOf(running.store),
        5173: portOf(running.page),
        ...Object.fromEntries(OWN_PORTS.map((port, i) => [port, own[i]])),
      };
    });

    for (const name of readdirSync(GUIDES).filter((file) => file.endsWith('.md') && file !== 'README.md')) {
      it(`${name} does what it says`, () => new Guide(name, ports).run());
    }
  });
}

/** One guide: its blocks in their order, in a folder of its own beside one called `fanfare`, which is this checkout. */
class Guide {
  #blocks;
  #folder;
  #started = [];
  #background = [];
  #latest;

  constructor(name, ports) {
    const text = readFileSync(join(GUIDES, name), 'utf8').replace(/\b\d{4}\b/g, (port) => ports[port] ?? port);
    this.#blocks = blocks(text);
    this.#folder = join(ROOT, 'build/guides', name.replace('.md', ''), 'app');
    assert.ok(this.#blocks.some(({marker}) => marker !== 'output'), 'it has code to run');
    for (const {language, text: script, line} of this.#blocks) {
      assert.deepEqual(language === 'bash' ? unnoticed(script) : [], [], `the block at line ${line} can fail unnoticed`);
    }
  }

  async run() {
    this.#prepare();
    try {
      for (const block of this.#blocks) {
        try {
          await this.#do(block);
        } catch (cause) {
          throw new Error(`the block at line ${block.line}:\n${block.text}\n${cause.message}`, {cause});
        }
      }
      for (const {block, program} of this.#background) {
        assert.ok(program.lives || (await program.ended()) === 0, `the block at line ${block.line} failed later:\n${program.said}`);
      }
    } finally {
      await Promise.all(this.#started.map((one) => one.stop()));
    }
  }

  #prepare() {
    rmSync(dirname(this.#folder), {recursive: true, force: true});
    mkdirSync(this.#folder, {recursive: true});
    symlinkSync(ROOT, join(this.#folder, '../fanfare'));
    for (const [name, path] of Object.entries(PACKAGES)) {
      const link = join(this.#folder, 'node_modules', name);
      mkdirSync(dirname(link), {recursive: true});
      symlinkSync(join(ROOT, path), link);
    }
    writeFileSync(join(this.#folder, 'package.json'), '{"type": "module"}\n');
  }

  async #do({language, marker, file, text, line}) {
    const path = file ?? `block-${line}.${EXTENSIONS[language]}`;
    switch (marker) {
      case 'file':
        writeFileSync(join(this.#folder, path), text);
        break;
      case 'run': {
        const program = this.#start(language, path, text);
        this.#latest = program;
        assert.equal(await program.ended(), 0, `it failed:\n${program.said}`);
        break;
      }
      case 'background':
        this.#latest = this.#start(language, path, text);
        this.#background.push({block: {line}, program: this.#latest});
        break;
      case 'page':
        this.#latest = await Page.open(text);
        this.#started.push(this.#latest);
        break;
      case 'output':
        await this.#latest.shows(text);
        break;
      case 'later':
        await this.#started.findLast((one) => one.lives).shows(text);
        break;
      default:
        assert.fail(`a block is run, or says what is shown: "${language} ${marker ?? ''}" is neither`);
    }
  }

  #start(language, path, text) {
    writeFileSync(join(this.#folder, path), text);
    const command = {
      bash: `set -euo pipefail; trap 'export -p >../exported' EXIT; . ./${path}`,
      js: `exec '${process.execPath}' ${path}`,
      java: `exec '${java()}' -cp '../fanfare/build/app/*' ${path}`,
    }[language];
    assert.ok(command, `nothing runs ${language}`);
    const program = new Program(`[ ! -f ../exported ] || . ../exported; ${command}`, this.#folder);
    this.#started.push(program);
    return program;
  }
}

const java = () => (process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java');

/** A shell's command of a guide, with all that it starts. */
class Program {
  #process;
  #exit;
  #seen = 0;
  #changed = () => {};
  said = '';
  #out = '';

  constructor(command, cwd) {
    const {FORCE_COLOR, ...inherited} = process.env;
    const env = {...inherited, NO_COLOR: '1'};
    this.#process = spawn('bash', ['-c', command], {cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe']});
    this.#exit = once(this.#process, 'close').then(([status]) => status);
    this.#exit.then(() => this.#changed());
    this.#process.stdout.setEncoding('utf8').on('data', (text) => {
      this.#out += text;
      this.said += text;
      this.#changed();
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (this.said += text));
  }

  get lives() {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  ended() {
    return within(this.#exit, () => `it did not end:\n${this.said}`);
  }

  /** Waits until what was printed since the last time begins as `text` does, in which `...` stands for anything. */
  async shows(text) {
    const wanted = pattern(text);
    for (;;) {
      const printed = this.#out.slice(this.#seen);
      const found = printed.match(wanted);
      if (found) {
        this.#seen += found[0].length;
        assert.ok(this.lives || this.#out.slice(this.#seen).trim() === '', `it shows more than that:\n${this.#out}`);
        return;
      }
      assert.ok(this.lives, `it shows something else:\n${printed}${this.said}`);
      const change = new Promise((resolve) => (this.#changed = resolve));
      await within(change, () => `it shows something else:\n${printed}`);
    }
  }

  async stop() {
    if (this.lives) {
      process.kill(-this.#process.pid, 'SIGKILL');
    }
    await this.#exit;
  }
}

/** What a guide opens in a browser. */
class Page {
  #browser;
  #page;
  #problems = [];
  lives = true;

  static async open(url) {
    const page = new Page();
    page.#browser = await launch();
    page.#page = await page.#browser.newPage();
    page.#page.on('pageerror', (error) => page.#problems.push(error.message));
    page.#page.on('console', (message) => message.type() === 'error' && page.#problems.push(message.text()));
    await page.#page.goto(url.trim(), {timeout: PATIENCE});
    return page;
  }

  async shows(text) {
    const {source, flags} = pattern(text);
    const here = ([wanted, how]) => new RegExp(wanted, how).test(document.body.innerText);
    await this.#page.waitForFunction(here, [source, flags], {timeout: PATIENCE}).catch(async () => {
      const shown = await this.#page.innerText('body');
      assert.fail(`it shows something else:\n${shown}\n${this.#problems.join('\n')}`);
    });
    assert.deepEqual(this.#problems, []);
  }

  stop() {
    return this.#browser.close();
  }
}

export function blocks(text) {
  const found = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const fence = lines[at].match(/^```(\S+) ?(\S+)? ?(\S+)?/);
    if (fence) {
      const end = lines.indexOf('```', at + 1);
      assert.ok(end > 0, `the block at line ${at + 1} ends`);
      const [, language, marker, file] = fence;
      found.push({language, marker, file, line: at + 1, text: `${lines.slice(at + 1, end).join('\n')}\n`});
      at = end;
    }
  }
  return found;
}

/** What in a script can fail although the script exits with 0. */
export function unnoticed(script) {
  const commands = script.replaceAll('\\\n', ' ').split('\n');
  return Object.entries(UNNOTICED).flatMap(([problem, pattern]) =>
    commands.filter((command) => pattern.test(command)).map((command) => `${problem}: ${command.trim()}`),
  );
}

/** `...` stands for anything, within a line or, alone on one, over several. */
function pattern(text) {
  const quoted = text.trim().split('...').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^\\s*${quoted.join('[^]*?')}[^\\S\\n]*(\\n|$)`);
}

async function within(promise, problem) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(problem())), PATIENCE)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
