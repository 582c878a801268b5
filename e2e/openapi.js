// SPDX-License-Identifier: Apache-2.0
// The document at /openapi.json: valid by OpenAPI's own schema, and what the server answers is as it says.
import assert from 'node:assert/strict';
import {before, describe, it} from 'node:test';
import {Validator} from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';

const KEY = 'demo-api-key';
const METHODS = ['get', 'post'];

export function openapi(running) {
  describe('the HTTP API, by its own document', () => {
    let document;
    let ajv;

    before(async () => {
      document = await (await fetch(`${running.api}/openapi.json`)).json();
      ajv = new Ajv({strict: false, validateFormats: false});
      ajv.addSchema(document, 'document');
    });

    // The schema of an answer: references lead into the document, so they are made absolute.
    const schemaOf = answer => {
      const found = answer.$ref
        ? answer.$ref.slice(2).split('/').reduce((part, name) => part[name], document)
        : answer;
      const schema = found.content?.['application/json']?.schema;
      return schema && JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'));
    };

    const ask = (method, path, operation, {key = KEY, body} = {}) => {
      const parameters = Object.fromEntries((operation.parameters ?? []).map(parameter => [parameter.name, parameter.example]));
      const url = running.api + path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(parameters[name]));
      const example = operation.requestBody?.content['application/json'].example;
      return fetch(url, {
        method: method.toUpperCase(),
        headers: {...(key && {Authorization: `Bearer ${key}`}), 'Content-Type': 'application/json'},
        body: body ?? (example && JSON.stringify(example)),
      });
    };

    const conforms = async (response, operation, label) => {
      const answer = operation.responses[response.status];
      assert.ok(answer, `${label} answered ${response.status}, which the document does not name`);
      const schema = schemaOf(answer);
      if (schema) {
        const value = await response.json();
        assert.ok(ajv.validate(schema, value), `${label}: ${ajv.errorsText()} in ${JSON.stringify(value)}`);
      }
    };

    const operations = function* () {
      for (const [path, item] of Object.entries(document.paths)) {
        for (const method of METHODS.filter(name => item[name])) yield [method, path, item[method]];
      }
    };

    it('is valid', async () => {
      const {valid, errors} = await new Validator().validate(structuredClone(document));
      assert.ok(valid, JSON.stringify(errors));
    });

    it('says what every route answers', async () => {
      for (const [method, path, operation] of operations()) {
        const response = await ask(method, path, operation);
        assert.equal(response.status, 200, `${method} ${path}`);
        await conforms(response, operation, `${method} ${path}`);
      }
    });

    it('says what is answered without a key, and to a bad body', async () => {
      for (const [method, path, operation] of operations()) {
        if (!operation.security) {
          const response = await ask(method, path, operation, {key: null});
          assert.equal(response.status, 401, `${method} ${path}`);
          await conforms(response, operation, `${method} ${path} without a key`);
        }
        if (operation.requestBody) {
          const response = await ask(method, path, operation, {body: '{"data":'});
          assert.equal(response.status, 400, `${method} ${path}`);
          await conforms(response, operation, `${method} ${path} with a bad body`);
        }
      }
    });
  });
}
