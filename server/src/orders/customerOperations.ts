import type { Context } from '../platform/context.ts';
import { type TakenFrom, takeOrders } from './customerStore.ts';
import type { OrderHooks } from './hooks.ts';

/** The maximum number of orders that a profile takes in one transaction. */
const takenMax = 200;

/**
 * Gives a profile the orders that have its email and no profile, or those of another profile. Takes
 * one batch, and returns whether more may be left.
 */
export const orderTaker =
  (hooks: Pick<OrderHooks, 'onOriginalOrderChanged'>) =>
  async (context: Context, oid: number, from: TakenFrom): Promise<boolean> => {
    const taken = await takeOrders(context.db, context.merchant.merchantId, oid, from, {
      limit: takenMax,
      at: context.now,
    });
    if (taken.length > 0) await hooks.onOriginalOrderChanged(context, taken);
    return taken.length === takenMax;
  };
