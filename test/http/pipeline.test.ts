import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../server/src/platform/clock/systemClock.ts';
import { noContent, payload } from '../../server/src/platform/http/answer.ts';
import { refuse } from '../../server/src/platform/http/refusal.ts';
import type { Routes } from '../../server/src/platform/http/routes.ts';
import { openLog } from '../../server/src/platform/log.ts';
import { revokeApiKey } from '../../server/src/staff/apiKeyStore.ts';
import { movedClock } from '../support/movedClock.ts';
import { type Ask, itemsPath as items, openDoor } from './door.ts';

const routes: Routes = {
  getItems: async () =>
    payload([], { resultSet: { count: 0, limit: 100, offset: 0, more: false } }),
  getItem: async (_context, { params }) =>
    payload({ merchant_item_oid: params.merchant_item_oid }, { version: 3 }),
  deleteItem: async (_context, { ifMatch }) =>
    ifMatch === undefined || ifMatch === 3 ? noContent() : refuse('precondition_failed', {}),
  insertItem: async (_context, { body }) => payload(body),
  updateItem: async () => {
    throw new Error('select secret from somewhere');
  },
};
const door = await openDoor({ routes });

const bom = Buffer.from([0xef, 0xbb, 0xbf]);
const cafe = JSON.stringify({ description: 'Café' });
/** Returns a POST with a body and the content type that it claims. */
const posted = (body: string | Buffer, type = 'application/json'): Ask => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
});

const deleted = (version: string): Ask => ({
  method: 'DELETE',
  url: `${items}/7`,
  headers: { 'if-match': version },
});

