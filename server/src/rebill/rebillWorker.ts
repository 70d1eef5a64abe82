import type { Logger } from 'pino';
import { merchantsWithDue } from '../autoOrders/dueStore.ts';
import { readClock } from '../platform/clock/merchantClock.ts';
import type { Context } from '../platform/context.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { reachableMerchantIds, reachableMerchants } from '../platform/tenancy/merchantStore.ts';
import { type RebillParts, resolveUnanswered, runDue } from './dueOperations.ts';
import { merchantsWithOverdue } from './store.ts';

/** The dependencies of the workers. */
export interface RebillWorkerParts extends RebillParts {
  readonly db: Database;
  readonly log: Logger;
  contextFor(merchantId: string): Promise<Context>;
}

/**
 * Bills due rebills of all merchants. Each merchant gets a bounded round, and several merchants run
 * concurrently, so that no merchant waits for another one's slow gateway.
 */
export function rebillWorker(parts: RebillWorkerParts): Worker {
  const each = eachMerchant(parts.log, 'rebill', merchantsAtOnce);
  return {
    name: 'rebill',
    async runOnce() {
      const now = parts.clock.now();
      const merchants = (await reachableMerchants(parts.db)).map(({ merchantId, clock }) => ({
        merchantId,
        now: readClock(clock, now),
      }));
      const due = await merchantsWithDue(parts.db, merchants);
      return each(due, async (merchantId) => {
        const context = await parts.contextFor(merchantId);
        const run = { until: context.now, moment: 'now', examinedMax } as const;
        return (await runDue(context, parts, run)).examined;
      });
    },
  };
}

/** Settles charges without a stored answer, by querying the gateways. */
export function unansweredWorker(parts: RebillWorkerParts): Worker {
  const each = eachMerchant(parts.log, 'unanswered charges', merchantsAtOnce);
  return {
    name: 'unanswered charges',
    async runOnce() {
      const merchants = await reachableMerchantIds(parts.db);
      return each(
        await merchantsWithOverdue(parts.db, merchants),
        async (merchantId) =>
          (await resolveUnanswered(await parts.contextFor(merchantId), parts)).examined,
      );
    },
  };
}

const examinedMax = 2000;
const merchantsAtOnce = 8;
