import { readConfig } from '../config.ts';
import { openLog } from '../platform/log.ts';
import { type Command, readArgs } from './command.ts';
import { openStore } from './openStore.ts';
import { recordCommand } from './record.ts';

/**
 * `migrate`: migrates the database to this release and ends. `serve` does the same at its start.
 */
export const migrateCommand: Command = {
  usage: 'migrate',
  summary: 'Brings the database to this release',
  help:
    'Safe while servers of this release run; several at once wait for one another. Only ' +
    'a backup undoes it.',

  async run(args) {
    readArgs(args, {});
    const config = readConfig(process.env);
    const store = await openStore(config, openLog(config.logLevel));
    try {
      if (store.applied.length > 0)
        await store.db.transaction((tx) =>
          recordCommand(tx, {
            act: 'migrate',
            objectType: 'installation',
            objectId: 'database',
            after: { applied: store.applied },
          }),
        );
    } finally {
      await store.close();
    }
    console.log(
      store.applied.length === 0
        ? 'The database is up to date.'
        : store.applied.map((name) => `applied ${name}`).join('\n'),
    );
  },
};
