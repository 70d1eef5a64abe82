import { after } from 'node:test';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
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
  const { connection: server, template } = await testStore();
  const database = `test_${process.pid}_${++created}`;
  await withPool(server, (admin) => admin.run(`create database ${database} template ${template}`));
  const connection = { ...server, database };
  const db = openPool({ connection, maxConnections: 10, prepareStatements: true });
  t.after(async () => {
    await db.close();
    await withPool(server, (admin) => admin.run(`drop database ${database} with (force)`));
  });
  return {
    db,
    connection,
    url: `postgresql://${server.user}@${encodeURIComponent(server.host)}:${server.port}/${database}`,
  };
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
): Promise<EmbeddedConnection> {
  const empty = { ...connection, database: `${connection.database}_empty` };
  const admin = { ...connection, database: 'postgres' };
  await withPool(admin, (db) => db.run(`create database ${empty.database}`));
  t.after(async () => {
    await withPool(admin, (db) => db.run(`drop database ${empty.database}`));
  });
  return empty;
}
