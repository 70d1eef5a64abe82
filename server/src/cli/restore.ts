import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { checkBackup } from '../platform/backup/checkFolder.ts';
import { restoreFiles } from '../platform/backup/fileCopies.ts';
import { requireEmpty, restoreDatabase } from '../platform/backup/restore.ts';
import { systemClock } from '../platform/clock/systemClock.ts';
import { openLog } from '../platform/log.ts';
import { migrate, readMigrations } from '../platform/storage/migrate.ts';
import { folderOf, showProgressOf, withoutStack } from './backup.ts';
import { backupPlaces } from './backupPlaces.ts';
import { type Command, Obstacle, readArgs } from './command.ts';
import { openDatabase } from './openStore.ts';
import { recordCommand } from './record.ts';

/**
 * `restore`: restores a backup into an empty database. Nothing is charged until the restore is
 * confirmed.
 */
export const restoreCommand: Command = {
  usage: 'restore <folder>',
  summary: 'Puts a backup into an empty database, where nothing is charged until confirmed',
  help: [
    'Checks the backup against its checksums first. The database (DATABASE_URL, or the embedded one',
    'of a new DATA_DIR) must be empty, and no server may run on it. Everything is restored, or nothing.',
    'Any release that knows the migrations of the backup can restore it, into PostgreSQL 15 or newer.',
    'Afterwards no server charges, mails or calls webhooks before you confirm: perennial restored.',
  ].join('\n'),

  async run(args) {
    const { positionals } = readArgs(args, {}, ['folder']);
    const folder = folderOf(positionals);
    const config = readConfig(process.env);
    const checking = showProgressOf('checked');
    const manifest = await withoutStack(checkBackup(folder, checking.update));
    checking.finish();
    const store = await openDatabase(config, openLog('warn'));
    try {
      if (store.isAdopted)
        throw new Obstacle(
          `a server runs on ${config.dataDir}; stop it, or name another DATA_DIR for the copy`,
        );
      const migrations = readMigrations();
      const loading = showProgressOf('restored');
      const { connection } = store;
      const now = systemClock.now();
      await withoutStack(requireEmpty(connection));
      // This comes before the rows: if the restore ends early, the database is still empty and can
      // be restored again.
      await restoreFiles(folder, manifest, await placesOf(config));
      await withoutStack(
        restoreDatabase(
          { connection, folder, migrations, now, onProgress: loading.update },
          manifest,
        ),
      );
      loading.finish();
      await migrate(store.db, migrations);
      await store.db.transaction((tx) =>
        recordCommand(tx, {
          act: 'restore',
          objectType: 'installation',
          objectId: 'database',
          after: { folder, takenAt: manifest.takenAt },
        }),
      );
      console.log(
        `Restored the state of ${manifest.takenAt}. Nothing is charged, mailed or delivered yet.\n` +
          'Next: perennial restored lists what the gateways captured since then, and\n' +
          'perennial restored --confirm lets charging resume (docs/operating.md, "After a restore").',
      );
    } finally {
      await store.close();
    }
  },
};

/** An existing key stays, because the operator put it there. */
async function placesOf(config: ReturnType<typeof readConfig>) {
  const path = join(config.dataDir, 'secret.key');
  const hasKey =
    config.sealKey !== undefined ||
    (await access(path).then(
      () => true,
      () => false,
    ));
  return backupPlaces(config, !hasKey);
}
