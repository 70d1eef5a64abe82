// Tests a database that cannot serve for the moment: the server responds in time with 503 and
// Retry-After, never with a 500, and never hangs.
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import pg from 'pg';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { isUnavailable } from '../../server/src/platform/storage/failures.ts';
import { servingLimits } from '../../server/src/platform/storage/sessionSettings.ts';
import { type TestApp, testApp } from '../support/app.ts';
import { connectTo, openTestDatabase, type TestDatabase } from '../support/database.ts';

const limits = { ...servingLimits, statementMs: 1500, lockMs: 300 };
type Scope = Parameters<typeof openTestDatabase>[0] & object;

/** Starts the application on a separate database, with time limits short enough for a test. */
async function impatientApp(t: Scope): Promise<{ app: TestApp; store: TestDatabase }> {
  const store = await openTestDatabase(t);
  const db = openPool({
    connection: store.connection,
    maxConnections: 4,
    prepareStatements: true,
    limits,
  });
  t.after(() => db.close());
  return { app: await testApp({ db }), store };
}

async function expectUnavailable(app: TestApp, request: Parameters<TestApp['request']>[0]) {
  const answer = await app.request(request);
  assert.equal(answer.status, 503, answer.text);
  assert.match(String(answer.headers['retry-after']), /^\d+$/);
  assert.equal(answer.body.success, false);
}

const anItem = (id: string) =>
  ({
    operation: 'insertItem',
    body: { merchant_item_id: id, pricing: { cost: 1 } },
  }) as const;

test('a table that is locked: what needs it is 503, everything else works', async (t) => {
  const { app, store } = await impatientApp(t);
  await store.db.transaction(async (tx) => {
    await tx.run('lock table auto_order in access exclusive mode');
    const asked = Array.from({ length: 12 }, () =>
      expectUnavailable(app, { operation: 'getAutoOrders' }),
    );
    await Promise.all(asked);
    assert.equal((await app.request({ operation: 'getItems' })).status, 200);
    assert.equal((await app.app.http.inject('/readyz')).statusCode, 200);
  });
  assert.equal((await app.request({ operation: 'getAutoOrders' })).status, 200);
});

