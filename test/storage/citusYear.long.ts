// Plays a year of the demo on a Citus (CITUS_URL) while its workers crash in turn and the demo
// merchant is moved from one to the other: `npm test -- --citus test/storage/citusYear.long.ts`.
// Every rebill is captured once by the simulator's own books, the audit finds no difference, and a
// reader of the feed misses nothing. The role of CITUS_URL must be allowed to crash a worker
// (superuser), and the workers need `wal_level = logical`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { ClockAdvance } from '@perennial/contract/clock.ts';
import type { EventsResponse } from '@perennial/contract/perennial.ts';
import type { Demo } from '../../server/src/cli/demo.ts';
import type { BookedCharge } from '../../server/src/payments/simulatorBooks.ts';
import type { Database } from '../../server/src/platform/storage/database.ts';
import type { EmbeddedConnection } from '../../server/src/platform/storage/embedded.ts';
import { attemptOfKey } from '../../server/src/rebill/knownAttemptStore.ts';
import { nodesOfStore, openTestDatabase } from '../support/database.ts';
import { serveDatabase } from '../support/served.ts';
import { withPool } from '../support/testStore.ts';

const run = promisify(execFile);
const workers = (await nodesOfStore()).slice(1);
/** The days of the demo's clock between two disturbances. */
const daysBetween = 30;

type Send = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer | undefined>;

/**
 * Sends requests as the demo merchant. Undefined when the request is refused, for example while the
 * merchant's node is down.
 */
