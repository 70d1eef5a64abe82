import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { type TestStore, withPool } from './testStore.ts';

const template = 'template_citus';
const shards = 8;

/**
 * Creates the migrated database that tests copy, on the Citus whose coordinator is in `CITUS_URL`.
 * The role must be a superuser without a password. The nodes are read from the database of the URL,
 * so it must know the workers.
 */
export async function makeCitusTemplate(citusUrl: string): Promise<TestStore> {
  const url = new URL(citusUrl);
  const connection: EmbeddedConnection = {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username) || 'postgres',
    database: url.pathname.slice(1) || 'postgres',
  };
  const nodes = await withPool(connection, (db) =>
    db.rows<{ host: string; port: number }>(
      'select nodename as host, nodeport as port from pg_dist_node where groupid > 0 order by 2',
    ),
  );
  const admin = { ...connection, database: 'postgres' };
  const workers = nodes.map((node) => ({ ...admin, ...node }));
  for (const node of [admin, ...workers]) await makeEmpty(node);
  const made = { ...admin, database: template };
  await joinCitus(made, workers);
  await withPool(made, async (db) => migrate(db, readMigrations()));
  for (const node of [admin, ...workers]) await withPool(node, (db) => shutOut(db, template));
  return { connection: admin, template, workers };
}

async function makeEmpty(node: EmbeddedConnection): Promise<void> {
  await withPool(node, async (db) => {
    await db.run(`drop database if exists ${template} with (force)`);
    await db.run(`create database ${template}`);
  });
}

/** Joins the databases of one name on these nodes to one Citus. */
export async function joinCitus(
  coordinator: EmbeddedConnection,
  workers: readonly EmbeddedConnection[],
): Promise<void> {
  const { database } = coordinator;
  for (const node of [coordinator, ...workers])
    await withPool({ ...node, database }, (db) => db.run('create extension citus'));
  await withPool(coordinator, async (db) => {
    // A copy of a database copies all shards of all tables, so their number is small.
    await db.run(`alter database ${database} set citus.shard_count = ${shards}`);
    await db.run('select citus_set_coordinator_host($1, $2)', [coordinator.host, coordinator.port]);
    for (const { host, port } of workers)
      await db.run('select citus_add_node($1, $2)', [host, port]);
  });
}

/**
 * Ends the connections of a database and refuses new ones: Citus keeps one open in each database,
 * and a database with connections can be neither copied nor dropped.
 */
export async function shutOut(admin: DatabasePool, database: string): Promise<void> {
  await admin.run(`alter database ${database} allow_connections false`);
  await admin.run(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1`,
    [database],
  );
}
