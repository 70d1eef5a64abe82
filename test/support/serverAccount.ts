import { readFileSync } from 'node:fs';
import { type DatabasePool, openPool } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import type { TestDatabase } from './database.ts';
import { withPool } from './testStore.ts';

const sql = readFileSync(new URL('../../deploy/server-account.sql', import.meta.url), 'utf8');

/** Opens the database as an account with the rights that deploy/server-account.sql grants. */
export async function openAsServer(
  t: { after(done: () => Promise<void>): void },
  { connection }: TestDatabase,
): Promise<DatabasePool> {
  const user = `server_of_${connection.database}`;
  await withPool(connection, async (owner) => {
    await owner.run(`create role ${user} login`);
    for (const statement of sql.replaceAll('perennial_server', user).split(/;\n/))
      if (/^[A-Z]/m.test(statement)) await owner.run(statement);
  });
  const asServer: EmbeddedConnection = { ...connection, user };
  const db = openPool({ connection: asServer, maxConnections: 10, prepareStatements: true });
  t.after(async () => {
    await db.close();
    // The account's grants were dropped together with the database.
    await withPool({ ...connection, database: 'postgres' }, (admin) =>
      admin.run(`drop role ${user}`),
    );
  });
  return db;
}