const sender =
  (address: string, { apiKey }: Demo): Send =>
  async (method, path, body) => {
    const response = await fetch(`${address}/perennial/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-ultracart-simple-key': apiKey },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    assert.ok(response.status === 503 || response.status === 409, text);
    return undefined;
  };

/** Finds the node with the demo merchant, and the merchant's shard there. */
async function homeOf(db: Database): Promise<{ host: string; port: number; shard: number }> {
  const row = await db.row<{ host: string; port: number; shard: number }>(
    `select nodename as host, nodeport as port, shardid as shard from citus_shards
     where table_name = 'merchant'::regclass
       and shardid = get_shard_id_for_distribution_column('merchant', 'DEMO'::text)`,
  );
  return row!;
}

/** Kills a backend of a node with -9: its PostgreSQL drops all connections and recovers. */
async function crash(node: EmbeddedConnection): Promise<void> {
  await assert.rejects(
    withPool(node, (db) => db.run(`copy (select 1) to program 'kill -9 $PPID'`)),
  );
  const isBack = () =>
    withPool(node, (db) => db.run('select 1')).then(
      () => true,
      () => false,
    );
  while (!(await isBack()));
}

async function moveDemo(db: Database): Promise<void> {
  const { host, port, shard } = await homeOf(db);
  const target = workers.find((node) => node.port !== port || node.host !== host)!;
  await db.transaction(async (tx) => {
    await tx.takeTime();
    await tx.run(
      `select citus_move_shard_placement($1, $2, $3, $4, $5,
         shard_transfer_mode := 'force_logical')`,
      [shard, host, port, target.host, target.port],
    );
  });
}

/** Returns the kinds of disturbance, which are used in turn. */
function disturbances(db: Database, database: string): readonly (() => Promise<void>)[] {
  const isHome = async (node: EmbeddedConnection) => {
    const home = await homeOf(db);
    return home.port === node.port && home.host === node.host;
  };
  const crashWhere = async (wanted: boolean) => {
    for (const node of workers)
      if ((await isHome(node)) === wanted) return crash({ ...node, database });
  };
  return [() => crashWhere(true), () => moveDemo(db), () => crashWhere(false)];
}

const daysIn = ({ from_dts, reached_dts }: ClockAdvance): number =>
  (Date.parse(reached_dts!) - Date.parse(from_dts!)) / 86_400_000;

/** Plays a year, disturbs the cluster every month, and returns the number of disturbances. */
async function playYear(
  send: Send,
  disturb: readonly (() => Promise<void>)[],
): Promise<{ disturbed: number; paid: number }> {
  const started = await send<{ advance: ClockAdvance }>('PUT', '/clock', { advance_by: '1y' });
  const { advance_id: id } = started!.advance;
  let disturbed = 0;
  for (;;) {
    const read = await send<{ advance: ClockAdvance }>('GET', `/clock/advances/${id}`);
    if (read === undefined) continue;
    const { advance } = read;
    if (advance.done) {
      assert.equal(advance.state, 'done', advance.failure_reason);
      return { disturbed, paid: advance.rebill_count ?? 0 };
    }
    if (daysIn(advance) < (disturbed + 1) * daysBetween) continue;
    await disturb[disturbed % disturb.length]!();
    disturbed++;
  }
}

/**
 * Reads the feed to its present end, again and again, until `isOver`. Returns the names of the
 * events.
 */
async function readFeed(send: Send, isOver: () => boolean): Promise<string[]> {
  const names: string[] = [];
  for (let cursor = ''; ; ) {
    const wasOver = isOver();
    const after = cursor === '' ? '' : `&after=${encodeURIComponent(cursor)}`;
    const page = await send<EventsResponse>('GET', `/events?_limit=1000${after}`);
    if (page === undefined) continue;
    const events = page.events ?? [];
    names.push(...events.map((e) => `${e.object_type} ${e.object_id} ${e.object_sequence}`));
    cursor = page.next_cursor!;
    if (wasOver && events.length === 0) return names;
  }
}

/** Reads the captures of rebills from the simulator's books. */
async function capturesIn(dataDir: string): Promise<string[]> {
  const lines = (await readFile(join(dataDir, 'simulator.jsonl'), 'utf8')).trim().split('\n');
  const charges = new Map<string, string>();
  for (const line of lines) {
    const { charge } = JSON.parse(line) as { charge?: BookedCharge };
    const attempt = charge && attemptOfKey(charge.key);
    if (attempt && charge.declined === undefined)
      charges.set(charge.key, `${attempt.autoOrderOid} ${attempt.rebillNumber}`);
  }
  return [...charges.values()];
}

const paidRebills = async (db: Database): Promise<string[]> =>
  (
    await db.rows<{ name: string }>(
      `select auto_order_oid || ' ' || rebill_number as name from rebill
       where merchant_id = 'DEMO' and state = 'paid'`,
    )
  ).map(({ name }) => name);

test('a year of the demo is billed exactly once while nodes of Citus crash and the merchant moves', {
  skip: workers.length < 2 && 'needs CITUS_URL with two workers or more',
}, async (t) => {
  const { db, connection, url } = await openTestDatabase(t);
  const { address, dataDir, end } = await serveDatabase(t, url);
  const demo = JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8')) as Demo;
  const send = sender(address, demo);
  const before = new Set(await paidRebills(db));
  let isOver = false;
  const reading = readFeed(send, () => isOver);
  const startedAt = performance.now();
  const kinds = disturbances(db, connection.database);
  const { disturbed, paid } = await playYear(send, kinds).finally(() => (isOver = true));
  const seconds = (performance.now() - startedAt) / 1000;
  const billed = (await paidRebills(db)).filter((name) => !before.has(name));
  assert.deepEqual((await capturesIn(dataDir)).sort(), billed.sort());
  const stored = await db.rows<{ name: string }>(
    `select replace(object_type, ' ', '_') || ' ' || object_id || ' ' || object_sequence as name
     from event where merchant_id = 'DEMO'`,
  );
  const read = await reading;
  assert.deepEqual(read.toSorted(), stored.map(({ name }) => name).sort());
  const { stdout } = await run(process.execPath, ['server/src/cli/main.mjs', 'audit'], {
    env: { ...process.env, DATABASE_URL: url, DATA_DIR: dataDir },
  });
  t.diagnostic(
    `${paid} rebills in ${seconds.toFixed(0)} s, ${disturbed} disturbances, ` +
      `${read.length} events; ${stdout.trim().split('\n').at(-1)}`,
  );
  await end();
  // A disturbance may last for months of the clock, so the number of disturbances depends on the
  // machine.
  assert.ok(disturbed >= 2 * kinds.length, `${disturbed} disturbances`);
  assert.ok(billed.length > 5000, `${billed.length} rebills`);
});
