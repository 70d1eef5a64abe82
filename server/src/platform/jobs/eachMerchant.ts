import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import type { Database } from '../storage/database.ts';
import { concurrencyLimit } from './batches.ts';

/**
 * Does the work of each merchant and returns how much was done. A failure of one merchant's work is
 * logged and does not stop the work of the others. Throws only if nothing was done and something
 * failed, so that the loop counts the failure and waits before it retries.
 */
export type EachMerchant = (
  merchantIds: Iterable<string>,
  work: (merchantId: string) => Promise<number>,
) => Promise<number>;

/** The {@link EachMerchant} of one worker; it works for `atOnce` merchants at the same time. */
export function eachMerchant(log: Logger, worker: string, atOnce = 1): EachMerchant {
  return async (merchantIds, work) => {
    const turn = concurrencyLimit(atOnce);
    const failures: unknown[] = [];
    const counts = await Promise.all(
      Array.from(merchantIds, (merchantId) =>
        turn(async () => {
          try {
            return await work(merchantId);
          } catch (error) {
            log.error({ err: error, merchantId, worker }, 'the work of a merchant failed');
            failures.push(error);
            return 0;
          }
        }),
      ),
    );
    const done = counts.reduce((sum, count) => sum + count, 0);
    if (failures.length === 0 || done > 0) return done;
    throw failures.length === 1
      ? failures[0]
      : new AggregateError(failures, `the work of ${failures.length} merchants failed`);
  };
}

/** The dependencies of a worker that processes all merchants, each with a context. */
export interface MerchantRounds {
  readonly db: Database;
  readonly log: Logger;
  contextFor(merchantId: string): Promise<Context>;
}
