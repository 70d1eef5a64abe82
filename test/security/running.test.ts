// What protects a server that runs: its headers, its limits, its public address. Each test names the
// finding that it keeps fixed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonToEnd } from '../../server/src/cli/newerSchema.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import {
  type PublicAddress,
  prepareBillingLinks,
} from '../../server/src/payments/billingLinkStore.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { testApp } from '../support/app.ts';

const metricsToken = 'm'.repeat(20);
const app = await testApp({ isHttpsOnly: true, metricsToken });
const { http } = app.app;

/** Every route of the server, as method and path, from the tree that Fastify draws. */
function routes(): [method: string, path: string][] {
  const parts: string[] = [];
  return http
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent, part, methods] = /^([│ ]*)[├└]── (\S+)(?: \((.*)\))?$/u.exec(line) ?? [];
      if (part === undefined) return [];
      parts.splice(indent!.length / 4, Infinity, part);
      const path = parts
        .join('')
        .replaceAll(/:\w+|\*/g, '1')
        .replaceAll('//', '/');
      return (methods ?? '')
        .split(', ')
        .filter((method) => method !== '')
        .map((method): [string, string] => [method, path]);
    });
}

test('every route protects browsers: type, cache, frames, referrer, https (L6)', async () => {
  const all = routes();
  assert.ok(all.length > 200, `only ${all.length} routes were found`);
  const faults: string[] = [];
  for (const [method, url] of [...all, ['GET', '/nothing'], ['GET', '/%ff']]) {
    const { headers, statusCode } = await http.inject({ method: method as 'GET', url: url! });
    const cache = String(headers['cache-control']);
    const isPublic = /^\/(assets\/|\.well-known\/|perennial\/v1\/order\.css|$)/.test(url!);
    const holds =
      headers['x-content-type-options'] === 'nosniff' &&
      headers['strict-transport-security'] === 'max-age=31536000' &&
      /default-src 'none'/.test(String(headers['content-security-policy'])) &&
      /frame-ancestors 'none'/.test(String(headers['content-security-policy'])) &&
      headers['referrer-policy'] !== undefined &&
      (isPublic || cache.includes('no-store'));
    if (!holds) faults.push(`${method} ${url}: ${statusCode} ${JSON.stringify(headers)}`);
  }
  assert.deepEqual(faults, []);
});

test('figures are for those who have the token, where there is one (ASVS 13.4.5)', async () => {
  const cases: [authorization: string | undefined, status: number][] = [
    [undefined, 401],
    ['Bearer ', 401],
    [`Bearer ${metricsToken}x`, 401],
    [metricsToken, 401],
    [`Bearer ${metricsToken}`, 200],
  ];
  for (const [authorization, status] of cases) {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await http.inject({ url: '/metrics', headers });
    assert.equal(answer.statusCode, status, authorization);
    assert.equal(answer.body.includes('perennial_'), status === 200, authorization);
  }
});

test('the permission is checked before a body is read (M6)', async () => {
  const key = await app.addKey('TEST', ['order_read']);
  const cases: [what: string, rawBody: string][] = [
    ['malformed', '{'],
    ['too large', `{"description":"${'x'.repeat(2_000_000)}"}`],
    ['many parts', JSON.stringify({ x: Array.from({ length: 50_000 }, () => ({})) })],
  ];
  for (const [what, rawBody] of cases) {
    const refused = await app.request({ operation: 'insertItem', rawBody, key });
    assert.equal(refused.status, 401, what);
    assert.match(refused.text, /item_write/, what);
  }
  const full = await app.request({ operation: 'insertItem', rawBody: cases[1]![1] });
  assert.equal(full.status, 413);
  assert.match(full.text, /1000000 bytes/);
});

test('a process without PUBLIC_URL never rewrites the address of links (M14)', async () => {
  const shop = 'https://billing.shop.example';
  const steps: [what: string, address: PublicAddress, now: string][] = [
    [
      'the test’s own start said it',
      { url: 'http://a', origin: 'listening' },
      'http://perennial.test',
    ],
    ['a second process next to it', { url: 'http://b', origin: 'second' }, 'http://perennial.test'],
    ['another setting', { url: shop, origin: 'setting' }, shop],
    ['a start that lost the setting', { url: 'http://127.0.0.1:1', origin: 'listening' }, shop],
  ];
  for (const [what, address, now] of steps)
    assert.equal((await prepareBillingLinks(app.db, randomIds, address)).now, now, what);

  // Where no start ever named one, links follow the first process of an installation.
  await app.db.run('update billing_link_key set is_public_url_set = false where only_one');
  const unset: [PublicAddress, string][] = [
    [{ url: 'http://127.0.0.1:2', origin: 'listening' }, 'http://127.0.0.1:2'],
    [{ url: 'http://127.0.0.1:3', origin: 'second' }, 'http://127.0.0.1:2'],
    [{ url: 'http://127.0.0.1:4', origin: 'listening' }, 'http://127.0.0.1:4'],
  ];
  for (const [address, now] of unset)
    assert.equal((await prepareBillingLinks(app.db, randomIds, address)).now, now, address.url);
});

test('two releases run side by side for a compatible migration; after another the older one ends', async () => {
  const ours = await readMigrations();
  const added = '-- compatible: the release before does not notice the column\n';
  const next = { name: '9998_next.sql', sql: `${added}alter table item add column tried text;\n` };
  assert.deepEqual(await migrate(app.db, [...ours, next]), ['9998_next.sql']);

  // The older release continues, and may be started again.
  const item = { merchant_item_id: 'NEXT', description: 'Tea', pricing: { cost: 1 } };
  assert.equal((await app.request({ operation: 'insertItem', body: item })).status, 200);
  assert.equal((await http.inject('/readyz')).statusCode, 200);
  assert.equal(await reasonToEnd(app.db, ours), undefined);
  assert.deepEqual(await migrate(app.db, ours), []);

  const last = { name: '9999_last.sql', sql: 'alter table item rename column tried to used;\n' };
  await migrate(app.db, [...ours, next, last]);
  const reply = await http.inject('/readyz');
  assert.equal(reply.statusCode, 503);
  assert.match(reply.json().reason, /newer release migrated the database \(9999_last\.sql\)/);
  assert.match((await reasonToEnd(app.db, ours))!, /9999_last\.sql\); start that release here too/);
  await assert.rejects(migrate(app.db, ours), /migrated by a newer release \(9999_last\.sql\)/);
});
