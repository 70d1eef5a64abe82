// Tests the protection of a running server: its headers, its limits, its public address. Each test
// names the finding that it prevents from coming back.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import type { OperationId } from '@perennial/contract/operations.ts';
import { Temporal } from 'temporal-polyfill';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { reasonToEnd } from '../../server/src/cli/newerSchema.ts';
import { prepareLinks } from '../../server/src/cli/serving.ts';
import { insertApplication } from '../../server/src/oauth/applicationStore.ts';
import { readPublicUrl } from '../../server/src/payments/billingLinkStore.ts';
import { SimulatorBooks } from '../../server/src/payments/simulatorBooks.ts';
import { removeUnfinished } from '../../server/src/platform/files/localFiles.ts';
import { folderTransport } from '../../server/src/platform/mail/folder.ts';
import { sealWith } from '../../server/src/platform/seal.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { resealWebhooks } from '../../server/src/webhooks/resealStore.ts';
import { type TestRequest, testApp, testNow } from '../support/app.ts';
import { connectTo, openTestDatabase } from '../support/database.ts';
import { testAuthority, testCertificate, testCertificateKey } from '../support/testAuthority.ts';

const metricsToken = 'm'.repeat(20);
const firstKey = Buffer.alloc(32, 1);
const app = await testApp({ isHttpsOnly: true, metricsToken, seal: sealWith(firstKey) });
const { http } = app.app;

/** Reads every route of the server, as method and path, from the tree that Fastify prints. */
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

/** A start of the server: its settings, its PostgreSQL, and the address on which it listens. */
interface Start {
  readonly publicUrl?: string;
  /**
   * `own` is the PostgreSQL of DATABASE_URL. `started` and `adopted` are the embedded one, started
   * by this process or by another one.
   */
  readonly postgres: 'own' | 'started' | 'adopted';
  /** The address; absent for a worker, which does not listen. */
  readonly at?: string;
}

test('a process without PUBLIC_URL never rewrites the address of links (M14)', async () => {
  const [shop, other] = ['https://billing.shop.example', 'https://other.shop.example'];
  const [a, b, c] = ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:3'];
  type Step = [what: string, start: Start, now: string, log: RegExp | undefined];
  const kept = /^links begin with \S+, as before; to change that, start with PUBLIC_URL/;
  const first = /^links begin with http:\S+; to change that, start with PUBLIC_URL/;
  const changed = /^links begin with \S+ now, and with \S+ before$/;
  const roads: Step[][] = [
    [
      ['a worker that starts first', { postgres: 'own' }, '', undefined],
      ['the first server', { postgres: 'own', at: a }, a, first],
      ['a second one next to it', { postgres: 'own', at: b }, a, kept],
      ['the first one again', { postgres: 'own', at: a }, a, first],
      ['the first one at another port', { postgres: 'own', at: c }, a, kept],
      ['a setting', { postgres: 'own', at: a, publicUrl: shop }, shop, changed],
      ['a start that lost it', { postgres: 'own', at: a }, shop, kept],
      ['a copy of the database, embedded', { postgres: 'started', at: b }, shop, kept],
      ['another setting, of a worker', { postgres: 'own', publicUrl: other }, other, changed],
      [
        'the same setting',
        { postgres: 'own', at: a, publicUrl: other },
        other,
        /^links begin with/,
      ],
    ],
    [
      ['the server of a laptop', { postgres: 'started', at: a }, a, first],
      ['one that joins it', { postgres: 'adopted', at: b }, a, kept],
      ['the laptop with another port', { postgres: 'started', at: c }, c, changed],
      ['its database under DATABASE_URL', { postgres: 'own', at: a }, c, kept],
    ],
  ];
  for (const road of roads) {
    await app.db.run('delete from billing_link_key where only_one');
    for (const [what, { publicUrl, postgres, at }, now, log] of road) {
      const lines: string[] = [];
      const note = (_fields: unknown, words?: string) => void lines.push(String(words));
      await prepareLinks(
        { db: app.db, isAdopted: postgres === 'adopted' },
        {
          publicUrl,
          database: postgres === 'own' ? { url: 'postgres://localhost/x' } : undefined,
        },
        at,
        { info: note, warn: note },
      );
      assert.equal(await readPublicUrl(app.db), now, what);
      assert.equal(lines.length, log ? 1 : 0, what);
      if (log) assert.match(lines[0]!, log, what);
    }
  }
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

/** A strict installation with the same merchant and the same database. */
const strict = await testApp({
  db: app.db,
  seal: sealWith(firstKey),
  isStrict: true,
  trustedProxies: ['127.0.0.1'],
  tls: { certificate: testCertificate, key: testCertificateKey },
});

test('a strict installation takes nothing that crossed a network without encryption (ASVS 12.2.1)', async () => {
  const cases: [from: string, scheme: string | undefined, status: number][] = [
    ['127.0.0.1', undefined, 200],
    ['::1', undefined, 200],
    ['127.0.0.1', 'https', 200],
    ['127.0.0.1', 'http', 400],
    ['127.0.0.1', 'https, http', 400],
    ['203.0.113.7', undefined, 400],
    ['203.0.113.7', 'https', 400],
    ['10.0.0.1', 'https', 400],
  ];
  for (const [remoteAddress, scheme, status] of cases) {
    const headers = scheme === undefined ? {} : { 'x-forwarded-proto': scheme };
    const answer = await strict.app.http.inject({ url: '/healthz', remoteAddress, headers });
    const refusal = answer.headers['x-perennial-refusal'];
    assert.deepEqual(
      [answer.statusCode, refusal],
      [status, status === 200 ? undefined : 'encryption_needed'],
      `${remoteAddress} ${scheme}`,
    );
    assert.equal((await http.inject({ url: '/healthz', remoteAddress, headers })).statusCode, 200);
  }
});

test('it serves https by itself, and sockets by wss alone (ASVS 4.4.1)', async () => {
  const address = await strict.app.http.listen({ host: '127.0.0.1', port: 0 });
  try {
    const { port } = new URL(address);
    const agent = new Agent({ connect: { ca: testAuthority } });
    const healthy = await request(`https://localhost:${port}/healthz`, { dispatcher: agent });
    assert.equal(healthy.statusCode, 200);
    await healthy.body.dump();
    await assert.rejects(request(`https://localhost:${port}/healthz`), /self-signed|certificate/);
    await assert.rejects(request(`http://localhost:${port}/healthz`));
    await agent.close();

    const statusOf = (headers: Record<string, string>) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(`wss://localhost:${port}/perennial/v1/live`, {
          ca: testAuthority,
          headers,
        });
        socket.on('unexpected-response', (_request, { statusCode }) => {
          socket.terminate();
          resolve(String(statusCode));
        });
        socket.on('error', reject);
      });
    assert.equal(await statusOf({}), '401', 'a token is needed');
    assert.equal(await statusOf({ 'X-Forwarded-Proto': 'https' }), '401');
    assert.equal(await statusOf({ 'X-Forwarded-Proto': 'http' }), '403');
  } finally {
    await strict.app.http.close();
  }
});

