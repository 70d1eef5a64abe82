import { merchantsWithDue } from '../autoOrders/dueStore.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import type { Context } from '../platform/context.ts';
import { limiter } from '../platform/jobs/batches.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { listMerchants } from '../platform/tenancy/merchantStore.ts';
import type { RebillParts } from './dueOperations.ts';
import { resolveUnanswered, runDue } from './dueOperations.ts';
import { merchantsWithOverdue } from './store.ts';

/** What the workers are put together from. */
export interface RebillWorkerParts extends RebillParts {
  readonly db: Database;
  contextFor(merchantId: string): Promise<Context>;
}

/** Bills what is due, for all merchants: a bounded round each, several merchants side by side, so none waits for another's slow gateway. */
export function rebillWorker(parts: RebillWorkerParts): Worker {
  return {
    name: 'rebill',
    async runOnce() {
      const now = parts.clock.now();
      const merchants = (await listMerchants(parts.db)).map(({ merchantId, clock }) => ({
        merchantId,
        now: readClock(clock, now),
      }));
      const due = await merchantsWithDue(parts.db, merchants);
      return eachMerchant(
        parts,
        due,
        async (context) =>
          (await runDue(context, parts, { until: context.now, at: 'now', most: looksPerRound }))
            .looked,
      );
    },
  };
}

/** Finishes charges that were left unanswered, by asking the gateways. */
export function unansweredWorker(parts: RebillWorkerParts): Worker {
  return {
    name: 'unanswered charges',
    async runOnce() {
      const merchants = (await listMerchants(parts.db)).map((merchant) => merchant.merchantId);
      return eachMerchant(
        parts,
        await merchantsWithOverdue(parts.db, merchants),
        async (context) => (await resolveUnanswered(context, parts)).looked,
      );
    },
  };
}

const looksPerRound = 2000;
const merchantsAtOnce = 8;

/** Works for each merchant; one whose work fails is logged and keeps nobody else from theirs. */
async function eachMerchant(
  parts: RebillWorkerParts,
  merchantIds: ReadonlySet<string>,
  work: (context: Context) => Promise<number>,
): Promise<number> {
  const turn = limiter(merchantsAtOnce);
  const done = await Promise.allSettled(
    [...merchantIds].map((merchantId) =>
      turn(async () => work(await parts.contextFor(merchantId))),
    ),
  );
  const failures = done.flatMap((each) =>
    each.status === 'rejected' ? [each.reason as unknown] : [],
  );
  const worked = done.reduce(
    (sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0),
    0,
  );
  // The loop logs it; what the others did still counts, so it goes on at once.
  if (failures.length > 0 && worked === 0)
    throw failures.length === 1
      ? failures[0]
      : new AggregateError(failures, `the work of ${failures.length} merchants failed`);
  return worked;
}
