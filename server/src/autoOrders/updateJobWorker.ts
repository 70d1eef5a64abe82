import type { Logger } from 'pino';
import type { Context } from '../platform/context.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { merchantsWithJobs } from './jobStore.ts';
import type { UpdateReaders } from './operations.ts';
import { runRecalculation } from './recalculationListener.ts';
import { runUpdateJob } from './updateJobOperations.ts';

/** The dependencies of the worker. */
export interface AutoOrderWorkerParts extends UpdateReaders {
  readonly db: Database;
  readonly log: Logger;
  readonly contextFor: (merchantId: string) => Promise<Context>;
}

/**
 * Runs queued updates and recalculations. Each run does one of each kind per merchant, so that no
 * merchant waits for all jobs of another one.
 */
export function autoOrderWorker({ db, log, contextFor, ...readers }: AutoOrderWorkerParts): Worker {
  const each = eachMerchant(log, 'auto orders');
  return {
    name: 'auto orders',
    async runOnce() {
      const waiting = await merchantsWithJobs(db, await reachableMerchantIds(db));
      return each(waiting, async (merchantId) => {
        const context = await contextFor(merchantId);
        const updated = (await runUpdateJob(context, readers)) ? 1 : 0;
        return updated + (await runRecalculation(context));
      });
    },
  };
}