const cases: [what: string, ask: Ask, status: number, message?: RegExp][] = [
  ['everything as it must be', {}, 200],
  ['an empty bearer along with a key', { headers: { authorization: 'Bearer ' } }, 200],
  ['no key', { key: null }, 401, /No credentials were sent\. Send a key in x-ultracart-simple-key/],
  ['an unknown key', { key: 'f'.repeat(64) }, 401, /not known/],
  ['an unknown token', { key: null, headers: { authorization: 'Bearer abc' } }, 401, /not known/],
  ['no version', { headers: { 'x-ultracart-api-version': '' } }, 400, /X-UltraCart-Api-Version/],
  [
    'a wrong version',
    { headers: { 'x-ultracart-api-version': '2018-01-01' } },
    400,
    /X-UltraCart-Api-Version: 2017-03-01/,
  ],
  ['an unknown path', { url: '/rest/v2/nothing' }, 404, /\/rest\/v2\/nothing/],
  [
    'a method that the path has not',
    { method: 'DELETE' },
    404,
    /does not accept DELETE\. Use GET or POST/,
  ],
  [
    'a method that a path of words has not',
    { method: 'POST', url: `${items}/batch` },
    404,
    /does not accept POST\. Use PUT\.$/,
  ],
  ['a path that is not UTF-8', { url: `${items}/%ff` }, 400, /path/],
  ['a path with a zero', { url: `${items}/%00` }, 400, /path.*U\+0000/],
  ['a query with a zero', { url: `${items}?_since=%00` }, 400, /query.*U\+0000/i],
  ['a query too long', { url: `${items}?_sort=${'x'.repeat(9_000)}` }, 400, /query is too long/],
  [
    'too many headers',
    { headers: Object.fromEntries(Array.from({ length: 110 }, (_, i) => [`x-${i}`, '1'])) },
    400,
    /number of headers/,
  ],
  ['malformed JSON', { method: 'POST', body: '{' }, 400, /not valid JSON/],
  ['no body', { method: 'POST' }, 400, /body is missing/],
  ['a list for a body', { method: 'POST', body: '[]' }, 400, /body.*object/],
  [
    'a body too deep',
    { method: 'POST', body: '{"a":'.repeat(60) + '1' + '}'.repeat(60) },
    400,
    /nested too deeply/,
  ],
  [
    'brackets in a text do not count as depth',
    { method: 'POST', body: JSON.stringify({ description: '['.repeat(100) }) },
    200,
  ],
  [
    'a body too large',
    { method: 'POST', body: JSON.stringify({ description: 'x'.repeat(100_001) }) },
    413,
    /100000 bytes/,
  ],
  [
    'a text too long',
    { method: 'POST', body: JSON.stringify({ description: 'x'.repeat(70_000) }) },
    400,
    /description is too long/,
  ],
  [
    'a list too long',
    {
      method: 'POST',
      body: JSON.stringify({ auto_order: { steps: Array.from({ length: 1001 }, () => ({})) } }),
    },
    400,
    /auto_order\.steps.*too many/,
  ],
  [
    'a zero in a text',
    { method: 'POST', body: '{"description":"a\\u0000b"}' },
    400,
    /description.*U\+0000/,
  ],
  [
    'half a surrogate pair',
    { method: 'POST', body: '{"options":[{"name":"\\ud83d"}]}' },
    400,
    /options\[0\]\.name/,
  ],
  ['a whole surrogate pair', { method: 'POST', body: '{"description":"\\ud83d\\ude00"}' }, 200],
  [
    'a card number',
    { method: 'POST', body: '{"description":"4111 1111 1111 1111"}' },
    400,
    /description.*card number/,
  ],
  [
    'a card number over two fields',
    { method: 'POST', body: '{"description":"411111","manufacturer_name":"1111111111"}' },
    400,
    /manufacturer_name.*card number/,
  ],
  [
    'a card number in the query',
    { url: `${items}?_sort=4111%201111%201111%201111` },
    400,
    /_sort.*card number/,
  ],
  [
    'a card number in the path',
    { url: `${items}/4111111111111111` },
    400,
    /merchant_item_oid.*card number/,
  ],
  [
    'a card number as the key of a repeatable write',
    { method: 'POST', body: '{}', headers: { 'idempotency-key': '4111-1111-1111-1111' } },
    400,
    /Idempotency-Key.*card number/,
  ],
  ['UTF-8', posted(cafe), 200],
  ['UTF-8 that says so', posted(cafe, 'application/json; charset="utf-8"'), 200],
  ['ASCII', posted('{"description":"tea"}', 'application/json;charset=US-ASCII'), 200],
  ['UTF-8 behind a byte order mark', posted(Buffer.concat([bom, Buffer.from(cafe)])), 200],
  ['only a byte order mark', posted(bom), 400, /body is missing/],
  ['Latin-1 bytes', posted(Buffer.from(cafe, 'latin1')), 400, /Encode it as UTF-8/],
  ['Latin-1 that says so', posted(cafe, 'application/json; charset=ISO-8859-1'), 400, /ISO-8859-1/],
  ['Windows-1252', posted(cafe, 'application/json; charset=windows-1252'), 400, /windows-1252/],
  ['UTF-16', posted(Buffer.from(cafe, 'utf16le')), 400, /UTF-16/],
  ['UTF-16 behind its mark', posted(Buffer.from(`\ufeff${cafe}`, 'utf16le')), 400, /UTF-16/],
  [
    'a character cut in half',
    posted(Buffer.from('{"description":"é').subarray(0, -1)),
    400,
    /UTF-8/,
  ],
  ['a surrogate as UTF-8', posted(Buffer.from('22eda0bd22', 'hex')), 400, /UTF-8/],
  ['a query in Latin-1', { url: `${items}?_sort=Caf%E9` }, 400, /query.*UTF-8/],
  [
    'a compressed body',
    { method: 'POST', body: gzipSync(cafe), headers: { 'content-encoding': 'gzip' } },
    400,
    /is in gzip\. Encode it as UTF-8 without compression/,
  ],
  ['a body as it is', { ...posted(cafe), headers: { 'content-encoding': 'identity' } }, 200],
  ['a charset without a body', { headers: { 'content-type': 'text/plain; charset=latin1' } }, 200],
  ['the version it has seen', deleted('"3"'), 204],
  ['any version', deleted('*'), 204],
  ['an older version', deleted('"2"'), 412, /changed since/],
  ['a tag we never gave', deleted('"abc"'), 412, /changed since/],
  [
    'a version where none is compared',
    { method: 'POST', body: '{}', headers: { 'if-match': '"3"' } },
    400,
    /If-Match cannot be compared here/,
  ],
  ['a version of what is only read', { url: `${items}/7`, headers: { 'if-match': '"2"' } }, 200],
  [
    'an operation that breaks',
    { method: 'PUT', url: `${items}/7`, body: '{}' },
    500,
    /Something went wrong on our side.*name request [0-9a-f-]{36}/,
  ],
];

