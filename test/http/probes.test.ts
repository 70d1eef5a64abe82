import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';

const app = await testApp();
const get = (path: string) => app.app.http.inject({ method: 'GET', url: path });

test('a living process says so, and a migrated database makes it ready', async () => {
  assert.deepEqual((await get('/healthz')).json(), { status: 'ok' });
  assert.deepEqual(
    [(await get('/readyz')).statusCode, (await get('/readyz')).json()],
    [200, { status: 'ready', charging: { state: 'on' } }],
  );
});

test('a missing migration makes it unready and says how to fix that', async () => {
  const [last] = await app.db.rows<{ name: string; checksum: string }>(
    'delete from migration where name = (select max(name) from migration) returning name, checksum',
  );
  const reply = await get('/readyz');
  await app.db.run('insert into migration (name, checksum) values ($1, $2)', [
    last!.name,
    last!.checksum,
  ]);
  assert.equal(reply.statusCode, 503);
  assert.match(reply.json().reason, /1 migrations are missing; run: npm run perennial -- migrate/);
});

test('metrics count requests by operation, the work done and the connections', async () => {
  await app.request({ operation: 'getItems' });
  await app.work();
  const reply = await get('/metrics');
  assert.match(String(reply.headers['content-type']), /^text\/plain/);
  for (const line of [
    /perennial_http_request_seconds_count\{operation="getItems",status="200"\} 1/,
    /perennial_work_done_total\{worker="/,
    /perennial_database_connections\{state="idle"\} \d/,
  ]) {
    assert.match(reply.body, line);
  }
});

test('the start page without a console, the reference and the document run no script', async () => {
  for (const path of ['/', '/docs', '/docs/auto_order']) {
    const reply = await get(path);
    assert.equal(reply.statusCode, 200);
    assert.match(String(reply.headers['content-type']), /^text\/html/);
    assert.match(String(reply.headers['content-security-policy']), /default-src 'none'/);
    assert.doesNotMatch(reply.body, /<script/i);
  }
  assert.equal((await get('/openapi.json')).json().openapi, '3.1.0');
  assert.equal((await get('/docs/nothing')).statusCode, 404);
});
