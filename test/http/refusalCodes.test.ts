// Tests that every refusal has a code in a header, so that a program need not read sentences. The
// tests of bad input check it for each operation; here are refusals outside the operations.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { refusalHeader } from '@perennial/contract/operations.ts';
import { type TestRequest, testApp } from '../support/app.ts';

const app = await testApp({ bodyLimitBytes: 1000 });

const refusals: readonly [what: string, request: TestRequest, status: number, code: string][] = [
  ['an unknown path', { path: '/nothing' }, 404, 'unknown_path'],
  ['another method', { path: '/rest/v2/item/items', method: 'PUT' }, 404, 'method_not_allowed'],
  ['an unknown page', { path: '/docs/nothing' }, 404, 'not_found'],
  ['a path that is not UTF-8', { path: '/rest/v2/item/items/%ff' }, 400, 'wrong_format'],
  ['malformed JSON', { operation: 'insertItem', rawBody: '{' }, 400, 'malformed_json'],
  ['a large body', { operation: 'insertItem', rawBody: ' '.repeat(1001) }, 413, 'body_too_large'],
  ['no key', { operation: 'getItems', key: null }, 401, 'missing_credentials'],
  [
    'a permission that is missing',
    { operation: 'getItems', key: await app.addKey('TEST', []) },
    401,
    'missing_permission',
  ],
  [
    'a token that OAuth does not know',
    {
      path: '/rest/v2/oauth/token',
      method: 'POST',
      rawBody: 'grant_type=refresh_token&refresh_token=x&client_id=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    401,
    'bad_credentials',
  ],
];
for (const [what, request, status, code] of refusals) {
  test(what, async () => {
    const answer = await app.request(request);
    assert.deepEqual([answer.status, answer.headers[refusalHeader.toLowerCase()]], [status, code]);
  });
}

test('too many requests', async () => {
  const limited = await testApp({ rateLimits: [{ limit: 1, seconds: 3600 }] });
  await limited.request({ operation: 'getItems' });
  const { status, headers } = await limited.request({ operation: 'getItems' });
  assert.deepEqual([status, headers[refusalHeader.toLowerCase()]], [429, 'rate_limited']);
});

test('a request that is not HTTP', async () => {
  const open = await testApp();
  await open.app.http.listen({ host: '127.0.0.1', port: 0 });
  const address = open.app.http.server.address() as { port: number };
  const socket = connect(address.port, '127.0.0.1');
  socket.end('NOT HTTP\r\n\r\n');
  let text = '';
  socket.on('data', (bytes) => (text += bytes));
  await once(socket, 'close');
  assert.match(text, /\r\nX-Perennial-Refusal: wrong_format\r\n/);
  await open.app.http.close();
});

test('a success has no code', async () => {
  const { headers } = await app.request({ operation: 'getItems' });
  assert.equal(headers[refusalHeader.toLowerCase()], undefined);
});
