import type { Context } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import { type Lease, leaseFrom } from '../platform/jobs/lease.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import { listMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { chargeAndSettle, type OrderParts } from './insertOperations.ts';
import { chargeLeaseMs, claimUnsettledCharge, findOrder } from './store.ts';

/** How many one process takes over in one round; the gateway is asked for each. */
const batchSize = 20;

/**
 * Finishes orders whose first charge has no known outcome, because the gateway did not answer or the process ended: asks again
 * with the same key, so nobody is charged twice.
 */
export function unsettledChargesWorker(rounds: MerchantRounds, parts: OrderParts): Worker {
  const each = eachMerchant(rounds.log, 'unsettled charges');
  return {
    name: 'unsettled charges',
    async runOnce() {
      return each(await listMerchantIds(rounds.db), async (merchantId) =>
        settleOnes(await rounds.contextFor(merchantId), parts),
      );
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
    if (await settleOne(context, orderId, lease, parts)) settledCount++;
  }
  return settledCount;
}

/** An order that cannot be settled is logged and waits for its lease to end; the next one goes on. */
async function settleOne(
  context: Context,
  orderId: string,
  lease: Lease,
  parts: OrderParts,
): Promise<boolean> {
  const { merchantId } = context.merchant;
  try {
    const order = await findOrder(context.db, merchantId, orderId);
    if (order?.charging !== true) return false;
    return (await chargeAndSettle(context, order, parts, lease)).kind !== 'unknown';
  } catch (error) {
    if (isUnavailable(error)) throw error;
    context.log.error({ err: error, merchantId, orderId }, 'the charge of an order failed');
    return false;
  }
}
