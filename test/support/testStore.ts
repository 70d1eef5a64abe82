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

/** A PostgreSQL server for tests, as it travels to the test files' processes. */
export interface TestStore {
  readonly connection: EmbeddedConnection;
  /** The migrated database that each test's own is a copy of. */
  readonly template: string;
  /** The other nodes of a Citus; a database has a part of the same name on each. */
  readonly workers?: readonly EmbeddedConnection[];
}

/**
 * A server in a temporary folder; both are gone after `stop`. Nothing in it outlives the tests, so
 * nothing waits for the disk.
 */
export interface TestServer {
  readonly connection: EmbeddedConnection;
  stop(): Promise<void>;
}

/**
 * The embedded PostgreSQL; or, of the machine's own, what `prepare` laid into the folder, run by
 * the programs in `nativeDir`.
 */
export async function startTestServer(own?: {
  nativeDir: string;
  prepare(dataDir: string): Promise<void>;
}): Promise<TestServer> {
  const folder = await mkdtemp(join(await roomyFolder(), 'perennial-test-'));
  const dataDir = join(folder, 'postgres');
  let server: EmbeddedPostgres;
  try {
    // PostgreSQL may run as another account than root.
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
 * Where the data of tests lies: in memory where Linux offers enough of it, so that hundreds of new
 * databases do not wait for the disk; otherwise the folder for temporary files.
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
  // A connection sets its own zone, whatever the server's is.
  timezone: 'Asia/Kathmandu',
  max_connections: '300',
  // One entry for each statement in each test's database.
  'pg_stat_statements.max': '100000',
};

/** Migrates a new database that tests copy; `change` may rewrite the migrations first. */
export async function makeTemplate(
  server: TestServer,
  template: string,
  change?: (migration: Migration) => Migration,
): Promise<TestStore> {
  const store = { connection: server.connection, template };
  await withPool(store.connection, (pool) => pool.run(`create database ${template}`));
  const migrations = await readMigrations();
  await withPool({ ...store.connection, database: template }, (pool) =>
    migrate(pool, change ? migrations.map(change) : migrations),
  );
  return store;
}

/** Lends a pool for `work` and closes it. */
export async function withPool<T>(
  connection: EmbeddedConnection,
  work: (pool: DatabasePool) => Promise<T>,
): Promise<T> {
  const pool = openPool({
    connection,
    maxConnections: 1,
    prepareStatements: false,
    // To copy a database takes as long as it takes, on a busy machine.
    limits: noLimits,
  });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}
