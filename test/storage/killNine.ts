import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../../server/src/platform/storage/embedded.ts';
import { killNine, killServers } from '../support/launched.ts';
import { withPool } from '../support/testStore.ts';

const writesMax = 1000;
const writers = 8;

/** The real server on a separate folder, addressed as its `demo.json` says. */
interface Running {
  readonly process: ChildProcess;
  readonly baseUrl: string;
  readonly apiKey: string;
}

/**
 * Kills the server `kills` times while it is written to, and fails if a write that it acknowledged
 * is lost.
 */
export async function killDuringWrites(t: TestContext, kills: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-kill-'));
  await chmod(folder, 0o755);
  after(() => rm(folder, { recursive: true, force: true }));
  const acknowledged: string[] = [];
  for (let kill = 1; kill <= kills; kill++) {
    const server = await serve(folder);
    // Each time somewhere else in a run of a thousand: early, when all is cold, and late.
    const enough = Math.ceil((kill * writesMax) / kills);
    acknowledged.push(
      ...(await writeUntil(server, `K${kill}`, enough, () => killed(server, folder, kill))),
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

/** In turn everything at once, and the server alone, whose PostgreSQL its watchdog then stops. */
function killed(server: Running, folder: string, kill: number): Promise<void> {
  return kill % 2 === 1
    ? killServers(join(folder, 'postgres'), server.process)
    : killNine(server.process);
}

async function serve(folder: string): Promise<Running> {
  const env = { ...process.env, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: '' };
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../server/src/main.mjs', import.meta.url))],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout }))
    if (line.includes('/rest/v2')) break;
  const { baseUrl, apiKey } = JSON.parse(
    await readFile(join(folder, 'demo.json'), 'utf8'),
  ) as Running;
  return { process: child, baseUrl, apiKey };
}

/**
 * Several writers insert items until the server is gone. Once `enough` are acknowledged, `kill`
 * ends the server. Returns the acknowledged ones.
 */
async function writeUntil(
  server: Running,
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
      if (!(await insertItem(server, id))) return;
      written.push(id);
      if (written.length === enough) killing = kill();
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  assert.ok(killing, `the server failed after ${written.length} writes, before it was killed`);
  await killing;
  return written;
}

/** True when the server acknowledged the item, false once it cannot any more. */
async function insertItem({ baseUrl, apiKey }: Running, id: string): Promise<boolean> {
  const headers = {
    'content-type': 'application/json',
    'x-ultracart-simple-key': apiKey,
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
  if (answer?.status !== 200) return false;
  return answer.text().then(
    () => true,
    () => false,
  );
}

async function missing(folder: string, ids: readonly string[]): Promise<string[]> {
  const guest = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: { debug() {}, info() {}, warn: console.error },
  });
  assert.ok(guest.adopted);
  const rows = await withPool(guest.connection, (db) =>
    db.rows<{ id: string }>(`select merchant_item_id as id from item where merchant_id = 'DEMO'`),
  );
  const found = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !found.has(id));
}
