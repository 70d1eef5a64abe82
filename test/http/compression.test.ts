// Tests that responses of 4 kB and more are compressed for sessions that accept it. Responses to
// keys are never compressed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { chooseEncoding } from '../../server/src/platform/http/compression.ts';
import { testApp } from '../support/app.ts';
import { logInAs } from '../support/sessions.ts';

test('which encoding a client accepts', () => {
  for (const [accept, encoding] of [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['br;q=0.2, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0, *', 'gzip'],
    ['identity', undefined],
    ['deflate, zstd', undefined],
    ['', undefined],
    ['br;q=nonsense', undefined],
    [undefined, undefined],
  ] as const)
    assert.equal(chooseEncoding(accept), encoding, String(accept));
});

const app = await testApp();
const { request } = await logInAs(app, {
  login: 'ann',
  permissions: ['item_read', 'item_write', 'user_read'],
});
for (let i = 0; i < 30; i++) {
  const description = `Ground coffee, dark as the ${i}th night`;
  const body = { merchant_item_id: `COFFEE${i}`, description, pricing: { cost: 12.99 } };
  assert.equal((await app.request({ operation: 'insertItem', body })).status, 200);
}

const url = '/rest/v2/item/items?_expand=pricing';
const read = (headers: Record<string, string>) => app.app.http.inject({ url, headers });
const plain = await read(request.headers);

test('a large answer to a session is compressed as it asks, and says so to caches', async () => {
  assert.ok(plain.rawPayload.length > 4096);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers['vary'], 'Accept-Encoding');
  for (const [encoding, open] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const answer = await read({ ...request.headers, 'accept-encoding': encoding });
    assert.equal(answer.headers['content-encoding'], encoding);
    assert.equal(answer.headers['content-type'], plain.headers['content-type']);
    assert.equal(answer.headers['vary'], 'Accept-Encoding');
    assert.equal(Number(answer.headers['content-length']), answer.rawPayload.length);
    assert.ok(answer.rawPayload.length < plain.rawPayload.length / 4);
    assert.equal(open(answer.rawPayload).toString(), plain.payload);
  }
});

test('a small answer, and any answer to a key, are sent as they are', async () => {
  const headers = { ...request.headers, 'accept-encoding': 'br' };
  const small = await app.app.http.inject({ url: '/perennial/v1/session', headers });
  assert.deepEqual([small.statusCode, small.headers['content-encoding']], [200, undefined]);
  const byKey = await read({
    'x-ultracart-simple-key': app.key,
    'x-ultracart-api-version': '2017-03-01',
    'accept-encoding': 'br',
  });
  assert.deepEqual(
    [byKey.headers['content-encoding'], byKey.headers['vary'], byKey.payload],
    [undefined, undefined, plain.payload],
  );
});
