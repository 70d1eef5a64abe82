import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import {
  type EmbeddedConnection,
  startEmbeddedPostgres,
} from '../../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { noLimits } from '../../server/src/platform/storage/sessionSettings.ts';
import type { SystemPostgres } from '../../test/support/systemPostgres.ts';
import { withPool } from '../../test/support/testStore.ts';

/** A PostgreSQL for one benchmark, as durable as in production, migrated and empty. */
export interface BenchStore {
  readonly db: DatabasePool;
  readonly connection: EmbeddedConnection;
  /** The same connection as a `DATABASE_URL` for another process. */
  readonly url: string;
  /** The milliseconds of CPU time that all processes of this PostgreSQL have used until now. */
  cpuMs(): number;
}

/** The cost of an operation. */
export interface Cost {
  readonly seconds: number;
  /** Microseconds of CPU time of this process (`nodeUs`) and of PostgreSQL (`postgresUs`). */
  readonly nodeUs: number;
  readonly postgresUs: number;
}

/** Runs `work` and returns its cost. */
export async function costOf<Value>(
  { cpuMs }: BenchStore,
  work: () => Promise<Value>,
): Promise<Cost & { readonly value: Value }> {
  const [startMs, cpu, postgresMs] = [performance.now(), process.cpuUsage(), cpuMs()];
  const value = await work();
  const [endMs, used] = [performance.now(), process.cpuUsage(cpu)];
  return {
    value,
    seconds: (endMs - startMs) / 1000,
    nodeUs: used.user + used.system,
    postgresUs: (cpuMs() - postgresMs) * 1000,
  };
}

/**
 * Gives `work` a PostgreSQL that is deleted afterwards. `own` selects the machine's PostgreSQL with
 * its own defaults instead of the embedded one.
 */
export async function withPostgres<Value>(
  work: (store: BenchStore) => Promise<Value>,
  own?: SystemPostgres,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  // PostgreSQL may run under an account other than root.
  await chmod(folder, 0o755);
  const settings = { max_wal_size: '4GB' };
  const dataDir = join(folder, 'postgres');
  await own?.prepare(dataDir);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    ...(own && { nativeDir: dirname(own.bin) }),
    log: { debug() {}, info() {}, warn: console.error },
    settings,
  });
  const { connection } = postgres;
  if (own !== undefined)
    await withPool({ ...connection, database: 'postgres' }, (pool) =>
      pool.run(`create database ${connection.database}`),
    );
  const db = openPool({
    connection,
    maxConnections: 16,
    prepareStatements: true,
    limits: noLimits,
  });
  try {
    await migrate(db, readMigrations());
    const { user, host, port, database } = connection;
    const url = `postgresql://${user}@${encodeURIComponent(host)}:${port}/${database}`;
    return await work({ db, connection, url, cpuMs: () => cpuMs(postgres.dataDir) });
  } finally {
    await db.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Returns the CPU time of the server and of all processes that it has started, including those that
 * have ended.
 */
function cpuMs(dataDir: string): number {
  const postmaster = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const msPerTick = 10;
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const isServer = Number(pid) === postmaster;
    if (isServer || fields[1] === postmaster)
      ticks +=
        (fields[11] ?? 0) +
        (fields[12] ?? 0) +
        (isServer ? (fields[13] ?? 0) + (fields[14] ?? 0) : 0);
  }
  return ticks * msPerTick;
}
