// SPDX-License-Identifier: Apache-2.0
// @vitest-environment jsdom
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Server } from '../../react/test/server.ts';
import { begin, code, invited, outcomeOf, scan, type Session } from '../src/connect/session.ts';

const SESSION: Session = {
  sessionId: 'session-1/2',
  invitationUrl: 'http://localhost:3300/wallet.html?oob=x',
  token: 'secret',
  expiresAt: '2026-01-01T00:10:00Z',
};
const CODE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37"><path d="M0 0h37v37H0z"/><path d="M4 4h7v1h-7z"/></svg>';

let server: Server;
let asked: { request: IncomingMessage; body: string }[];
let answer: { status: number; text: string };
beforeEach(async () => {
  asked = [];
  answer = { status: 200, text: '{}' };
  server = await Server.start(() => undefined);
  server.http = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ request, body });
      response.writeHead(answer.status).end(answer.text);
    });
  };
});
afterEach(() => server.stop());

const ask: typeof fetch = (path, init) => fetch(new URL(path as string, `http://${server.host}`), init);

describe('a session', () => {
  it('is begun by a POST', async () => {
    answer.text = JSON.stringify(SESSION);
    expect(await begin(ask)).toEqual(SESSION);
    expect(asked[0]!.request.method).toBe('POST');
    expect(asked[0]!.request.url).toBe('/api/connections/session');
  });

  it('is not begun where the server refuses', async () => {
    answer = { status: 429, text: '{}' };
    await expect(begin(ask)).rejects.toThrow('the server answered 429');
  });

  it('shows its code to who has its token', async () => {
    answer.text = CODE;
    expect(await code(ask, SESSION)).toEqual({ size: 37, dark: 'M4 4h7v1h-7z' });
    expect(asked[0]!.request.url).toBe('/api/connections/session/session-1%2F2/qr.svg');
    expect(asked[0]!.request.headers.authorization).toBe('Bearer secret');
    answer.status = 404;
    await expect(code(ask, SESSION)).rejects.toThrow('the server answered 404');
  });

  it('is answered by the phone, or not', async () => {
    expect(await scan(ask, 'session-1', 'active')).toBe(true);
    expect(asked[0]!.request.url).toBe('/api/demo/scan');
    expect(asked[0]!.request.headers['content-type']).toBe('application/json');
    expect(JSON.parse(asked[0]!.body)).toEqual({ sessionId: 'session-1', status: 'active' });
    answer.status = 404;
    expect(await scan(ask, 'session-1', 'active')).toBe(false);
    expect(await scan(() => Promise.reject(new TypeError('no network')), 'session-1', 'active')).toBe(false);
  });

  it.each([
    ['pending', undefined],
    ['active', 'connected'],
    ['completed', 'connected'],
    ['abandoned', 'failed'],
    ['error', 'failed'],
    ['something new', undefined],
  ])('that is %s comes to %s', (status, outcome) => {
    expect(outcomeOf(status)).toBe(outcome);
  });
});

describe('an invitation', () => {
  const of = (value: unknown): string =>
    `?oob=${btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_')}`;
  it('names its session, in base64url', () => {
    expect(invited(of({ id: 'session-?>~' }))).toBe('session-?>~');
  });

  it.each(['', '?oob=', '?oob=%25', of('text'), of({}), of({ id: 7 }), of(null)])('is none in %j', (query) => {
    expect(invited(query)).toBeUndefined();
  });
});