test('a webhook to a host that is not named is refused when it is saved (ASVS 13.2.4)', async () => {
  const named = await testApp({
    db: app.db,
    seal: sealWith(firstKey),
    webhookHosts: ['erp.shop.example'],
  });
  const insert = (webhook_url: string) =>
    named.request({
      operation: 'insertWebhook',
      body: { webhook_url, authentication_type: 'none' },
    });
  assert.equal((await insert('https://erp.shop.example/hook')).status, 200);
  const refused = await insert('https://elsewhere.example/hook');
  assert.equal(refused.status, 400);
  assert.match(refused.text, /webhook_url.*WEBHOOK_HOSTS/);
});

test('it has no test tools, and takes no files that nothing checks (ASVS 15.2.3, 5.4.3)', async () => {
  const other = await testApp({ db: app.db, seal: sealWith(firstKey), isStrict: true });
  const absent: OperationId[] = ['setClock', 'getClockAdvances', 'actAtSimulator'];
  for (const operation of absent) {
    const { status } = await other.request({ operation, body: {} });
    assert.equal(status, 404, operation);
    assert.notEqual((await app.request({ operation, body: {} })).status, 404, operation);
  }
  const upload: TestRequest = {
    operation: 'getWorkflowTaskAttachmentUploadUrl',
    params: { extension: 'png' },
  };
  const refused = await other.request(upload);
  assert.equal(refused.status, 400);
  assert.match(refused.text, /accepts no files.*VIRUS_SCANNER/);
  assert.equal((await app.request(upload)).status, 200);
});

test('every application has to use PKCE (ASVS 10.4.6)', async () => {
  const other = await testApp({ db: app.db, seal: sealWith(firstKey), isStrict: true });
  const clientId = 'c'.repeat(32);
  await insertApplication(app.db, {
    clientId,
    name: 'Desk',
    description: '',
    redirectUris: ['https://desk.example/callback'],
    permissions: ['order_read'],
    kind: 'compatible',
    createdAt: testNow,
  });
  const query = `client_id=${clientId}&response_type=code&state=1&redirect_uri=https%3A%2F%2Fdesk.example%2Fcallback`;
  const asked = async ({ app: { http } }: typeof app) =>
    (await http.inject(`/rest/v2/oauth/authorize?${query}`)).headers.location;
  assert.match(String(await asked(other)), /error=invalid_request.*must\+use\+PKCE/);
  assert.equal(await asked(app), undefined);
});

