import type { Context } from '../platform/context.ts';
import { retakeCoupons, returnCoupons } from './couponReader.ts';
import type { OrderRecord } from './order.ts';
import { returnSpentCredit, spendCredit } from './storeCreditOperations.ts';

/*
 * Returns to its customer what a lost order used: coupons that count once, and store credit. An
 * order is lost if it is rejected without having been paid, so that the customer got nothing for
 * them. It runs late in its transaction, as in storeCreditOperations.ts.
 */

const isRejected = ({ document }: OrderRecord): boolean => document.current_stage === 'Rejected';

/**
 * Gives back what a lost order used, so that the customer can use it again. Does nothing for other
 * orders, or if it was already given back.
 */
export async function returnOfLost(context: Context, order: OrderRecord): Promise<void> {
  if (!isRejected(order) || order.paidAt !== undefined) return;
  await returnCoupons(context, order);
  await returnSpentCredit(context, order);
}

/**
 * Takes coupons and credit again for a lost order that will be paid after all, because its total
 * includes them. Refuses the change if another order has used them meanwhile.
 */
export async function retakeForRevived(
  context: Context,
  before: OrderRecord,
  after: OrderRecord,
): Promise<void> {
  if (!isRejected(before) || isRejected(after) || before.paidAt !== undefined) return;
  await retakeCoupons(context, after);
  await spendCredit(context, after);
}
