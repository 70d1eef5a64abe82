import type { Context } from '../platform/context.ts';
import { retakeCoupons, returnCoupons } from './couponReader.ts';
import type { OrderRecord } from './order.ts';
import { returnSpentCredit, spendCredit } from './storeCreditOperations.ts';

/*
 * Returns the coupons that count once, and the store credit, of a lost order to its customer. An
 * order is lost if it is rejected without having been paid: the customer got nothing for them. Runs
 * late in its transaction, as in storeCreditOperations.ts.
 */

const isRejected = ({ document }: OrderRecord): boolean => document.current_stage === 'Rejected';

/**
 * Gives back what a lost order took, so that the customer can use it again. Does nothing for other
 * orders, or when it was given back before.
 */
export async function returnOfLost(context: Context, order: OrderRecord): Promise<void> {
  if (!isRejected(order) || order.paidAt !== undefined) return;
  await returnCoupons(context, order);
  await returnSpentCredit(context, order);
}

/**
 * Takes it again for a lost order that is to be paid after all: its total still counts on it.
 * Refuses the change when another order has used it meanwhile.
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
