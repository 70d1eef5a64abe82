import { type Minor, minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import { withoutRefund } from './failedRefund.ts';
import { event } from './insertOperations.ts';
import type { OrderRecord } from './order.ts';
import { failRefund, findMadeRefund } from './refundStore.ts';
import { saveOrder } from './store.ts';
import { takeBackCredit } from './storeCreditOperations.ts';

/** A gateway's report of a refund that it made and that later failed at the bank. */
export interface ReportedFailure {
  readonly chargeReference: string;
  /** The gateway's id of the refund. */
  readonly reference: string;
  readonly amount: Minor;
  readonly reason?: string | undefined;
  /** When it failed, as ISO 8601 text. */
  readonly at: string;
}

/**
 * Subtracts a failed refund from the totals of its locked order, once, and reports it so that a
 * task is raised. Returns `later` while the refund is not recorded yet.
 */
export async function recordFailedRefund(
  context: Context,
  order: OrderRecord,
  failure: ReportedFailure,
): Promise<'recorded' | 'later'> {
  const { merchantId, orderId, currency } = order;
  const made = await findMadeRefund(context.db, merchantId, orderId, failure);
  if (made === undefined) return 'later';
  if (made.state === 'failed') return 'recorded';
  const { before, after } = made.refund.terms.planned;
  const reason = failure.reason ?? 'The bank did not accept it.';
  await failRefund(context.db, made.refund, reason, failure.at);
  const without = withoutRefund(order, { before, after, reference: made.reference, reason });
  await saveOrder(context.db, { ...without, modifiedAt: context.now });
  await takeBackCredit(context, order, minor((after.credit ?? 0) - (before.credit ?? 0)));
  await context.events.emit(context, [
    event('order_update', without, {
      changed: ['payment', 'summary', 'items'],
      failed_refund: { amount: failure.amount, currency, reason },
    }),
  ]);
  return 'recorded';
}
