import type { Context } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { refundOther, reportOtherFailure } from './otherRefundOperations.ts';
import { claimOtherRefund, type OtherRefund } from './otherRefundStore.ts';
import type { RefundParts } from './refundOperations.ts';

/** The maximum number of orders that one process refunds per round and merchant. */
const batchSize = 20;

/**
 * Refunds queued orders that the request for the first refund left, because there were many or the
 * process ended.
 */
export function otherRefundWorker(rounds: MerchantRounds, parts: RefundParts): Worker {
  const each = eachMerchant(rounds.log, 'refunds of other orders');
  return {
    name: 'refunds of other orders',
    async runOnce() {
      return each(await reachableMerchantIds(rounds.db), async (merchantId) =>
        refundQueued(await rounds.contextFor(merchantId), parts),
      );
    },
  };
}

async function refundQueued(context: Context, parts: RefundParts): Promise<number> {
  let count = 0;
  for (; count < batchSize; count++) {
    const other = await claimOtherRefund(context.db, context.merchant.merchantId);
    if (other === undefined) break;
    await refundOne(context, other, parts);
  }
  return count;
}

/** Logs a refund that failed. It is retried when its lease ends. */
async function refundOne(context: Context, other: OtherRefund, parts: RefundParts): Promise<void> {
  const { merchantId } = context.merchant;
  const { orderId } = other;
  try {
    const failure = await refundOther(context, other, parts);
    if (failure?.refusal !== undefined) await reportOtherFailure(context, other, failure.refusal);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    context.log.error({ err: error, merchantId, orderId }, 'a queued refund failed');
  }
}
