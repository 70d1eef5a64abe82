// Tests where tables are placed when PostgreSQL runs with Citus. The last test needs a Citus
// (CITUS_URL).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  citusRole,
  localTables,
  planDistribution,
  referenceTables,
} from '../../server/src/platform/storage/distribution.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import {
  migrate,
  readMigrations,
  splitStatements,
} from '../../server/src/platform/storage/migrate.ts';
import { keepWorkerSettings } from '../../server/src/platform/storage/workerSettings.ts';
import { joinCitus } from '../support/citus.ts';
import {
  addMerchantRow,
  emptyDatabase,
  nodesOfStore,
  openTestDatabase,
  testDatabase,
} from '../support/database.ts';
import { withPool } from '../support/testStore.ts';
import { migrationFaults, readCatalogue } from './shapes.ts';

const run = promisify(execFile);
/**
 * The first migration that can run on a cluster with data, because no earlier release filled a
 * cluster.
 */
const firstOnFilledCluster = '0230_key_lives.sql';
const isOnCitus = (await nodesOfStore()).length > 1;

test('every table is distributed by merchant, or listed as one of all nodes or of one node', async (t) => {
  const db = await testDatabase(t);
  const all = await db.rows<{ name: string }>(
    `select relname as name from pg_class where relkind in ('r', 'p') and not relispartition
       and relnamespace = 'public'::regnamespace and relname !~ '^citus_|_\\d{6}$'`,
  );
  const cut = await db.rows<{ name: string }>(
    `select c.relname as name from pg_index i join pg_class c on c.oid = i.indrelid
     join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
     where i.indisprimary and a.attname = 'merchant_id' and not c.relispartition
       and c.relnamespace = 'public'::regnamespace and c.relname !~ '_\\d{6}$'`,
  );
  const known = [...cut.map(({ name }) => name), ...referenceTables, ...localTables];
  assert.deepEqual(all.map(({ name }) => name).sort(), known.sort());
});

test('a table that the release does not know is refused by name', {
  skip: isOnCitus,
}, async (t) => {
  const db = await testDatabase(t);
  await db.run('create table notes_of_ours (id int primary key)');
  await assert.rejects(planDistribution(db), /^ForeignDatabaseError: notes_of_ours: /);
});

test('a table comes after those that it refers to', { skip: isOnCitus }, async (t) => {
  const db = await testDatabase(t);
  const { statements } = await planDistribution(db);
  const placeOf = (table: string) =>
    statements.findIndex((statement) => statement.includes(`_table('${table}'`));
  const keys = await db.rows<{ from: string; to: string }>(
    `select conrelid::regclass::text as from, confrelid::regclass::text as to from pg_constraint
     join pg_class c on c.oid = conrelid and not c.relispartition
     where contype = 'f' and conrelid <> confrelid`,
  );
  assert.ok(keys.length > 10);
  for (const { from, to } of keys) assert.ok(placeOf(to) < placeOf(from), `${to} before ${from}`);
});

test('perennial distribute --dry-run prints the statements and changes nothing', async (t) => {
  const { url } = await openTestDatabase(t);
  const command = (...args: string[]) =>
    run(process.execPath, ['server/src/cli/main.mjs', 'distribute', ...args], {
      env: { ...process.env, DATABASE_URL: url },
    });
  const { stdout } = await command('--dry-run');
  if (isOnCitus) return assert.equal(stdout.trim(), '');
  assert.match(stdout, /^select create_distributed_function\('.*'\);$/m);
  assert.match(stdout, /^select create_reference_table\('api_key'\);$/m);
  assert.match(
    stdout,
    /^select create_distributed_table\('rebill', 'merchant_id', colocate_with => 'merchant'\);$/m,
  );
  await assert.rejects(command(), /has no extension citus/);
});

