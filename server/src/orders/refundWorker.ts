import type { Context } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { askAndSettle, type RefundParts } from './refundOperations.ts';
import { claimOpenRefund, type RefundRecord } from './refundStore.ts';

/** The maximum number of refunds that one process claims per round and merchant. */
const batchSize = 20;

/**
 * Finishes refunds without a known outcome, because the gateway did not answer or the process
 * ended. It asks again with the same key, so nothing is refunded twice.
 */
export function refundWorker(rounds: MerchantRounds, parts: RefundParts): Worker {
  const each = eachMerchant(rounds.log, 'refunds');
  return {
    name: 'refunds',
    async runOnce() {
      return each(await reachableMerchantIds(rounds.db), async (merchantId) =>
        finishOpen(await rounds.contextFor(merchantId), parts),
      );
    },
  };
}

async function finishOpen(context: Context, parts: RefundParts): Promise<number> {
  let settledCount = 0;
  for (let count = 0; count < batchSize; count++) {
    const refund = await claimOpenRefund(context.db, context.merchant.merchantId);
    if (refund === undefined) break;
    if (await finishOne(context, refund, parts)) settledCount++;
  }
  return settledCount;
}

/** Logs a refund that cannot be settled. It waits until its lease ends. */
async function finishOne(
  context: Context,
  refund: RefundRecord,
  parts: RefundParts,
): Promise<boolean> {
  const { merchantId, orderId } = refund;
  try {
    return (await askAndSettle(context, refund, parts)).kind !== 'unknown';
  } catch (error) {
    if (isUnavailable(error)) throw error;
    context.log.error({ err: error, merchantId, orderId }, 'a refund could not be settled');
    return false;
  }
}
