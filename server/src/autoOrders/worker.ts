import type { Context } from '../platform/context.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { listMerchants } from '../platform/tenancy/merchantStore.ts';
import { merchantsWithJobs } from './jobStore.ts';
import { runRecalculation } from './recalculation.ts';
import { runUpdateJob } from './updateJobs.ts';

/** What the worker needs from outside. */
export interface AutoOrderWorkerParts {
  readonly db: Database;
  readonly contextFor: (merchantId: string) => Promise<Context>;
}

/** Queued updates and recalculations: one of each kind a merchant and run, so that no merchant waits for all of another's. */
export function autoOrderWorker({ db, contextFor }: AutoOrderWorkerParts): Worker {
  return {
    name: 'auto orders',
    async runOnce() {
      const merchants = await listMerchants(db);
      let done = 0;
      for (const merchantId of await merchantsWithJobs(
        db,
        merchants.map((merchant) => merchant.merchantId),
      )) {
        const context = await contextFor(merchantId);
        if (await runUpdateJob(context)) done++;
        done += await runRecalculation(context);
      }
      return done;
    },
  };
}
