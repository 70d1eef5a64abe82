// What protects a server that runs: its headers, its limits, its public address. Each test names the
// finding that it keeps fixed.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { reasonToEnd } from '../../server/src/cli/newerSchema.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import {
  type PublicAddress,
  prepareBillingLinks,
} from '../../server/src/payments/billingLinkStore.ts';
import { SimulatorBooks } from '../../server/src/payments/simulatorBooks.ts';
import { removeUnfinished } from '../../server/src/platform/files/localFiles.ts';
import { folderTransport } from '../../server/src/platform/mail/folder.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { resealWebhooks } from '../../server/src/webhooks/resealStore.ts';
import { testApp } from '../support/app.ts';

const metricsToken = 'm'.repeat(20);
const firstKey = Buffer.alloc(32, 1);
const app = await testApp({ isHttpsOnly: true, metricsToken, seal: sealWith(firstKey) });
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

test('secrets are sealed with another key, and then open with that one alone', async () => {
  const { status, text } = await app.request({
    operation: 'insertWebhook',
    body: {
      webhook_url: 'https://shop.example/hook',
      authentication_type: 'basic',
      basic_username: 'shop',
      basic_password: 'pässword',
    },
  });
  assert.equal(status, 200, text);
  const next = Buffer.alloc(32, 2);
  await app.db.transaction((tx) => resealWebhooks(tx, 'TEST', sealWith(next, firstKey)));
  const stored = await app.db.row<{ basic_password: Buffer; secret: Buffer }>(
    `select w.basic_password, s.secret from webhook w
     join webhook_secret s on s.merchant_id = $1 and s.webhook_oid = w.webhook_oid
     where w.merchant_id = $1`,
    ['TEST'],
  );
  assert.equal(sealWith(next).open(stored!.basic_password), 'pässword');
  assert.match(sealWith(next).open(stored!.secret), /\S{16}/);
  assert.throws(() => sealWith(firstKey).open(stored!.secret), /cannot be opened/);
});

test('mails, books and folders are for the account of the server alone (M12, L7)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-private-'));
  try {
    await folderTransport(join(folder, 'mail')).send({
      messageId: '<TEST-1@shop.example>',
      from: { name: 'Shop', address: 'orders@shop.example' },
      to: 'ann@example.com',
      subject: 'Your card',
      text: 'A link',
      html: '<p>A link</p>',
      date: Temporal.Instant.from('2026-02-20T12:00:00Z'),
    });
    const books = join(folder, 'books', 'simulator.jsonl');
    new SimulatorBooks(books).close();
    const modes = {
      mail: 0o700,
      'mail/2026-02-20': 0o700,
      'mail/2026-02-20/TEST-1@shop.example.eml': 0o600,
      books: 0o700,
      'books/simulator.jsonl': 0o600,
    };
    for (const [path, mode] of Object.entries(modes))
      assert.equal((await stat(join(folder, path))).mode & 0o777, mode, path);
    await writeFile(books, '{"kind":"charge"\n');
    assert.throws(() => new SimulatorBooks(books), /line 1 of .*simulator\.jsonl cannot be read/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an upload that a killed process left behind is removed once no upload can be that old (S7)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-uploads-'));
  try {
    for (const name of ['whole', 'left.ab12.part']) await writeFile(join(folder, name), 'x');
    const { mtimeMs } = await stat(join(folder, 'left.ab12.part'));
    const made = Temporal.Instant.fromEpochMilliseconds(Math.round(mtimeMs));
    assert.equal(await removeUnfinished(folder, made), 0);
    assert.equal(await removeUnfinished(folder, made.add({ hours: 48 })), 1);
    assert.deepEqual(await readdir(folder), ['whole']);
  } finally {
    await rm(folder, { recursive: true });
  }
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
