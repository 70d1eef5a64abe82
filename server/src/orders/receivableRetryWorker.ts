import type { Temporal } from 'temporal-polyfill';
import type { Context } from '../platform/context.ts';
import type { DueWork } from '../platform/jobs/dueWork.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import type { OrderParts } from './insertOperations.ts';
import { findActiveRetry, runRetries } from './receivableRetryOperations.ts';
import { adoptReceivables, firstRetry, merchantsWithRetry } from './receivableRetryStore.ts';

/** Charges and rejects orders in Accounts Receivable, for the merchants whose retry is active. */
export function receivableRetryWorker(rounds: MerchantRounds, parts: OrderParts): Worker {
  const each = eachMerchant(rounds.log, 'receivable retries');
  return {
    name: 'receivable retries',
    async runOnce() {
      const merchants = await merchantsWithRetry(rounds.db, await reachableMerchantIds(rounds.db));
      return each(merchants, async (merchantId) => {
        const context = await rounds.contextFor(merchantId);
        return runRetries(context, parts, context.now);
      });
    },
  };
}

/** Does the same work when a test clock is moved: each order at its due moment. */
export function receivableDueWork(parts: OrderParts): DueWork {
  return {
    name: 'receivable retries',
    kind: 'auto orders',
    // A clock counts auto orders, so the orders that they left are not counted again.
    countDue: async () => 0,
    async nextDueAt(context: Context, until: Temporal.Instant) {
      if ((await findActiveRetry(context)) === undefined) return undefined;
      if (parts.obstacle(context.merchant) !== undefined) return undefined;
      const { merchantId } = context.merchant;
      await adoptReceivables(context.db, merchantId);
      return (await firstRetry(context.db, merchantId, until))?.nextAt ?? undefined;
    },
    async runDue(context: Context, until: Temporal.Instant) {
      await runRetries(context, parts, until);
      return { counts: {}, isDone: true };
    },
  };
}