for (const [what, ask, status, message] of cases) {
  test(`${status}: ${what}`, async () => {
    const reply = await door.ask(ask);
    assert.equal(reply.status, status, reply.text);
    assert.match(String(reply.headers['x-request-id']), /^[0-9a-f-]{36}$/);
    if (!message) return;
    const body = JSON.parse(reply.text);
    assert.match(body.error.user_message, message);
    assert.equal(reply.headers['uc-rest-error'], body.error.user_message);
    assert.deepEqual(
      [body.success, body.metadata, body.error.error_code],
      [false, {}, String(status)],
    );
    assert.doesNotMatch(reply.text, /select/);
  });
}

const queries: [query: string, named: RegExp | undefined][] = [
  ['?_limit=5&_expand=pricing&_offset=', undefined],
  ['?emial=', undefined],
  ['?_expand=pricing&_expand=shipping', undefined],
  ['?_limit=1&_limit=2', /^_limit: sent several times, and the last one counts\.$/],
  [
    '?emial=ann@example.com',
    /^emial: no effect, .* no such query parameter\. Check the spelling\.$/,
  ],
  [
    '?_expand=pricing,tga,content[a,b],',
    /^_expand: tga: no effect, because the response has no such part\. Check the spelling\.$/,
  ],
  ['?_limit=5&Limit=7&limit=7', /^Limit, limit: no effect/],
  ['?constructor=1&__proto__=2', /^constructor, __proto__: no effect/],
  [`?${'x'.repeat(4000)}=1`, /^x{100}: no effect/],
  [`?${Array.from({ length: 300 }, (_, n) => `n${n}=1`).join('&')}`, /^n0, .* and \d+ more: no/],
];
for (const [query, named] of queries) {
  test(`a query that is not known is named: ${query.slice(0, 40)}`, async () => {
    const reply = await door.ask({ url: items + query });
    assert.equal(reply.status, 200);
    const { warning } = JSON.parse(reply.text) as { warning?: { warning_message: string } };
    if (named === undefined) assert.equal(warning, undefined);
    else assert.match(warning?.warning_message ?? '', named);
  });
}

test('a version goes out as an ETag', async () => {
  assert.equal((await door.ask({ url: `${items}/7` })).headers['etag'], '"3"');
});

test('a HEAD has the headers of the GET, and no body', async (t) => {
  const { http, key } = await openDoor({ routes });
  const address = await http.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => http.close());
  const ask = (method: string, path: string, headers = {}) =>
    fetch(address + path, {
      method,
      headers: { 'x-ultracart-api-version': '2017-03-01', ...headers },
    });
  const asked: [path: string, headers: Record<string, string>, status: number][] = [
    [`${items}/7`, { 'x-ultracart-simple-key': key }, 200],
    [`${items}/7`, {}, 401],
    ['/rest/v2/nothing', {}, 404],
  ];
  for (const [path, headers, status] of asked) {
    const [get, head] = [await ask('GET', path, headers), await ask('HEAD', path, headers)];
    const length = String(Buffer.byteLength(await get.text()));
    assert.deepEqual([get.status, head.status], [status, status], path);
    assert.deepEqual(
      ['etag', 'content-type', 'content-length'].map((name) => head.headers.get(name)),
      [get.headers.get('etag'), get.headers.get('content-type'), length],
      path,
    );
    assert.equal(await head.text(), '');
  }
});

test('a request may bring its id, if it does no harm in a log', async () => {
  assert.equal(
    (await door.ask({ headers: { 'x-request-id': 'trace-1' } })).headers['x-request-id'],
    'trace-1',
  );
  assert.match(
    String((await door.ask({ headers: { 'x-request-id': 'a b' } })).headers['x-request-id']),
    /^[0-9a-f-]{36}$/,
  );
});

