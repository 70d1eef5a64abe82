import type { Context } from '../platform/context.ts';
import { Refusal } from '../platform/http/refusal.ts';
import { isUnavailable } from '../platform/storage/failures.ts';
import type { OrderRecord } from './order.ts';
import { listOtherRefunds, type OtherRefund, removeOtherRefund } from './otherRefundStore.ts';
import { wholeRefund } from './refund.ts';
import { refundedOf, totalOf } from './refunded.ts';
import { type RefundParts, refundOrder } from './refundOperations.ts';
import { countRefunds } from './refundStore.ts';
import { findOrder } from './store.ts';
import { creditUsed } from './storeCredit.ts';
import { updateOrder } from './updateOperations.ts';

/** The maximum number of other orders that one request refunds. A worker refunds the rest. */
const atOnceMax = 20;

/**
 * Refunds the orders that the refund of an order has queued. Returns sentences about those that
 * were not refunded. The same sentences are added to the order's merchant notes.
 */
export async function refundOthers(
  context: Context,
  causeOrderId: string,
  parts: RefundParts,
): Promise<string[]> {
  const queued = await listOtherRefunds(context.db, context.merchant.merchantId, causeOrderId);
  const failures: string[] = [];
  for (const other of queued.slice(0, atOnceMax)) {
    const failure = await refundOther(context, other, parts);
    if (failure !== undefined) failures.push(failure);
  }
  const left = queued.length - atOnceMax;
  return left <= 0
    ? failures
    : [...failures, `${left} more orders of the customer are refunded in the background.`];
}

/**
 * Refunds one queued order in full and removes it from the queue. Returns why it was not refunded,
 * as a sentence, or undefined. If its gateway does not answer, the refund worker finishes the
 * refund.
 */
export async function refundOther(
  context: Context,
  other: OtherRefund,
  parts: RefundParts,
): Promise<string | undefined> {
  const { merchantId } = context.merchant;
  const { orderId, causeOrderId, wishes } = other;
  const order = await findOrder(context.db, merchantId, orderId);
  const isLeft = order !== undefined && !isRefunded(order);
  if (isLeft && (await countRefunds(context.db, merchantId, orderId)).isOpen)
    return `Order ${orderId}: a refund has no known outcome yet. The rest is refunded afterwards.`;
  const failure = isLeft
    ? await refusalOf(context, orderId, () =>
        refundOrder(context, orderId, wholeRefund(order), { ...wishes, isManual: false }, parts),
      )
    : undefined;
  if (failure !== undefined) await noteFailure(context, causeOrderId, failure, parts);
  await removeOtherRefund(context.db, merchantId, orderId);
  return failure;
}

/**
 * Whether the whole order was refunded: the money, and the store credit that paid for a part of it.
 */
function isRefunded(order: OrderRecord): boolean {
  const refunded = refundedOf(order);
  return totalOf(refunded) === order.total && (refunded.credit ?? 0) === creditUsed(order);
}

/** Makes a refund and returns its refusal as a sentence. Other errors are thrown. */
async function refusalOf(
  { log }: Context,
  orderId: string,
  refund: () => Promise<readonly string[]>,
): Promise<string | undefined> {
  try {
    const [warning] = await refund();
    return warning === undefined ? undefined : `Order ${orderId}: ${warning}`;
  } catch (error) {
    if (!(error instanceof Refusal) || isUnavailable(error)) throw error;
    log.warn({ orderId, reason: error.message }, 'an order was not refunded with another one');
    return `Order ${orderId} was not refunded: ${error.message}`;
  }
}

async function noteFailure(
  context: Context,
  causeOrderId: string,
  failure: string,
  { hooks }: RefundParts,
): Promise<void> {
  const cause = await findOrder(context.db, context.merchant.merchantId, causeOrderId);
  if (cause === undefined) return;
  const notes = [cause.document.internal?.merchant_notes ?? '', failure].join('\n').trim();
  await updateOrder(context, causeOrderId, { internal: { merchant_notes: notes } }, hooks);
}
