import { type Context, inTransaction } from '../platform/context.ts';
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
    if (failure !== undefined) failures.push(failure.words);
  }
  const left = queued.length - atOnceMax;
  return left <= 0
    ? failures
    : [...failures, `${left} more orders of the customer are refunded in the background.`];
}

/** Why a queued order was not refunded. */
export interface OtherFailure {
  /** A sentence. */
  readonly words: string;
  /** Why it was refused for good; absent: it is still to be made, or has no answer yet. */
  readonly refusal?: string;
}

/**
 * Refunds one queued order in full and removes it from the queue. Returns why it was not refunded, or
 * undefined. One whose gateway does not answer is finished by the refund worker.
 */
export async function refundOther(
  context: Context,
  other: OtherRefund,
  parts: RefundParts,
): Promise<OtherFailure | undefined> {
  const { merchantId } = context.merchant;
  const { orderId, causeOrderId, wishes } = other;
  const order = await findOrder(context.db, merchantId, orderId);
  const isLeft = order !== undefined && !isRefunded(order);
  if (isLeft && (await countRefunds(context.db, merchantId, orderId)).isOpen)
    return {
      words: `Order ${orderId}: a refund has no known outcome yet. The rest is refunded afterwards.`,
    };
  const failure = isLeft
    ? await refusalOf(context, orderId, () =>
        refundOrder(context, orderId, wholeRefund(order), { ...wishes, isManual: false }, parts),
      )
    : undefined;
  if (failure !== undefined) await noteFailure(context, causeOrderId, failure.words, parts);
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

/** Does a refund and returns its refusal. Other errors stay errors. */
async function refusalOf(
  { log }: Context,
  orderId: string,
  refund: () => Promise<readonly string[]>,
): Promise<OtherFailure | undefined> {
  try {
    const [warning] = await refund();
    return warning === undefined ? undefined : { words: `Order ${orderId}: ${warning}` };
  } catch (error) {
    if (!(error instanceof Refusal) || isUnavailable(error)) throw error;
    log.warn({ orderId, reason: error.message }, 'an order was not refunded with another one');
    return {
      words: `Order ${orderId} was not refunded: ${error.message}`,
      refusal: error.message,
    };
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

/**
 * Lets people know that an order was not refunded in the background, where no request has a
 * response that says so.
 */
export async function reportOtherFailure(
  context: Context,
  { orderId, causeOrderId }: OtherRefund,
  refusal: string,
): Promise<void> {
  const unrefunded = { cause_order_id: causeOrderId, reason: refusal };
  await inTransaction(context, (context) =>
    context.events.emit(context, [
      {
        name: 'order_update',
        objectType: 'order',
        objectId: orderId,
        data: { changed: ['payment'], unrefunded },
      },
    ]),
  );
}
