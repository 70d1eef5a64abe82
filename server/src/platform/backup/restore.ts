import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { beginEpoch, readContinuity } from '../continuityStore.ts';
import type { Connection } from '../storage/connection.ts';
import { type DatabasePool, openPool } from '../storage/database.ts';
import { checksumOf, type Migration, migrate } from '../storage/migrate.ts';
import { noLimits } from '../storage/sessionSettings.ts';
import { readForeignKeys, wholeDatabase } from './catalogue.ts';
import type { OnProgress } from './checkFolder.ts';
import { type BackupTable, FolderError, type Manifest } from './manifest.ts';
import { openRowStream, type RowStream } from './rowStream.ts';

/** The destination of a backup. */
export interface RestoreParts {
  readonly connection: Connection;
  readonly folder: string;
  /** The migrations of this release. */
  readonly migrations: readonly Migration[];
  readonly now: Temporal.Instant;
  onProgress: OnProgress;
}

/**
 * Restores a checked backup into an empty database, completely or not at all, and stops all charges
 * there (docs/adr/0046-restores.md). Fails when the database has merchants already.
 */
export async function restoreDatabase(parts: RestoreParts, manifest: Manifest): Promise<void> {
  await requireEmpty(parts.connection);
  await withOne(parts.connection, (db) => migrate(db, migrationsOf(manifest, parts.migrations)));
  const rows = await openRowStream(parts.connection);
  try {
    await rows.command('begin');
    await load(rows, parts, manifest);
    await hold(rows, parts.now, manifest);
    await rows.command('commit');
    await rows.command('analyze');
  } finally {
    await rows.close();
  }
}

/** Fails when the database has merchants. */
export const requireEmpty = (connection: Connection): Promise<void> =>
  withOne(connection, refuseFilled);

async function withOne<Value>(
  connection: Connection,
  work: (db: DatabasePool) => Promise<Value>,
): Promise<Value> {
  const db = openPool({
    connection,
    limits: noLimits,
    // Works with every server and pooler, and needs only one connection and one round trip.
    settingsMode: 'statement',
    maxConnections: 1,
    prepareStatements: false,
  });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

async function refuseFilled(db: DatabasePool): Promise<void> {
  const there = await db.row<{ is_there: boolean }>(
    "select to_regclass('merchant') is not null as is_there",
  );
  if (!there!.is_there) return;
  const merchant = await db.row<{ merchant_id: string }>(
    'select merchant_id from merchant limit 1',
  );
  if (merchant !== undefined)
    throw new FolderError(
      `the database has merchants already (${merchant.merchant_id}); restore into an empty one: ` +
        'name another DATA_DIR or DATABASE_URL',
    );
}

/** Returns the migrations that the backup's database had, as this release defines them. */
function migrationsOf(manifest: Manifest, known: readonly Migration[]): Migration[] {
  const byName = new Map(known.map((migration) => [migration.name, migration]));
  return manifest.migrations.map(({ name, checksum }) => {
    const migration = byName.get(name);
    if (migration !== undefined && checksumOf(migration) === checksum) return migration;
    throw new FolderError(
      `the backup is of another release: it has the migration ${name}, which this one does not ` +
        'know in that form; restore it with the release that made it, or a newer one',
    );
  });
}

/** Fills the tables. Foreign keys are checked once, at the end. */
async function load(
  rows: RowStream,
  { folder, onProgress }: RestoreParts,
  { tables, sequences }: Manifest,
): Promise<void> {
  const total = tables.reduce((sum, { base, changed }) => sum + base.bytes + changed!.bytes, 0);
  let done = 0;
  const onBytes = (bytes: number) => onProgress((done += bytes), total);
  const keys = await readForeignKeys(rows.db);
  for (const { drop } of keys) await rows.command(drop);
  for (const table of tables) await loadTable(rows, table, folder, onBytes);
  for (const { name, value, isCalled } of sequences)
    await rows.db.run('select setval($1::regclass, $2, $3)', [name, value, isCalled]);
  for (const { add } of keys) await rows.command(add);
}

async function loadTable(
  rows: RowStream,
  { name, columns, key, base, changed, kept }: BackupTable,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const target = `${name} (${columns.join(', ')})`;
  const path = (file: { readonly path: string }) => join(folder, file.path);
  // Migrations insert a few rows, which are deleted first.
  await rows.command(`truncate ${name}`);
  await rows.write(target, path(base), onBytes);
  if (kept !== undefined) {
    await rows.command(
      `create temporary table kept_key on commit drop as select ${key.join(', ')} from ${name} where false`,
    );
    await rows.write('kept_key', path(kept), () => {});
    const isSame = key.map((column) => `k.${column} = t.${column}`).join(' and ');
    await rows.command(
      `delete from ${name} t where not exists (select 1 from kept_key k where ${isSame}) ${wholeDatabase}`,
    );
    await rows.command('drop table kept_key');
  }
  if (changed !== undefined) await rows.write(target, path(changed), onBytes);
}

/** Begins a new epoch in the same transaction, so no server sees the restored data without it. */
async function hold(rows: RowStream, now: Temporal.Instant, { takenAt }: Manifest): Promise<void> {
  const { beat } = await readContinuity(rows.db);
  await beginEpoch(rows.db, now, {
    reason: `the backup of ${takenAt} was restored`,
    epochSeen: 1,
    beatSeen: beat,
    numbersSeen: [],
    lostSince: Temporal.Instant.from(takenAt),
  });
}