test('a missing permission is named', async () => {
  const { key } = await door.makeKey({ permissions: ['order_read'] });
  const reply = await door.ask({ key });
  assert.equal(reply.status, 401);
  assert.match(reply.text, /item_read/);
});

test('each 401 says how a caller authenticates', async () => {
  const { key } = await door.makeKey({ permissions: ['order_read'] });
  for (const wrong of [{ key: null }, { key: 'f'.repeat(64) }, { key }]) {
    const { status, headers } = await door.ask(wrong);
    assert.deepEqual([status, headers['www-authenticate']], [401, 'Bearer realm="Perennial"']);
  }
});

test('a key that is bound to addresses works from these alone', async () => {
  const { key } = await door.makeKey({
    allowedIps: ['198.51.100.4', '10.0.0.0/8', '2001:db8::/32'],
  });
  const from = async (address: string) => (await door.ask({ key, address })).status;
  for (const address of ['198.51.100.4', '10.9.8.7', '::ffff:10.9.8.7', '2001:db8:1::5'])
    assert.equal(await from(address), 200, address);
  for (const address of ['198.51.100.5', '11.0.0.1', '2001:db9::1'])
    assert.equal(await from(address), 401, address);
});

test('a revoked key stops at once here, and within a second elsewhere', async () => {
  const clock = movedClock(systemClock.now().toString());
  const here = await openDoor({ routes, clock });
  const one = await here.makeKey();
  const other = await here.makeKey();
  for (const { key } of [one, other]) assert.equal((await here.ask({ key })).status, 200);
  for (const { keyId } of [one, other]) await revokeApiKey(here.db, 'TEST', keyId, clock.now());
  assert.equal(
    (await here.ask({ key: one.key })).status,
    200,
    'still remembered, as in a process that did not revoke it',
  );
  clock.move(1000);
  assert.match((await here.ask({ key: one.key })).text, /revoked/);
  here.keys.forget();
  assert.equal(
    (await here.ask({ key: other.key })).status,
    401,
    'forgotten by the process that revoked it',
  );
});

test('a limit that is exceeded is reported as UltraCart reports it', async () => {
  const limited = await openDoor({ routes, rateLimits: [{ limit: 3, seconds: 3600 }] });
  for (let i = 0; i < 3; i++) assert.equal((await limited.ask({})).status, 200);
  const reply = await limited.ask({});
  assert.equal(reply.status, 429);
  assert.deepEqual(JSON.parse(reply.text), {
    error: {
      developer_message: 'rate of 3 per 3600 second(s) exceeded.',
      user_message: 'rate of 3 per 3600 second(s) exceeded.',
    },
    metadata: {},
  });
  assert.equal(reply.headers['uc-rest-error'], 'rate of 3 per 3600 second(s) exceeded.');
  assert.equal(reply.headers['uc-rest-error-merchant-id'], 'TEST');
  assert.match(String(reply.headers['retry-after']), /^1[12]\d\d$/);
});

test('a client that guesses keys is limited by its address, and other clients are not', async () => {
  const limited = await openDoor({ routes, rateLimits: [{ limit: 2, seconds: 3600 }] });
  const tryKey = async (address: string) =>
    (await limited.ask({ key: 'a'.repeat(64), address })).status;
  assert.deepEqual(
    [await tryKey('192.0.2.1'), await tryKey('192.0.2.1'), await tryKey('192.0.2.1')],
    [401, 401, 429],
  );
  assert.deepEqual(
    [await tryKey('2001:db8::1'), await tryKey('2001:db8::2'), await tryKey('2001:db8::3')],
    [401, 401, 429],
    'a network of 64 bits is one caller',
  );
  assert.equal((await limited.ask({ address: '192.0.2.2' })).status, 200);
  assert.equal((await limited.ask({ address: '192.0.2.1' })).status, 429);
});

