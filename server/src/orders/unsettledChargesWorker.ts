import type { Context } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import { type Lease, leaseFrom } from '../platform/jobs/lease.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { chargeAndSettle, isFirstPayment, type OrderParts } from './insertOperations.ts';
import { findOpenAttempt } from './paymentAttemptStore.ts';
import { chargeAttempt } from './processPaymentOperations.ts';
import { chargeLeaseMs, claimUnsettledCharge, findOrder } from './store.ts';

/**
 * The maximum number of orders that one process claims per round. Each needs a call to the gateway.
 */
const batchSize = 20;

/**
 * Finishes orders that have a charge without a known outcome, because the gateway did not answer or
 * the process ended. It asks again with the same key, so no customer is charged twice.
 */
export function unsettledChargesWorker(rounds: MerchantRounds, parts: OrderParts): Worker {
  const each = eachMerchant(rounds.log, 'unsettled charges');
  return {
    name: 'unsettled charges',
    async runOnce() {
      return each(await reachableMerchantIds(rounds.db), async (merchantId) =>
        settleOnes(await rounds.contextFor(merchantId), parts),
      );
    },
  };
}

/**
 * Claims orders one after the other, so that each lease starts only when the process begins with
 * the order.
 */
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

/**
 * Logs an order that cannot be settled and continues with the next one. The order waits until its
 * lease ends.
 */
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
    if (isFirstPayment(order))
      return (await chargeAndSettle(context, order, parts, lease)).kind !== 'unknown';
    const attempt = await findOpenAttempt(context.db, merchantId, orderId);
    if (attempt === undefined) return false;
    return (await chargeAttempt(context, attempt, parts, lease)).result.kind !== 'unknown';
  } catch (error) {
    if (isUnavailable(error)) throw error;
    context.log.error(
      { err: error, merchantId, orderId },
      'the charge of an order could not be settled',
    );
    return false;
  }
}
