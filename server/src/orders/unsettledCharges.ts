import { type Context, inTransaction } from '../platform/context.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { chargeAndSettle, type OrderParts } from './insertOrder.ts';
import { claimUnsettledCharges, findOrder } from './store.ts';

/** How many one process takes over at a time; the gateway is asked for each. */
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

async function settleOnes(context: Context, parts: OrderParts): Promise<number> {
  const { merchantId } = context.merchant;
  const orderIds = await inTransaction(context, ({ db }) =>
    claimUnsettledCharges(db, merchantId, batchSize),
  );
  let settledCount = 0;
  for (const orderId of orderIds) {
    const order = await findOrder(context.db, merchantId, orderId);
    if (order?.charging && (await chargeAndSettle(context, order, parts)).kind !== 'unknown')
      settledCount++;
  }
  return settledCount;
}
