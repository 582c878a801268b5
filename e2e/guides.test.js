// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {fileURLToPath} from 'node:url';
import {blocks, unnoticed} from './guides.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const documents = execFileSync('git', ['ls-files', '*.md'], {cwd: ROOT, encoding: 'utf8'}).trim().split('\n');

describe('commands in documents', () => {
  for (const name of documents) {
    it(`${name} has no command that can fail unnoticed`, () => {
      const scripts = blocks(readFileSync(join(ROOT, name), 'utf8')).filter(({language}) => /^(bash|sh)$/.test(language));
      assert.deepEqual(scripts.flatMap(({text}) => unnoticed(text)), []);
    });
  }

  for (const script of [
    'curl -s http://127.0.0.1:8000/health',
    'curl -s \\\n  http://127.0.0.1:8000/health',
    'export TOKEN=$(fanfare token --user ada)',
    'local token="$(fanfare token)"',
    'fanfare token || true',
    'node server.js &',
  ]) {
    it(`finds that ${JSON.stringify(script)} can`, () => assert.equal(unnoticed(script).length, 1));
  }

  for (const script of [
    'curl -sS --fail-with-body http://127.0.0.1:8000/health | tee health',
    'curl -sS \\\n  --fail-with-body http://127.0.0.1:8000/health',
    'TOKEN=$(fanfare token --user ada)\nexport TOKEN',
    'curl --fail-with-body -m 5 http://127.0.0.1:8000/exchange || [ $? = 28 ]',
    'cd bundled && npm test',
  ]) {
    it(`finds that ${JSON.stringify(script)} cannot`, () => assert.deepEqual(unnoticed(script), []));
  }
});
