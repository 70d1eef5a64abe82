import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPool, type DatabasePool } from '../../server/src/platform/storage/database.ts';
import { type EmbeddedConnection, startEmbeddedPostgres } from '../../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';

/** A PostgreSQL of the benchmark's own, durable as a real one, migrated and empty. */
export interface BenchStore {
  readonly db: DatabasePool;
  readonly connection: EmbeddedConnection;
  /** The same for a process of its own, as `DATABASE_URL`. */
  readonly url: string;
}

/** Lends a store for `work`; it is gone afterwards. */
export async function withPostgres(work: (store: BenchStore) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  // PostgreSQL may run as another account than root.
  await chmod(folder, 0o755);
  const settings = { max_wal_size: '4GB' };
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: { debug() {}, info() {}, warn: console.error }, settings });
  const { connection } = postgres;
  const db = openPool({ connection, maxConnections: 8, prepareStatements: true });
  try {
    await migrate(db, await readMigrations());
    const { user, host, port, database } = connection;
    await work({ db, connection, url: `postgresql://${user}@${encodeURIComponent(host)}:${port}/${database}` });
  } finally {
    await db.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