test('where proxies are named, only they say what a request is called (ASVS 4.1.3)', async () => {
  const cases: [from: string, given: string, isKept: boolean][] = [
    ['127.0.0.1', 'proxy-1', true],
    ['203.0.113.7', 'client-1', false],
  ];
  const behind = await testApp({
    db: app.db,
    seal: sealWith(firstKey),
    trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
  });
  for (const [remoteAddress, given, isKept] of cases) {
    const headers = { 'x-request-id': given };
    const answer = await behind.app.http.inject({ url: '/healthz', remoteAddress, headers });
    assert.equal(answer.headers['x-request-id'] === given, isKept, remoteAddress);
  }
});

test('PostgreSQL elsewhere is reached over TLS that is checked, or not at all (12.3.2)', async (t) => {
  const { connection } = await openTestDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'perennial-tls-'));
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, testAuthority);
  const ports = {
    tls: await tlsInFrontOf(t, connection, true),
    plain: await tlsInFrontOf(t, connection, false),
  };
  const cases: [to: keyof typeof ports, host: string, query: string, error: RegExp | undefined][] =
    [
      ['tls', 'localhost', `?sslmode=verify-full&sslrootcert=${authority}`, undefined],
      ['tls', '127.0.0.1', `?sslmode=verify-full&sslrootcert=${authority}`, undefined],
      ['tls', '127.0.0.2', `?sslmode=verify-full&sslrootcert=${authority}`, /does not match/],
      ['tls', 'localhost', '?sslmode=verify-full', /certificate/],
      ['plain', 'localhost', '?sslmode=verify-full', /does not support SSL/],
    ];
  for (const [to, host, query, error] of cases) {
    const url = `postgresql://${connection.user}@${host}:${ports[to]}/${connection.database}${query}`;
    const pool = openPool({ connection: { url }, maxConnections: 2, prepareStatements: false });
    const asked = pool.row<{ one: number }>('select 1 as one');
    if (error) await assert.rejects(asked, error, `${to} ${host} ${query}`);
    else assert.deepEqual(await asked, { one: 1 }, host);
    await pool.close();
  }
  await rm(folder, { recursive: true });
});

/**
 * Opens a port in front of PostgreSQL that terminates TLS, or reports that it does not support TLS.
 */
async function tlsInFrontOf(
  t: TestContext,
  { host, port }: EmbeddedConnection,
  hasTls: boolean,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client.on('error', () => client.destroy()));
    // In its first packet the driver asks whether TLS is supported.
    client.once('data', () => {
      client.write(hasTls ? 'S' : 'N');
      if (!hasTls) return;
      const open = new TLSSocket(client, {
        isServer: true,
        cert: testCertificate,
        key: testCertificateKey,
      });
      const inside = connectTo({ host, port });
      open.on('error', () => inside.destroy());
      inside.on('error', () => open.destroy());
      open.pipe(inside).pipe(open);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

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
  const ours = readMigrations();
  const added = '-- compatible: the release before does not notice the column\n';
  const next = { name: '9998_next.sql', sql: `${added}alter table item add column tried text;\n` };
  assert.deepEqual(await migrate(app.db, [...ours, next]), ['9998_next.sql']);

  // The older release still works, and can be started again.
  const item = { merchant_item_id: 'NEXT', description: 'Tea', pricing: { cost: 1 } };
  assert.equal((await app.request({ operation: 'insertItem', body: item })).status, 200);
  assert.equal((await http.inject('/readyz')).statusCode, 200);
  assert.equal(await reasonToEnd(app.db), undefined);
  assert.deepEqual(await migrate(app.db, ours), []);

  const last = { name: '9999_last.sql', sql: 'alter table item rename column tried to used;\n' };
  await migrate(app.db, [...ours, next, last]);
  const reply = await http.inject('/readyz');
  assert.equal(reply.statusCode, 503);
  assert.match(reply.json().reason, /newer release migrated the database \(9999_last\.sql\)/);
  assert.match((await reasonToEnd(app.db))!, /9999_last\.sql\); start that release here too/);
  await assert.rejects(migrate(app.db, ours), /migrated by a newer release \(9999_last\.sql\)/);
});
