// `npm run test:faults`: three worker processes, a gateway process and PostgreSQL; workers are killed with -9, PostgreSQL is killed or restarted, at random, while
// 20,000 rebills fall due. REBILL_SEED replays a run, REBILL_COUNT makes it shorter or longer.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../server/src/platform/storage/embedded.ts';
import { migrate, readMigrations } from '../../server/src/platform/storage/migrate.ts';
import { killServers } from '../support/launched.ts';
import { withPool } from '../support/testStore.ts';
import { billWhileKilling } from './killing.ts';

const seed = Number(process.env['REBILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const rebills = Number(process.env['REBILL_COUNT'] ?? 20_000);
const cycles = 5;

test("workers and PostgreSQL killed at random: each cycle is captured exactly once, by the gateway's own books", {
  timeout: 3_600_000,
}, async (t) => {
  console.log(`seed ${seed}`);
  const store = await openStore();
  t.after(() => store.close());
  const checked = await billWhileKilling({
    url: store.url,
    seed,
    autoOrders: rebills / cycles,
    cycles,
    workers: 3,
    killMsMax: 1000,
    restartStore: () => store.restart(),
    timeoutMs: 3_000_000,
  });
  console.log(
    `${checked.paid} paid, ${checked.declined} declined, ${checked.captures} captures, ${checked.kills} kills, ${checked.restarts} restarts of PostgreSQL`,
  );
  console.log(
    `${checked.receipts} receipts, ${checked.captured} events kept for a webhook, ${checked.tasks} tasks: each once`,
  );
  assert.ok(checked.paid + checked.declined >= rebills);
});

/** A PostgreSQL whose address stays the same over restarts: a link that follows its socket. */
async function openStore() {
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
  const migrations = await readMigrations();
  await withPool(server.connection, (pool) => migrate(pool, migrations));
  const { user, port, database } = server.connection;
  let restarts = 0;
  return {
    url: `postgresql://${user}@${encodeURIComponent(link)}:${port}/${database}`,
    async restart() {
      // In turns: as a machine's end would, and as an administrator does.
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
