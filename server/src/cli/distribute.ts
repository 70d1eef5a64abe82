import { readConfig } from '../config.ts';
import { openPool } from '../platform/storage/database.ts';
import { citusRole, planDistribution } from '../platform/storage/distribution.ts';
import { migrateAndDistribute, readMigrations } from '../platform/storage/migrate.ts';
import { noLimits } from '../platform/storage/sessionSettings.ts';
import { type Command, Obstacle, readArgs } from './command.ts';
import { showProgress } from './progress.ts';
import { recordCommand } from './record.ts';
import { watchPostgres } from './watchPostgres.ts';

/** `distribute`: spreads a database with orders over the nodes of its Citus. */
export const distributeCommand: Command = {
  usage: 'distribute [--dry-run]',
  summary: 'Spreads the merchants of a database over the nodes of its Citus cluster',
  help:
    '  --dry-run  prints the statements and changes nothing; works without Citus, too\n\n' +
    'DATABASE_URL names the coordinator. Stop the servers first: the tables are locked until all\n' +
    'rows are copied, in one transaction. An empty database needs no command: migrate and serve\n' +
    'distribute it. docs/scaling.md lists what each node needs first.',

  async run(args) {
    const { values } = readArgs(args, { 'dry-run': { type: 'boolean' } });
    const { database } = readConfig(process.env);
    if (database === undefined)
      throw new Obstacle(
        'the embedded PostgreSQL has one node; set DATABASE_URL to the coordinator of a Citus cluster',
      );
    const db = openPool({
      connection: database,
      limits: noLimits,
      // This mode works with every server and pooler. It costs a connection one round trip.
      settingsMode: 'statement',
      maxConnections: 1,
      prepareStatements: false,
    });
    // The URL names the coordinator itself, not a pooler.
    const watch = watchPostgres({ connection: database, mayEnd: true });
    try {
      if (values['dry-run']) {
        const { statements } = await planDistribution(db);
        console.log(statements.map((statement) => `${statement};`).join('\n'));
        return;
      }
      if ((await citusRole(db)) === 'plain')
        throw new Obstacle(
          'the database has no extension citus; create it on every node as docs/scaling.md says',
        );
      let progress: ReturnType<typeof showProgress> | undefined;
      await migrateAndDistribute(db, readMigrations(), (done, all) => {
        progress ??= showProgress('tables and functions', all);
        progress.update(done);
      });
      progress?.finish();
      if (progress !== undefined)
        await db.transaction((tx) =>
          recordCommand(tx, {
            act: 'distribute',
            objectType: 'installation',
            objectId: 'database',
          }),
        );
      console.log(progress ? 'The merchants are distributed.' : 'Nothing was left to distribute.');
    } finally {
      await db.close();
      await watch.close();
    }
  },
};
