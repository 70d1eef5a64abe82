import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Temporal } from 'temporal-polyfill';
import type { BookedCharge } from '../../server/src/payments/simulatorBooks.ts';
import { openPool } from '../../server/src/platform/storage/database.ts';
import { saveClock } from '../../server/src/platform/tenancy/merchantStore.ts';
import { anItem, at } from '../support/autoOrders.ts';
import { spawnNode } from '../support/childProcess.ts';
import { killNine } from '../support/launched.ts';
import { coffee, type Rebills, rebillsOn } from '../support/rebills.ts';
import { type Checked, checkBooks } from './books.ts';
import { addListeningWebhook, checkHeard, type Heard, listeningSettings } from './heard.ts';
import { Standstill } from './standstill.ts';

/** A run of worker processes that are killed while rebills fall due. */
export interface Killing {
  /**
   * The database is used only by this run. Its address stays the same when its server is restarted.
   */
  readonly url: string;
  readonly autoOrders: number;
  /** The number of weekly shipments of each auto order that are due at the start. */
  readonly cycles: number;
  readonly workers: number;
  /** Decides which process is killed when. The same seed kills in the same order. */
  readonly seed: number;
  /** The longest time between two kills. */
  readonly killMsMax: number;
  /** The number of kills after which the workers run undisturbed. Absent: no limit. */
  readonly killsMax?: number;
  /** Kills or restarts the store from time to time; absent: only workers are killed. */
  readonly restartStore?: () => Promise<void>;
}

const firstNow = at('2026-03-15T14:00:00Z');
/**
 * The key of each charge decides its outcome: 5 % are declined, 5 % are lost before and 5 % after
 * the capture.
 */
const cardToken = 'tok_mixed_5_5_5';
/** The share of further auto orders whose card is declined for good. */
const declinedShare = 1 / 50;
const declinedToken = 'tok_decline_stolen_card';
/** The rounds and days follow the default dunning. */
const rounds = 4;
const daysARound = 3;
/** The number of pieces in stock at the start. It is more than the run bills. */
const stock = 1_000_000;

/**
 * Bills everything that falls due while processes are killed with -9. The rounds are three days
 * apart, so retries come due as well. Then compares the gateway's books with ours, and what
 * listeners received with what happened.
 */
export async function billWhileKilling(
  killing: Killing,
): Promise<Checked & Heard & { kills: number; restarts: number }> {
  const deaths = new Deaths();
  const gateway = await start(
    '../../server/src/payments/simulatorProcess.ts',
    ['--port', '0'],
    deaths,
  );
  const gatewayUrl = /http:\S+/.exec(gateway.firstLine)![0];
  const db = openPool({
    connection: { url: killing.url },
    maxConnections: 4,
    prepareStatements: true,
    onIdleError: () => {},
  });
  const workers = Array.from({ length: killing.workers }, () =>
    startWorker(killing.url, gatewayUrl, deaths),
  );
  const chance = random(killing.seed);
  const counts = { kills: 0, restarts: 0 };
  try {
    const rebills = await rebillsOn(db, { settings: listeningSettings });
    await addListeningWebhook(db, rebills.merchant.merchantId);
    await seed(rebills, killing);
    for (let round = 0; round < rounds; round++) {
      const now = firstNow.add({ hours: 24 * daysARound * round });
      await saveClock(db, rebills.merchant.merchantId, { kind: 'standing', at: now });
      const standstill = new Standstill(`round ${round} (seed ${killing.seed})`);
      let settledBefore = -1;
      for (;;) {
        const left = await readLeft(rebills, now);
        if (left?.due === 0 && left.charging === 0) break;
        deaths.check();
        standstill.check(left);
        await pause(killing.killMsMax * chance());
        // On a slow machine each worker would otherwise be killed before it has settled anything.
        const isMoving = left !== undefined && left.settled !== settledBefore;
        if (isMoving && counts.kills < (killing.killsMax ?? Infinity)) {
          settledBefore = left.settled;
          await disturb(killing, { workers, gatewayUrl, deaths, chance, counts });
        }
      }
    }
    const { captures } = (await (await fetch(`${gatewayUrl}/captures`)).json()) as {
      captures: BookedCharge[];
    };
    const checked = await checkBooks(db, rebills.merchant, captures);
    assert.equal(await piecesTaken(rebills), checked.paid, 'each paid rebill takes one piece');
    return {
      ...checked,
      ...(await checkHeard(db, rebills.merchant.merchantId)),
      ...counts,
    };
  } finally {
    const started = (await Promise.allSettled(workers)).flatMap((worker) =>
      worker.status === 'fulfilled' ? [worker.value] : [],
    );
    await Promise.all([...started, gateway.process].map(killNine));
    await db.close();
  }
}