test('headers are spelled as published clients look them up', async (t) => {
  const limited = await openDoor({ routes, rateLimits: [{ limit: 1, seconds: 60 }] });
  const address = await limited.http.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => limited.http.close());
  const headers = {
    'x-ultracart-simple-key': limited.key,
    'x-ultracart-api-version': '2017-03-01',
    connection: 'close',
  };
  const rawHeaders = () =>
    new Promise<string[]>((resolve, reject) => {
      request(`${address}${items}`, { headers }, (response) =>
        response.resume().on('end', () => resolve(response.rawHeaders)),
      )
        .on('error', reject)
        .end();
    });
  await rawHeaders();
  const names = await rawHeaders();
  for (const name of ['Retry-After', 'UC-REST-ERROR', 'UC-REST-ERROR-MERCHANT-ID'])
    assert.ok(names.includes(name), `${name} in ${names.join(' ')}`);
});

/** Returns a request in which one header has two values. */
const twice = (one: string, two: string) =>
  `GET ${items} HTTP/1.1\r\n${one.startsWith('Host') ? '' : 'Host: x\r\n'}${one}\r\n${two}\r\n` +
  'Connection: close\r\n\r\n';

test('malformed requests get the best possible response', async (t) => {
  const address = new URL(await door.http.listen({ host: '127.0.0.1', port: 0 }));
  t.after(() => door.http.close());
  const saysTo = async (text: string) => {
    const socket = connect(Number(address.port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return answer;
  };
  for (const text of [
    'nonsense\r\n\r\n',
    `GET ${items} HTTP/1.1\r\nHost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
    twice('Host: x', 'Host: evil.example'),
    twice('Authorization: Bearer a', 'authorization: Bearer b'),
    twice('Content-Type: text/plain', 'Content-Type: application/json'),
  ]) {
    const [head, body] = (await saysTo(text)).split('\r\n\r\n') as [string, string];
    assert.match(head, /^HTTP\/1\.1 400 [\s\S]*UC-REST-ERROR: The .*has the wrong form/);
    assert.equal(JSON.parse(body).success, false);
  }
});

test('the log names operation, status and merchant, and neither keys nor queries', async () => {
  const lines: string[] = [];
  const logged = await openDoor({
    routes,
    log: openLog('info', { write: (line) => void lines.push(line) }),
  });
  await logged.ask({ url: `${items}?_since=2026-01-01&email=ann@example.com` });
  await logged.ask({ method: 'PUT', url: `${items}/7`, body: '{}' });
  assert.match(lines[0]!, /"operation":"getItems".*"status":200.*"merchant":"TEST"/);
  assert.match(lines.join(''), /"msg":"request failed"/);
  assert.doesNotMatch(lines.join(''), new RegExp(`${logged.key}|example\\.com`));
});

test('secrets that slip into the log are redacted, and errors show no rows', () => {
  const lines: string[] = [];
  const log = openLog('info', { write: (line) => void lines.push(line) });
  log.info({
    key: 's3cret',
    card: { card_number_token: 's3cret' },
    request: { headers: { authorization: 's3cret', 'x-ultracart-simple-key': 's3cret' } },
  });
  log.error({
    err: Object.assign(new Error('duplicate key'), {
      detail: 'Key (email)=(s3cret) already exists.',
      code: '23505',
    }),
  });
  assert.doesNotMatch(lines.join(''), /s3cret/);
  assert.match(lines.join(''), /23505/);
});

test('closing stops listening and finishes the requests under way', async () => {
  const [held, release] = gate();
  const [begun, hasBegun] = gate();
  const closing = await openDoor({
    routes: { getItems: async () => (hasBegun(), await held, payload([])) },
  });
  const address = await closing.http.listen({ host: '127.0.0.1', port: 0 });
  const ask = () =>
    fetch(`${address}${items}`, {
      headers: { 'x-ultracart-simple-key': closing.key, 'x-ultracart-api-version': '2017-03-01' },
    });
  const inHand = ask();
  await begun;
  const closed = closing.http.close();
  // The server stops listening a few turns later, after our hooks.
  while (closing.http.server.listening) await new Promise(setImmediate);
  await assert.rejects(ask(), 'the client has disconnected');
  release();
  assert.equal((await inHand).status, 200);
  await closed;
});

function gate(): [Promise<void>, () => void] {
  const { promise, resolve } = Promise.withResolvers<void>();
  return [promise, resolve];
}
