import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { killServers } from '../support/launched.ts';
import { withPool } from '../support/testStore.ts';

/**
 * Opens a PostgreSQL whose address stays the same over restarts: the address is a link that follows
 * its socket.
 */
export async function openRestartableStore() {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-fault-'));
  await chmod(folder, 0o755);
  const link = join(folder, 'socket');
  const start = async (): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({
      dataDir: join(folder, 'postgres'),
      log: { debug() {}, info() {}, warn() {} },
    });
    await rm(link, { force: true });
    await symlink(server.connection.host, link);
    return server;
  };
  let server = await start();
  const migrations = readMigrations();
  await withPool(server.connection, (pool) => migrate(pool, migrations));
  const { user, port, database } = server.connection;
  let restarts = 0;
  return {
    url: `postgresql://${user}@${encodeURIComponent(link)}:${port}/${database}`,
    async restart() {
      // The server is alternately killed, as by a failure of the machine, and stopped, as by an
      // administrator.
      if (restarts++ % 2 === 0) await killServers(server.dataDir);
      else await server.stop();
      server = await start();
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
