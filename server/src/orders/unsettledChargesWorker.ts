import type { Context } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import { type Lease, leaseFrom } from '../platform/jobs/lease.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import type { ChargeResult } from './charge.ts';
import { strandOrderCharge } from './handSettlementOperations.ts';
import { chargeAndSettle, isFirstPayment, type OrderParts } from './insertOperations.ts';
import { findOpenAttempt } from './paymentAttemptStore.ts';
import { chargeAttempt } from './processPaymentOperations.ts';
import { type ClaimedCharge, chargeLeaseMs, claimUnsettledCharge, findOrder } from './store.ts';

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
    const claimed = await claimUnsettledCharge(context.db, merchantId);
    if (claimed === undefined) break;
    if (await settleOne(context, claimed, lease, parts)) settledCount++;
  }
  return settledCount;
}

/**
 * Logs an order that cannot be settled and continues with the next one. The order waits until its
 * lease ends.
 */
async function settleOne(
  context: Context,
  claimed: ClaimedCharge,
  lease: Lease,
  parts: OrderParts,
): Promise<boolean> {
  const { merchantId } = context.merchant;
  const { orderId } = claimed;
  try {
    const result = await askAgain(context, orderId, lease, parts);
    if (result?.kind !== 'unknown') return result !== undefined;
    if (result.goneGateway !== undefined)
      await strandOrderCharge(context, claimed, result.goneGateway);
    return false;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    context.log.error(
      { err: error, merchantId, orderId },
      'the charge of an order could not be settled',
    );
    return false;
  }
}

/** Returns the outcome of an order's open charge; undefined if it has none any more. */
async function askAgain(
  context: Context,
  orderId: string,
  lease: Lease,
  parts: OrderParts,
): Promise<ChargeResult | undefined> {
  const { merchantId } = context.merchant;
  const order = await findOrder(context.db, merchantId, orderId);
  if (order?.charging !== true) return undefined;
  if (isFirstPayment(order)) return chargeAndSettle(context, order, parts, lease);
  const attempt = await findOpenAttempt(context.db, merchantId, orderId);
  return attempt && (await chargeAttempt(context, attempt, parts, lease)).result;
}