async function disturb(
  { url, restartStore }: Killing,
  {
    workers,
    gatewayUrl,
    deaths,
    chance,
    counts,
  }: {
    readonly workers: Promise<ChildProcess>[];
    readonly gatewayUrl: string;
    readonly deaths: Deaths;
    readonly chance: () => number;
    readonly counts: { kills: number; restarts: number };
  },
): Promise<void> {
  if (restartStore !== undefined && chance() < 0.35) {
    await restartStore();
    counts.restarts++;
    return;
  }
  const index = Math.floor(chance() * workers.length);
  // A process that is still starting is killed as soon as it has started; the others continue to
  // work.
  await killNine(await workers[index]!);
  workers[index] = startWorker(url, gatewayUrl, deaths);
  counts.kills++;
}

async function seed(rebills: Rebills, { autoOrders, cycles }: Killing): Promise<void> {
  const centers = [{ distribution_center_code: 'DFLT', handles: true, inventory_level: stock }];
  await rebills.addItem({
    ...coffee,
    shipping: { track_inventory: true, distribution_centers: centers },
  });
  const first = firstNow.toZonedDateTimeISO('America/New_York').subtract({ weeks: cycles - 1 });
  const item = anItem({
    frequency: 'Weekly',
    nextShipmentAt: first.toInstant(),
    anchor: first.toPlainDateTime(),
  });
  const batchSize = 1000;
  for (let oid = 1; oid <= autoOrders; oid += batchSize) {
    const size = Math.min(batchSize, autoOrders - oid + 1);
    await rebills.addMany(
      Array.from({ length: size }, (_, index) => ({ autoOrderOid: oid + index, items: [item] })),
      { cardToken },
    );
  }
  await rebills.addMany(
    Array.from({ length: autoOrders * declinedShare }, (_, index) => ({
      autoOrderOid: autoOrders + 1 + index,
      items: [item],
    })),
    { cardToken: declinedToken },
  );
}

/**
 * Returns how many pieces the rebills took, over all processes that claimed, settled or were
 * killed.
 */
async function piecesTaken({ db, merchant: { merchantId } }: Rebills): Promise<number> {
  const row = await db.row<{ level: number }>(
    `select (document->'shipping'->'distribution_centers'->0->>'inventory_level')::int as level
     from item where merchant_id = $1`,
    [merchantId],
  );
  return stock - (row?.level ?? 0);
}

/** The work that is left in a round, and the counts that change while it is done. */
export interface Left {
  readonly due: number;
  readonly charging: number;
  readonly settled: number;
}

/** Reads the work that is left. Undefined while the store restarts. */
export function readLeft(
  { db, merchant: { merchantId } }: Rebills,
  now: Temporal.Instant,
): Promise<Left | undefined> {
  return db
    .row<Left>(
      `select
         (select count(*)::int from auto_order where merchant_id = $1 and due_at <= $2) as due,
         count(*) filter (where lease_until is not null)::int as charging,
         count(*) filter (where lease_until is null)::int as settled
       from rebill where merchant_id = $1`,
      [merchantId, now],
    )
    .catch(() => undefined);
}

interface Started {
  readonly process: ChildProcess;
  readonly firstLine: string;
}

/**
 * Collects the processes of a run that ended by themselves, so that the run fails at once instead
 * of waiting for them.
 */
export class Deaths {
  readonly #found: string[] = [];

  /** Watches a process that must run until it is killed. */
  watch(program: string, child: ChildProcess): void {
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') this.#found.push(`${program} ended with ${signal ?? code}`);
    });
  }

  check(): void {
    assert.deepEqual(this.#found, [], 'a process ended by itself');
  }
}

export async function start(
  program: string,
  args: readonly string[],
  deaths: Deaths,
): Promise<Started> {
  const child = spawnNode([fileURLToPath(new URL(program, import.meta.url)), ...args]);
  const isGone = once(child, 'exit').then(([code]) =>
    assert.fail(`${program} ended with ${code} before it was ready`),
  );
  const [firstLine] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    isGone,
  ])) as [string];
  // The test kills the process later, and the promise then rejects.
  isGone.catch(() => {});
  deaths.watch(program, child);
  return { process: child, firstLine };
}

const startWorker = async (
  url: string,
  gatewayUrl: string,
  deaths: Deaths,
): Promise<ChildProcess> => (await start('./engineProcess.ts', [url, gatewayUrl], deaths)).process;

/** Returns numbers from 0 to 1 that follow from the seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