test('plans on the workers are made with our settings, which a session does not take there', {
  skip: !isOnCitus && 'needs CITUS_URL',
}, async (t) => {
  const { db, connection } = await openTestDatabase(t);
  const [, ...nodes] = await nodesOfStore();
  const workers = nodes.map((node) => ({ ...node, database: connection.database }));
  const read = async () => {
    const [first, ...others] = await Promise.all(workers.map(settingsOn));
    for (const each of others) assert.deepEqual(each, first);
    return first!;
  };
  await migrate(db, readMigrations());
  const set = await read();
  for (const each of ['jit=off', 'enable_seqscan=off', 'max_parallel_workers_per_gather=0'])
    assert.ok(set.includes(each), each);
  const role = `alter role ${connection.user} in database ${connection.database}`;
  await withPool(workers[0]!, (direct) => direct.run(`${role} set jit to on`));
  // Three servers start together.
  await Promise.all([db, db, db].map((each) => keepWorkerSettings(each)));
  assert.deepEqual(await read(), set);
});

test('a release later, merchants and tables that are distributed are migrated on all nodes', {
  skip: !isOnCitus && 'needs CITUS_URL',
}, async (t) => {
  const [coordinator, ...workers] = await nodesOfStore();
  assert.ok(coordinator);
  const empty = await emptyDatabase(t, { ...coordinator, database: 'older' }, workers);
  await joinCitus(empty, workers);
  const migrations = readMigrations();
  const earlier = migrations.filter(({ name }) => name <= firstOnFilledCluster);
  await withPool(empty, async (db) => {
    await migrate(db, earlier);
    for (const id of ['ONE', 'TWO', 'THREE']) await addMerchantRow(db, id);
    assert.equal((await migrate(db, migrations)).length, migrations.length - earlier.length);
    assert.deepEqual((await planDistribution(db)).statements, []);
  });
});

test('every migration that a filled cluster may meet has statements that Citus accepts', async (t) => {
  const catalogue = await readCatalogue(await testDatabase(t));
  const later = readMigrations().filter(({ name }) => name > firstOnFilledCluster);
  for (const { name, sql } of later)
    for (const statement of splitStatements(sql))
      assert.deepEqual(
        [...(await migrationFaults(statement, catalogue))],
        [],
        `${name}: ${statement}`,
      );
});

/** Returns the default settings of the connection's account on this node. */
const settingsOn = (node: EmbeddedConnection): Promise<string[]> =>
  withPool(node, async (direct) => {
    const rows = await direct.rows<{ each: string }>(
      `select unnest(setconfig) as each from pg_db_role_setting
       where setdatabase = (select oid from pg_database where datname = current_database())
         and setrole = current_user::regrole order by 1`,
    );
    return rows.map(({ each }) => each);
  });

test('a database with merchants is distributed by the command, and by no start', {
  skip: !isOnCitus && 'needs CITUS_URL',
}, async (t) => {
  const [coordinator, ...workers] = await nodesOfStore();
  assert.ok(coordinator);
  const empty = await emptyDatabase(t, { ...coordinator, database: 'moved' }, workers);
  const url = `postgresql://${empty.user}@${empty.host}:${empty.port}/${empty.database}`;
  const migrations = readMigrations();
  await withPool(empty, async (db) => {
    await migrate(db, migrations);
    for (const id of ['ONE', 'TWO', 'THREE'])
      await db.run(`insert into merchant (merchant_id, name, created_at) values ($1, $1, now())`, [
        id,
      ]);
    await db.run(
      `insert into counter (merchant_id, name, value) select merchant_id, 'order', 7 from merchant`,
    );
    await joinCitus(empty, workers);
    assert.equal(await citusRole(db), 'coordinator');
    await assert.rejects(migrate(db, migrations), /run: perennial distribute/);
  });
  await run(process.execPath, ['server/src/cli/main.mjs', 'distribute'], {
    env: { ...process.env, DATABASE_URL: url },
  });
  await withPool(empty, async (db) => {
    assert.deepEqual(await migrate(db, migrations), []);
    const rows = await db.rows<{ value: number }>('select value from counter');
    assert.deepEqual(
      rows.map(({ value }) => value),
      [7, 7, 7],
    );
    const nodes = await db.rows(
      `select distinct nodename, nodeport from citus_shards where table_name = 'counter'::regclass`,
    );
    assert.equal(nodes.length, workers.length);
  });
});
