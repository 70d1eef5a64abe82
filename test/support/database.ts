import { connect, type Socket } from 'node:net';
import { after } from 'node:test';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import { shutOut } from './citus.ts';
import { makeTemplate, startTestServer, type TestStore, withPool } from './testStore.ts';

/** A migrated, empty database that only the caller uses. */
export interface TestDatabase {
  readonly db: DatabasePool;
  readonly connection: EmbeddedConnection;
  /** The connection as a `DATABASE_URL` for another process. */
  readonly url: string;
}

/** Where cleanup functions are registered: the test's context, or by default the whole file. */
type Scope = { after(done: () => Promise<void>): void };

/** Makes a migrated, empty database that is dropped after the test. */
export async function testDatabase(t?: Scope): Promise<DatabasePool> {
  return (await openTestDatabase(t)).db;
}

/**
 * Makes a {@link testDatabase} and returns it with its connection, for tests that start a server.
 */
export async function openTestDatabase(t: Scope = { after }): Promise<TestDatabase> {
  const undo: (() => Promise<void>)[] = [];
  // The hook is registered before the first await. Node assigns code after an await to the test
  // that made the awaited promise, so a hook behind the shared `store` would belong to the file's
  // first test.
  t.after(async () => {
    for (const step of undo) await step();
  });
  const { connection: server, template, workers = [] } = await testStore();
  const database = `test_${process.pid}_${++created}`;
  const nodes = [server, ...workers];
  // To copy a distributed database, its part on each node is copied.
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

/** Inserts a merchant with its id as its name. Other rows can only be inserted after it. */
export async function addMerchantRow(db: DatabasePool, merchantId: string): Promise<void> {
  await db.run('insert into merchant (merchant_id, name, created_at) values ($1, $1, now())', [
    merchantId,
  ]);
}

let created = 0;
let store: Promise<TestStore> | undefined;

/** `npm test` gives all files one server; a file that is run on its own starts its own server. */
function testStore(): Promise<TestStore> {
  const given = process.env['PERENNIAL_TEST_STORE'];
  store ??= given ? Promise.resolve(JSON.parse(given) as TestStore) : startOwnStore();
  return store;
}

async function startOwnStore(): Promise<TestStore> {
  const server = await startTestServer();
  // The first test that needs the server registers this. An `after` hook would run after that test
  // only, so the end of the process stops the server.
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
 * Copies a database to which the test has no connections, as a restored backup; on Citus the part
 * on each node. The copy is dropped after the test.
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

/**
 * Returns the nodes of the store: its only server, or those of a Citus with the coordinator first.
 */
export async function nodesOfStore(): Promise<EmbeddedConnection[]> {
  const { connection, workers = [] } = await testStore();
  return [connection, ...workers];
}

/** Opens a socket to the PostgreSQL of a connection, whose host is a folder or a host name. */
export const connectTo = ({ host, port }: { host: string; port: number }): Socket =>
  host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);

/**
 * Returns the statement that copies a database. A copy of the files takes half the processor time
 * of PostgreSQL's default, which writes every block to the log first.
 */
const copyOf = (copy: string, template: string): string =>
  `create database ${copy} template ${template} strategy file_copy`;

async function dropDatabase(
  node: EmbeddedConnection,
  database: string,
  isOnCitus: boolean,
): Promise<void> {
  await withPool(node, async (admin) => {
    for (let triesLeft = isOnCitus ? 5 : 0; ; triesLeft -= 1) {
      if (isOnCitus) await shutOut(admin, database);
      try {
        return void (await admin.run(`drop database ${database} with (force)`));
      } catch (error) {
        // A maintenance process of Citus can connect even now.
        if (triesLeft === 0 || (error as { code?: string }).code !== '55006') throw error;
      }
    }
  });
}
