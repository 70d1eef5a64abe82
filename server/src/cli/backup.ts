import { resolve } from 'node:path';
import { readConfig } from '../config.ts';
import { takeBackup } from '../platform/backup/backup.ts';
import { FolderError, type Manifest } from '../platform/backup/manifest.ts';
import { openLog } from '../platform/log.ts';
import type { Database } from '../platform/storage/database.ts';
import { citusRole } from '../platform/storage/distribution.ts';
import { readMigrations } from '../platform/storage/migrate.ts';
import { backupPlaces } from './backupPlaces.ts';
import { type Command, needed, Obstacle, readArgs } from './command.ts';
import { openDatabase } from './openStore.ts';
import { showProgress } from './progress.ts';
import { recordCommand } from './record.ts';

/** `backup`: writes the database and its files into a folder, while servers run. */
export const backupCommand: Command = {
  usage: 'backup <folder> [--with-key]',
  summary: 'Backs up the database and its files into a folder, while servers run',
  help: [
    'Works for the embedded PostgreSQL and for DATABASE_URL, with the same environment as the server.',
    'Contains everything that was acknowledged before its end: writers wait for a moment while the',
    'newest rows are read. An interrupted backup continues when you run the same command again.',
    '  --with-key  also copies DATA_DIR/secret.key, without which the copy cannot be used. Then keep',
    '              the folder as secret as the key. Left out: keep the key yourself.',
    'Attachments in a bucket (S3_BUCKET) are not copied. perennial restore <folder> puts it back.',
  ].join('\n'),

  async run(args) {
    const { values, positionals } = readArgs(args, { 'with-key': { type: 'boolean' } }, ['folder']);
    const folder = folderOf(positionals);
    const config = readConfig(process.env);
    const store = await openDatabase(config, openLog('warn'));
    try {
      await refuseCitus(store.db);
      await record(store.db, folder);
      const progress = showProgressOf('rows');
      const manifest = await withoutStack(
        takeBackup({
          connection: store.connection,
          folder,
          sources: backupPlaces(config, values['with-key'] === true),
          onProgress: progress.update,
        }),
      );
      progress.finish();
      console.log(summaryOf(manifest, folder));
    } finally {
      await store.close();
    }
  },
};

/** Returns the folder that a command names. There must be exactly one. */
export const folderOf = ([folder]: readonly string[]): string =>
  resolve(needed(folder, 'the folder'));

/** Shows progress in megabytes. The total may grow. */
export function showProgressOf(label: string) {
  let shown: ReturnType<typeof showProgress> | undefined;
  const inMegabytes = (bytes: number) => Math.ceil(bytes / 1_000_000);
  return {
    update(done: number, total: number) {
      shown ??= showProgress(`${label} (MB)`, inMegabytes(total));
      shown.update(inMegabytes(done), inMegabytes(total));
    },
    finish: () => shown?.finish(),
  };
}

/**
 * Turns a fault of the folder into an {@link Obstacle}, without a stack, because the operator can
 * fix it.
 */
export async function withoutStack<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FolderError) throw new Obstacle(error.message);
    throw error;
  }
}

async function refuseCitus(db: Database): Promise<void> {
  if ((await citusRole(db)) === 'plain') return;
  throw new Obstacle(
    'the database is a Citus cluster; back up its nodes as docs/scaling.md says, at one restore point',
  );
}

/**
 * Records the backup in the audit log. Skips a database that this release has not migrated, because
 * its audit log may have another form.
 */
async function record(db: Database, folder: string): Promise<void> {
  const [row] = await db.rows<{ count: number }>('select count(*) as count from migration');
  if (row?.count !== readMigrations().length) return;
  await db.transaction((tx) =>
    recordCommand(tx, {
      act: 'backup',
      objectType: 'installation',
      objectId: 'database',
      after: { folder },
    }),
  );
}

function summaryOf({ takenAt, didWritersWait, tables, files }: Manifest, folder: string): string {
  const rows = tables.reduce((sum, { base, changed }) => sum + base.rows + changed!.rows, 0);
  const end = didWritersWait
    ? `It contains everything that was acknowledged before ${takenAt}.`
    : `It contains the state of ${takenAt}: writers did not pause, so later writes are missing.`;
  const kept = files.some(({ path }) => path.startsWith('files/key'))
    ? 'It contains the key of the installation: keep it secret.'
    : 'Keep SECRET_KEY (or DATA_DIR/secret.key) apart from it: the copy cannot be used without it.';
  return `Backed up ${rows.toLocaleString('en')} rows and ${files.length} files into ${folder}.\n${end}\n${kept}`;
}
