// Tests that every connection sets what it needs, whatever the defaults of the server, the database
// or the account are.

import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import {
  servingLimits,
  sessionSettings,
} from '../../server/src/platform/storage/sessionSettings.ts';
import { findSettingsMode } from '../../server/src/platform/storage/settingsMode.ts';
import { keepWorkerSettings } from '../../server/src/platform/storage/workerSettings.ts';
import { type TestRequest, testApp } from '../support/app.ts';
import { connectTo, openTestDatabase } from '../support/database.ts';

const hostile = {
  jit: 'on',
  jit_above_cost: '0',
  enable_seqscan: 'on',
  enable_indexscan: 'off',
  enable_nestloop: 'off',
  enable_sort: 'off',
  random_page_cost: '1000',
  cpu_tuple_cost: '5',
  work_mem: "'64kB'",
  plan_cache_mode: 'force_custom_plan',
  max_parallel_workers_per_gather: '8',
  synchronous_commit: 'off',
  default_transaction_isolation: 'serializable',
  timezone: "'Asia/Kathmandu'",
  datestyle: "'German, DMY'",
  intervalstyle: "'sql_standard'",
  bytea_output: "'escape'",
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  transform_null_equals: 'on',
  array_nulls: 'off',
  quote_all_identifiers: 'on',
  gin_fuzzy_search_limit: '1',
  // These limits are long enough for the statement that sets ours, where the connection does not
  // set them at its start.
  statement_timeout: '12000',
  lock_timeout: '12000',
  idle_in_transaction_session_timeout: '12000',
  idle_session_timeout: '12000',
  exit_on_error: 'on',
  enable_partitionwise_join: 'on',
  row_security: 'off',
} as const;

/**
 * Returns a migrated database with wrong defaults: those of the database, or those of the account,
 * which take precedence.
 */
async function hostileDatabase(
  t: Parameters<typeof openTestDatabase>[0],
  whose: 'database' | 'account' = 'database',
) {
  const opened = await openTestDatabase(t);
  const { database } = opened.connection;
  const alter =
    whose === 'database'
      ? `alter database ${database} set`
      : `alter role current_user in database ${database} set`;
  for (const [name, value] of Object.entries(hostile))
    await opened.db.run(`${alter} ${name} = ${value}`);
  // The start of a server does the same. Citus passes the defaults of an account on to its workers.
  await keepWorkerSettings(opened.db);
  return opened;
}

test('each default that would harm is set by us', () => {
  const ours = Object.keys(sessionSettings(servingLimits)).map((name) => name.toLowerCase());
  // While JIT is off, its threshold has no effect.
  const left = Object.keys(hostile).filter((name) => !ours.includes(name));
  assert.deepEqual(left, ['jit_above_cost']);
});

for (const [settingsMode, whose] of [
  ['start', 'database'],
  ['statement', 'account'],
] as const) {
  const title = `hostile defaults of the ${whose}: a connection has its own settings`;
  test(`${title} (by ${settingsMode})`, async (t) => {
    const { connection } = await hostileDatabase(t, whose);
    const db = openPool({ connection, maxConnections: 8, prepareStatements: true, settingsMode });
    t.after(() => db.close());
    const expected = sessionSettings(servingLimits);
    const sql = 'select key, current_setting(key) as value from json_each_text($1::json)';
    for (const read of [db.rows.bind(db), db.lookup.bind(db)]) {
      const rows = await read<{ key: string; value: string }>(sql, [JSON.stringify(expected)]);
      const actual = Object.fromEntries(rows.map(({ key, value }) => [key, plain(value)]));
      assert.deepEqual(
        actual,
        Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, plain(value)])),
      );
    }
    const plan = await db.rows<{ 'QUERY PLAN': string }>(
      'explain (analyze) select * from migration',
    );
    assert.doesNotMatch(plan.map((row) => row['QUERY PLAN']).join('\n'), /JIT/);
  });
}

/**
 * Rewrites a value as PostgreSQL accepts it: PostgreSQL shows `15000` as `15s` and `ISO,MDY` as
 * `ISO, MDY`.
 */
const plain = (value: string): string =>
  value
    .replace(/^(\d+)s$/, '$1000')
    .replace(/^(\d+)min$/, (_, minutes: string) => String(Number(minutes) * 60_000))
    .replaceAll(' ', '');