test('a database that takes no writes: writes are 503, reads continue, and it is not ready', async (t) => {
  const { app, store } = await impatientApp(t);
  const set = async (value: 'on' | 'off') => {
    await store.db.transaction(async (tx) => {
      await tx.run('set transaction read write');
      await tx.run(
        `alter database ${store.connection.database} set default_transaction_read_only = ${value}`,
      );
    });
    // Open connections keep the settings that they began with, so they are closed.
    await store.db.rows(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
        and pid <> pg_backend_pid()`,
    );
    while ((await app.app.http.inject('/readyz')).json().reason?.includes('reached') === true);
  };
  await set('on');
  await expectUnavailable(app, anItem('COFFEE'));
  assert.equal((await app.request({ operation: 'getItems' })).status, 200);
  const ready = await app.app.http.inject('/readyz');
  assert.equal(ready.statusCode, 503);
  assert.match(ready.json().reason, /accepts no writes/);
  await set('off');
  assert.equal((await app.request(anItem('COFFEE'))).status, 200);
  assert.equal((await app.app.http.inject('/readyz')).statusCode, 200);
});

test('a database with too many connections: 503 until one is free', async (t) => {
  const store = await openTestDatabase(t);
  const { database } = store.connection;
  // The limit does not apply to a superuser, so the application uses an ordinary account.
  const user = `${database}_account`;
  await store.db.run(`create role ${user} login`);
  await store.db.run(`grant all on all tables in schema public to ${user}`);
  await store.db.run(`grant all on all sequences in schema public to ${user}`);
  const connection = { ...store.connection, user };
  const db = openPool({ connection, maxConnections: 4, prepareStatements: true, limits });
  t.after(() => db.close());
  const app = await testApp({ db });
  assert.equal((await app.request({ operation: 'getItems' })).status, 200);

  await store.db.run(`alter database ${database} connection limit 0`);
  await store.db.rows('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
    user,
  ]);
  for (let i = 0; i < 5; i++) await expectUnavailable(app, { operation: 'getItems' });
  const ready = await app.app.http.inject('/readyz');
  assert.equal(ready.statusCode, 503);
  assert.match(ready.json().reason, /has no resources left/);

  await store.db.run(`alter database ${database} connection limit -1`);
  assert.equal((await app.request({ operation: 'getItems' })).status, 200);
});

test('a server that hangs: requests and /readyz return meanwhile, and it recovers', async (t) => {
  const store = await openTestDatabase(t);
  const wire = await startWire(t, store.connection);
  const db = openPool({
    connection: { ...store.connection, host: '127.0.0.1', port: wire.port },
    maxConnections: 4,
    prepareStatements: true,
    limits: { ...servingLimits, statementMs: 1_000, lockMs: 1_000 },
  });
  t.after(() => db.close());
  const app = await testApp({ db });
  assert.equal((await app.request({ operation: 'getItems' })).status, 200);

  wire.setFrozen(true);
  const probe = app.app.http.inject('/readyz').then((reply) => {
    assert.equal(reply.statusCode, 503);
    assert.match(reply.json().reason, /did not respond within 2 seconds/);
  });
  const requests = [
    ...Array.from({ length: 8 }, () => ({ operation: 'getItems' }) as const),
    anItem('TEA'),
  ].map((request) => expectUnavailable(app, request));
  await Promise.all([probe, ...requests]);

  wire.setFrozen(false);
  assert.equal((await app.request({ operation: 'getItems' })).status, 200);
  assert.equal((await app.request(anItem('TEA'))).status, 200);
  assert.equal((await app.app.http.inject('/readyz')).statusCode, 200);
});

const cases: [what: string, error: unknown, expected: boolean][] = [
  ['too many connections', databaseError('53300'), true],
  ['disk full', databaseError('53100'), true],
  ['out of memory', databaseError('53200'), true],
  ['read-only transaction', databaseError('25006'), true],
  ['statement canceled', databaseError('57014'), true],
  ['lock not available', databaseError('55P03'), true],
  ['cannot connect now', databaseError('57P03'), true],
  ['connection failure', databaseError('08006'), true],
  ['idle in transaction', databaseError('25P03'), true],
  ['I/O error', databaseError('58030'), true],
  ['log-in refused', databaseError('28P01'), true],
  ['deadlock', databaseError('40P01'), true],
  ['unique violation', databaseError('23505'), false],
  ['syntax error', databaseError('42601'), false],
  ['division by zero', databaseError('22012'), false],
  ['a node of Citus lost', nodeOfCitus('failure on connection marked as essential: h:5432'), true],
  ['another internal error', nodeOfCitus('cache lookup failed'), false],
  ['no route to host', nodeError('EHOSTUNREACH'), true],
  ['network down', nodeError('ENETUNREACH'), true],
  ['timed out', nodeError('ETIMEDOUT'), true],
  ['no such host', nodeError('ENOTFOUND'), true],
  ['no socket', nodeError('ENOENT', 'connect'), true],
  ['no file', nodeError('ENOENT', 'open'), false],
  ['a bug', new TypeError('x is not a function'), false],
];
for (const [what, error, expected] of cases) {
  test(`503 or not: ${what}`, () => {
    assert.equal(isUnavailable(error), expected);
  });
}

function databaseError(code: string, message = 'staged'): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, 6, 'error'), { code, severity: 'ERROR' });
}

/** Returns an error to which Citus gives no specific code. */
function nodeOfCitus(message: string): pg.DatabaseError {
  return databaseError('XX000', message);
}

function nodeError(code: string, syscall?: string): Error {
  return Object.assign(new Error('staged'), { code, syscall });
}

/**
 * Starts a proxy in front of the server that can be frozen: then it passes nothing on, and refuses
 * nothing.
 */
async function startWire(t: Scope, target: { readonly host: string; readonly port: number }) {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((client) => {
    const upstream = connectTo(target);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (bytes) => void to.write(bytes));
      if (isFrozen) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    setFrozen(frozen: boolean) {
      isFrozen = frozen;
      for (const socket of sockets) {
        if (frozen) socket.pause();
        else socket.resume();
      }
    },
  };
}
