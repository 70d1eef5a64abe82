import type { Context } from '../platform/context.ts';
import { leaseFrom } from '../platform/jobs/lease.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { chargeAndSettle, type OrderParts } from './insertOrder.ts';
import { chargeLeaseMs, claimUnsettledCharge, findOrder } from './store.ts';

/** How many one process takes over in one round; the gateway is asked for each. */
const batchSize = 20;

/**
 * Finishes orders whose first charge has no known outcome, because the gateway did not answer or the process ended: asks again
 * with the same key, so nobody is charged twice. `contexts` gives a context for each merchant.
 */
export function unsettledChargesWorker(
  contexts: () => Promise<readonly Context[]>,
  parts: OrderParts,
): Worker {
  return {
    name: 'unsettled charges',
    async runOnce() {
      let settledCount = 0;
      for (const context of await contexts()) settledCount += await settleOnes(context, parts);
      return settledCount;
    },
  };
}

/** One after the other, each with a lease that begins when its turn has come. */
async function settleOnes(context: Context, parts: OrderParts): Promise<number> {
  const { merchantId } = context.merchant;
  let settledCount = 0;
  for (let count = 0; count < batchSize; count++) {
    const lease = leaseFrom(parts.clock, chargeLeaseMs);
    const orderId = await claimUnsettledCharge(context.db, merchantId);
    if (orderId === undefined) break;
    const order = await findOrder(context.db, merchantId, orderId);
    if (order?.charging && (await chargeAndSettle(context, order, parts, lease)).kind !== 'unknown')
      settledCount++;
  }
  return settledCount;
}
