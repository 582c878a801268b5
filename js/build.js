// SPDX-License-Identifier: Apache-2.0
// What the server's build runs: installs and builds where something has changed since the last time, and else does nothing.
// An argument names a folder that a copy of pages/dist/assets goes to: it is emptied first, since names there change.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const BUILT = join(HERE, 'pages/dist/.built');
const NOT_SOURCES = new Set(['node_modules', 'dist', 'test', 'coverage']);

const sources = digest();
if (read(BUILT) !== sources) {
  if (!installed()) {
    npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
  }
  rmSync(BUILT, { force: true });
  npm('run', 'build');
  process.argv.slice(2).forEach((copy) => rmSync(copy, { recursive: true, force: true }));
  writeFileSync(BUILT, sources);
}

/** Of every file that the build may read. */
function digest() {
  const hash = createHash('sha256');
  const walk = (folder) => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries.filter(({ name }) => !NOT_SOURCES.has(name))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        walk(path);
      } else if (entry.isFile()) {
        hash.update(path.slice(HERE.length)).update('\0').update(readFileSync(path)).update('\0');
      }
    }
  };
  walk(HERE);
  return hash.digest('hex');
}

/** Whether node_modules holds what the lock file asks for; what is only for other machines may be missing. */
function installed() {
  const there = JSON.parse(read(join(HERE, 'node_modules/.package-lock.json')) ?? '{"packages":{}}').packages;
  const wanted = JSON.parse(readFileSync(join(HERE, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted)
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.optional && !entry.link)
    .every(([path, entry]) => there[path]?.version === entry.version);
}

function npm(...args) {
  const { status, error } = spawnSync('npm', args, {
    cwd: HERE,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) {
    console.error(`js: npm ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
