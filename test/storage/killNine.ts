import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import { startEmbeddedPostgres } from '../../server/src/platform/storage/embedded.ts';
import { addKey, addMerchant } from '../support/app.ts';
import { spawnNode } from '../support/childProcess.ts';
import { killNine, killServers } from '../support/launched.ts';
import { withPool } from '../support/testStore.ts';

const merchantId = 'KILL';
const writers = 8;

/** The real server on its own data folder. */
interface Running {
  readonly process: ChildProcess;
  readonly baseUrl: string;
}

/** How often the server is killed. The last kill comes after `writesMax` writes. */
interface Kills {
  readonly kills: number;
  readonly writesMax: number;
}

/**
 * Kills the server `kills` times during writes, and fails if a write that it acknowledged is lost.
 */
export async function killDuringWrites(t: TestContext, { kills, writesMax }: Kills): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-kill-'));
  await chmod(folder, 0o755);
  after(() => rm(folder, { recursive: true, force: true }));
  const acknowledged: string[] = [];
  let key: string | undefined;
  for (let kill = 1; kill <= kills; kill++) {
    const server = await serve(folder);
    key ??= await withGuest(folder, openMerchant);
    // Each kill comes at a later moment of the run: the first ones soon after the start, the last
    // ones after many writes.
    const enough = Math.ceil((kill * writesMax) / kills);
    acknowledged.push(
      ...(await writeUntil({ ...server, key }, `K${kill}`, enough, () =>
        killed(server, folder, kill),
      )),
    );
  }
  const server = await serve(folder);
  const lost = await missing(folder, acknowledged);
  const gone = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  await gone;
  t.diagnostic(`${kills} kills, ${acknowledged.length} acknowledged writes, ${lost.length} lost`);
  assert.deepEqual(lost, []);
}

/**
 * Kills all processes at once, or in every second round only the server, after which the watchdog
 * stops its PostgreSQL.
 */
function killed(server: Running, folder: string, kill: number): Promise<void> {
  return kill % 2 === 1
    ? killServers(join(folder, 'postgres'), server.process)
    : killNine(server.process);
}

async function serve(folder: string): Promise<Running> {
  const env = {
    ...process.env,
    DATA_DIR: folder,
    PORT: '0',
    // The log reports the address on which the server listens.
    LOG_LEVEL: 'info',
    DATABASE_URL: '',
    DEMO: 'off',
    RATE_LIMIT_PER_HOUR: '0',
    RATE_LIMIT_PER_DAY: '0',
  };
  const program = fileURLToPath(new URL('../../server/src/main.mjs', import.meta.url));
  const child = spawnNode([program], { env });
  const lines = createInterface({ input: child.stdout });
  // The log is read to its end, because a server whose log is not read stops.
  const baseUrl = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const address = /Server listening at (http:[^" ]+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    lines.once('close', () => reject(new Error('the server ended before it listened')));
  });
  return { process: child, baseUrl };
}

/** Adds the test's merchant, and returns a key of it. */
async function openMerchant(db: DatabasePool): Promise<string> {
  await addMerchant(db, merchantId);
  return addKey(db, merchantId);
}

/**
 * Several writers insert items until the server is gone. `kill` ends the server once `enough` items
 * are acknowledged. Returns the acknowledged items.
 */
async function writeUntil(
  server: Running & { readonly key: string },
  prefix: string,
  enough: number,
  kill: () => Promise<void>,
): Promise<string[]> {
  const written: string[] = [];
  let started = 0;
  let killing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    for (;;) {
      const id = `${prefix}-${++started}`;
      const answer = await insertItem(server, id);
      if (answer === 'gone') return;
      if (answer === 'busy') continue;
      written.push(id);
      if (written.length === enough) killing = kill();
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  assert.ok(killing, `the server failed after ${written.length} writes, before it was killed`);
  await killing;
  return written;
}

/**
 * Inserts an item. Returns whether the server acknowledged it, could not serve just now (503; on a
 * slow machine also when a statement reaches its time limit), or is gone.
 */
async function insertItem(
  { baseUrl, key }: Running & { readonly key: string },
  id: string,
): Promise<'acknowledged' | 'busy' | 'gone'> {
  const headers = {
    'content-type': 'application/json',
    'x-ultracart-simple-key': key,
    'X-UltraCart-Api-Version': '2017-03-01',
  };
  const body = JSON.stringify({
    merchant_item_id: id,
    description: 'written while the end was near',
  });
  const answer = await fetch(`${baseUrl}/rest/v2/item/items`, {
    method: 'POST',
    headers,
    body,
  }).catch(() => undefined);
  if (answer?.status === 503) return 'busy';
  if (answer?.status !== 200) return 'gone';
  return answer.text().then(
    () => 'acknowledged',
    () => 'gone',
  );
}

async function missing(folder: string, ids: readonly string[]): Promise<string[]> {
  const rows = await withGuest(folder, (db) =>
    db.rows<{ id: string }>('select merchant_item_id as id from item where merchant_id = $1', [
      merchantId,
    ]),
  );
  const found = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !found.has(id));
}

/** Gives `work` the database of the server that runs on the folder. */
async function withGuest<T>(folder: string, work: (db: DatabasePool) => Promise<T>): Promise<T> {
  const guest = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: { debug() {}, info() {}, warn: console.error },
  });
  assert.ok(guest.adopted);
  try {
    return await withPool(guest.connection, work);
  } finally {
    await guest.stop();
  }
}
