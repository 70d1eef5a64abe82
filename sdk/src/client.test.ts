import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createClient, RefusedError } from './client.ts';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

let server: Server;
let baseUrl: string;
const seen: Seen[] = [];
const answers: { status: number; headers?: Record<string, string>; body: string }[] = [];

before(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    const answer = answers.shift() ?? { status: 200, body: '{"success":true}' };
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

test('a call fills the path, the query and the headers of the contract', async () => {
  const client = createClient({ baseUrl, apiKey: 'k' });
  const answer = await client.getAutoOrder({
    params: { auto_order_oid: 7 },
    query: { _expand: 'items,original_order' },
  });
  assert.deepEqual(answer, { success: true });
  const request = seen.at(-1)!;
  assert.equal(request.method, 'GET');
  assert.equal(request.url, '/rest/v2/auto_order/auto_orders/7?_expand=items%2Coriginal_order');
  assert.equal(request.headers['x-ultracart-simple-key'], 'k');
  assert.equal(request.headers['x-ultracart-api-version'], '2017-03-01');
});

test('a body is sent as JSON, with the key that makes the write repeatable', async () => {
  const client = createClient({ baseUrl, accessToken: 't' });
  await client.updateAutoOrdersBatch({
    body: { autoOrders: [{ auto_order_oid: 7, enabled: false }] },
    idempotencyKey: 'once',
  });
  const request = seen.at(-1)!;
  assert.equal(request.headers['content-type'], 'application/json; charset=UTF-8');
  assert.equal(request.headers.authorization, 'Bearer t');
  assert.equal(request.headers['idempotency-key'], 'once');
  assert.deepEqual(JSON.parse(request.body), {
    autoOrders: [{ auto_order_oid: 7, enabled: false }],
  });
});

test('a refusal is an error that carries the status and the server’s words', async () => {
  answers.push({
    status: 400,
    headers: { 'UC-REST-ERROR': '_limit is too large.' },
    body: '{"success":false}',
  });
  const refused = await createClient({ baseUrl, apiKey: 'k' })
    .getAutoOrders({ query: { _limit: 201 } })
    .catch((error: unknown) => error);
  assert.ok(refused instanceof RefusedError);
  assert.equal(refused.status, 400);
  assert.equal(refused.message, '_limit is too large.');
});

test('a 429 is waited out as long as the server asks, and repeated', async () => {
  answers.push({
    status: 429,
    headers: { 'Retry-After': '0', 'UC-REST-ERROR': 'slow down' },
    body: '{}',
  });
  const before = seen.length;
  assert.deepEqual(await createClient({ baseUrl, apiKey: 'k' }).getAutoOrders(), { success: true });
  assert.equal(seen.length - before, 2);
});

test('a missing path parameter is the caller’s mistake and never reaches the server', async () => {
  const before = seen.length;
  await assert.rejects(createClient({ baseUrl, apiKey: 'k' }).getAutoOrder(), /auto_order_oid/);
  assert.equal(seen.length, before);
});