test('hostile defaults: a customer orders and is billed, and every date is as ever', async (t) => {
  const { connection } = await hostileDatabase(t, 'account');
  const db = openPool({ connection, maxConnections: 8, prepareStatements: true });
  t.after(() => db.close());
  const app = await testApp({ db });
  const ask = async <Id extends OperationId>(request: TestRequest<Id>) => {
    const { status, body } = await app.request(request);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'COFFEE',
      pricing: { cost: 12.99 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  const { order } = await ask({
    operation: 'insertOrder',
    body: {
      billing: { email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_approve',
          card_expiration_month: 5,
          card_expiration_year: 2040,
        },
      },
    },
  });
  await ask({ operation: 'setClock', body: { now_dts: '2026-02-20T12:00:00-05:00' } });
  const { auto_order: autoOrder } = await ask({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: order.order_id },
    query: { _expand: 'items,rebill_orders' },
  });
  assert.equal(autoOrder.items[0].next_shipment_dts, '2026-03-15T12:00:00-04:00');
  assert.equal(autoOrder.rebill_orders[0].creation_dts, '2026-02-15T12:00:00-05:00');
  assert.equal(app.books.captures().length, 2);
});

test('a server that is spoken to directly gets the settings with the start', async (t) => {
  const { connection } = await hostileDatabase(t);
  assert.equal(await findSettingsMode(connection, servingLimits, 5000), 'start');
});

test('the time limit for transactions, new in PostgreSQL 17, does not apply to ours', async (t) => {
  const { connection, db: own } = await openTestDatabase(t);
  const timeout = "select current_setting('transaction_timeout', true) as timeout";
  if ((await own.row<{ timeout: string | null }>(timeout))?.timeout === null)
    return t.skip('this PostgreSQL is older');
  const role = `alter role current_user in database ${connection.database} set`;
  await own.run(`${role} transaction_timeout = '12s'`);
  assert.equal(await findSettingsMode(connection, servingLimits, 5000), 'statement');
  for (const settingsMode of ['start', 'statement'] as const) {
    const db = openPool({ connection, maxConnections: 8, prepareStatements: true, settingsMode });
    t.after(() => db.close());
    const expected = settingsMode === 'start' ? '12s' : '0';
    assert.deepEqual(await db.rows(timeout), [{ timeout: expected }]);
    await db.transaction(async (tx) => {
      await tx.takeTime();
      assert.deepEqual(await tx.rows(timeout), [{ timeout: '0' }], 'long work has no limit');
    });
    assert.deepEqual(await db.rows(timeout), [{ timeout: expected }]);
  }
  const kept = `select setconfig from pg_db_role_setting r join pg_database d on d.oid = r.setdatabase
    where d.datname = current_database()`;
  assert.deepEqual(
    await own.rows(kept),
    [{ setconfig: ['transaction_timeout=12s'] }],
    "the account's defaults are left as they are where no pooler needs them",
  );
});

for (const pooler of ['refuses', 'drops'] as const) {
  test(`behind a pooler that ${pooler} startup options the settings come by statements`, async (t) => {
    const { connection } = await hostileDatabase(t);
    const port = await startPooler(t, pooler, connection);
    const behind = { ...connection, host: '127.0.0.1', port };
    assert.equal(await findSettingsMode(behind, servingLimits, 5000), 'statement');
    const db = openPool({
      connection: behind,
      maxConnections: 8,
      prepareStatements: true,
      settingsMode: 'statement',
    });
    t.after(() => db.close());
    for (const read of [db.rows.bind(db), db.lookup.bind(db)])
      assert.deepEqual(await read("select current_setting('jit') as jit"), [{ jit: 'off' }]);
    // The account now has our defaults: a connection that a pooler opens from here on has them
    // before our first statement.
    const bare = openPool({
      connection: behind,
      maxConnections: 1,
      prepareStatements: false,
      settingsMode: 'start',
      limits: servingLimits,
    });
    t.after(() => bare.close());
    if (pooler === 'drops')
      assert.deepEqual(await bare.rows("select current_setting('synchronous_commit') as on"), [
        { on: 'on' },
      ]);
  });
}

/**
 * Starts a stand-in for a pooler that passes on everything except the startup parameter `options`.
 */
async function startPooler(
  t: Parameters<typeof openTestDatabase>[0] & object,
  how: 'refuses' | 'drops',
  target: { readonly host: string; readonly port: number },
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    client.once('data', (startup) => {
      const parameters = startupParameters(startup);
      if (how === 'refuses' && parameters.has('options'))
        return client.end(fatal('08P01', 'unsupported startup parameter: options'));
      parameters.delete('options');
      const upstream = connectTo(target);
      sockets.add(upstream);
      upstream.on('error', () => client.destroy());
      upstream.write(startupMessage(parameters));
      client.pipe(upstream).pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

function startupParameters(message: Buffer): Map<string, string> {
  const words = message.subarray(8).toString().split('\0');
  const pairs: [string, string][] = [];
  for (let at = 0; words[at]; at += 2) pairs.push([words[at]!, words[at + 1] ?? '']);
  return new Map(pairs);
}

function startupMessage(parameters: ReadonlyMap<string, string>): Buffer {
  const words = [...parameters].flat().map((word) => `${word}\0`);
  const body = Buffer.from(`${words.join('')}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

function fatal(code: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
