import { connect, type Socket } from 'node:net';
import { after } from 'node:test';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import { shutOut } from './citus.ts';
import { makeTemplate, startTestServer, type TestStore, withPool } from './testStore.ts';

/** A migrated, empty database of the caller's own. */
export interface TestDatabase {
  readonly db: DatabasePool;
  readonly connection: EmbeddedConnection;
  /** The connection of the same database for another process, as `DATABASE_URL`. */
  readonly url: string;
}

/** Runs functions after a test: the test's context; left out, the whole file. */
type Scope = { after(done: () => Promise<void>): void };

/** A migrated, empty database that is dropped after the test. */
export async function testDatabase(t?: Scope): Promise<DatabasePool> {
  return (await openTestDatabase(t)).db;
}

/** {@link testDatabase} with the way to it, for tests that start a server. */
export async function openTestDatabase(t: Scope = { after }): Promise<TestDatabase> {
  const undo: (() => Promise<void>)[] = [];
  // Before anything is awaited: Node counts what follows an await for the test that made the
  // awaited promise, so a hook behind the shared `store` would be one of the file's first test.
  t.after(async () => {
    for (const step of undo) await step();
  });
  const { connection: server, template, workers = [] } = await testStore();
  const database = `test_${process.pid}_${++created}`;
  const nodes = [server, ...workers];
  // The copy of a distributed database is a copy of its part on each node.
  await Promise.all(
    nodes.map((node) => withPool(node, (admin) => admin.run(copyOf(database, template)))),
  );
  const connection = { ...server, database };
  const db = openPool({ connection, maxConnections: 10, prepareStatements: true });
  undo.push(() => db.close());
  for (const node of nodes) undo.push(() => dropDatabase(node, database, workers.length > 0));
  return {
    db,
    connection,
    url: `postgresql://${server.user}@${encodeURIComponent(server.host)}:${server.port}/${database}`,
  };
}

/** Inserts a merchant that has its id for a name: inserts of rows begin with that of their merchant. */
export async function addMerchantRow(db: DatabasePool, merchantId: string): Promise<void> {
  await db.run('insert into merchant (merchant_id, name, created_at) values ($1, $1, now())', [
    merchantId,
  ]);
}

let created = 0;
let store: Promise<TestStore> | undefined;

/** `npm test` names the store for the whole run; a file that is run by itself starts its own. */
function testStore(): Promise<TestStore> {
  const given = process.env['PERENNIAL_TEST_STORE'];
  store ??= given ? Promise.resolve(JSON.parse(given) as TestStore) : startOwnStore();
  return store;
}

async function startOwnStore(): Promise<TestStore> {
  const server = await startTestServer();
  // Registered by the first test that asks, so it would run after that one alone: the process's own
  // end is what we wait for.
  process.once('beforeExit', () => void server.stop());
  return makeTemplate(server, 'template_plain');
}

/**
 * Creates a database without tables on the server of `connection`. It is dropped after the test.
 */
export async function emptyDatabase(
  t: Scope,
  connection: EmbeddedConnection,
  workers: readonly EmbeddedConnection[] = [],
): Promise<EmbeddedConnection> {
  const empty = { ...connection, database: `${connection.database}_empty` };
  const nodes = [connection, ...workers].map((node) => ({ ...node, database: 'postgres' }));
  for (const node of nodes)
    await withPool(node, (admin) => admin.run(`create database ${empty.database}`));
  t.after(async () => {
    for (const node of nodes) await dropDatabase(node, empty.database, workers.length > 0);
  });
  return empty;
}

/**
 * Copies a database to which the test has no connections, as a backup that is put back; on Citus
 * the part of each node. The copy is dropped after the test.
 */
export async function copyDatabase(t: Scope, database: string): Promise<string> {
  const copy = `${database}_copy`;
  const nodes = await nodesOfStore();
  const isOnCitus = nodes.length > 1;
  const onEach = async (work: (admin: DatabasePool) => Promise<unknown>) => {
    for (const node of nodes) await withPool(node, async (admin) => void (await work(admin)));
  };
  if (isOnCitus) await onEach((admin) => shutOut(admin, database));
  await onEach((admin) => admin.run(copyOf(copy, database)));
  if (isOnCitus)
    await onEach((admin) => admin.run(`alter database ${database} allow_connections on`));
  t.after(async () => {
    for (const node of nodes) await dropDatabase(node, copy, isOnCitus);
  });
  return copy;
}

/** The nodes of the store: one, or those of a Citus, its coordinator first. */
export async function nodesOfStore(): Promise<EmbeddedConnection[]> {
  const { connection, workers = [] } = await testStore();
  return [connection, ...workers];
}

/** Opens a socket to the PostgreSQL of a connection, whose host is a folder or a name. */
export const connectTo = ({ host, port }: { host: string; port: number }): Socket =>
  host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);

/**
 * The statement that copies a database. Copying files takes half the processor time of writing every
 * block to the log first, as PostgreSQL does where nothing is named.
 */
const copyOf = (copy: string, template: string): string =>
  `create database ${copy} template ${template} strategy file_copy`;

async function dropDatabase(
  node: EmbeddedConnection,
  database: string,
  isOnCitus: boolean,
): Promise<void> {
  await withPool(node, async (admin) => {
    if (isOnCitus) await shutOut(admin, database);
    await admin.run(`drop database ${database} with (force)`);
  });
}
