import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import {
  type EmbeddedConnection,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../server/src/platform/storage/embedded.ts';
import {
  type Migration,
  migrate,
  readMigrations,
} from '../../server/src/platform/storage/migrate.ts';
import { noLimits } from '../../server/src/platform/storage/sessionSettings.ts';

/**
 * A PostgreSQL server for tests, in the form in which it is passed to the processes of test files.
 */
export interface TestStore {
  readonly connection: EmbeddedConnection;
  /** The migrated database of which each test gets a copy. */
  readonly template: string;
  /** The other nodes of a Citus. Each has its part of a database under the same name. */
  readonly workers?: readonly EmbeddedConnection[];
}

/**
 * A server in a temporary folder. `stop` ends the server and deletes the folder. Its data is not
 * needed after the tests, so no write waits for the disk.
 */
export interface TestServer {
  readonly connection: EmbeddedConnection;
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL. With `own` it starts the machine's PostgreSQL instead: `prepare`
 * fills the folder, and `nativeDir` contains the programs.
 */
export async function startTestServer(own?: {
  nativeDir: string;
  prepare(dataDir: string): Promise<void>;
}): Promise<TestServer> {
  const folder = await mkdtemp(join(await roomyFolder(), 'perennial-test-'));
  const dataDir = join(folder, 'postgres');
  let server: EmbeddedPostgres;
  try {
    // PostgreSQL may run under an account other than root.
    await chmod(folder, 0o755);
    await own?.prepare(dataDir);
    server = await startEmbeddedPostgres({
      dataDir,
      nativeDir: own?.nativeDir,
      log: { debug() {}, info() {}, warn: console.error },
      settings: forgetful,
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void stop().then(() => process.exit(1)));
  return { connection: { ...server.connection, database: 'postgres' }, stop };
}

/**
 * Returns the folder for the data of tests: in memory if Linux has enough free, so that hundreds of
 * new databases do not wait for the disk, and otherwise the folder for temporary files.
 */
async function roomyFolder(): Promise<string> {
  const memory = '/dev/shm';
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }));
  const isRoomy = bavail * bsize >= roomyBytes && process.env['TMPDIR'] === undefined;
  return isRoomy ? memory : tmpdir();
}

const roomyBytes = 6 * 2 ** 30;

const forgetful = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // A connection sets its own time zone, so the server's must not matter.
  timezone: 'Asia/Kathmandu',
  max_connections: '300',
  // The view has one entry for each statement in each test's database.
  'pg_stat_statements.max': '100000',
};

/** Makes a migrated database that tests copy. `change` may rewrite the migrations first. */
export async function makeTemplate(
  server: TestServer,
  template: string,
  change?: (migration: Migration) => Migration,
): Promise<TestStore> {
  const store = { connection: server.connection, template };
  await withPool(store.connection, (pool) => pool.run(`create database ${template}`));
  const migrations = readMigrations();
  await withPool({ ...store.connection, database: template }, (pool) =>
    migrate(pool, change ? migrations.map(change) : migrations),
  );
  return store;
}

/** Opens a pool for `work`, and closes it afterwards. */
export async function withPool<T>(
  connection: EmbeddedConnection,
  work: (pool: DatabasePool) => Promise<T>,
): Promise<T> {
  const pool = openPool({
    connection,
    maxConnections: 1,
    prepareStatements: false,
    // On a busy machine the copy of a database may take long, so there is no time limit.
    limits: noLimits,
  });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}
