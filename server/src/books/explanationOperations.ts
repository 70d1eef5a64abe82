import type { ChargeExplanation } from '@perennial/contract/timeline.ts';
import { findOrder } from '../orders/store.ts';
import { noOrder } from '../orders/updateOperations.ts';
import type { Context } from '../platform/context.ts';
import { findExplained } from '../rebill/explanationStore.ts';
import { explained } from './explanations.ts';

/** Explains how the charge of an order was calculated. Refuses an order that does not exist. */
export async function explainOrder(
  { db, merchant: { merchantId, timeZone } }: Context,
  orderId: string,
): Promise<ChargeExplanation> {
  const order = (await findOrder(db, merchantId, orderId)) ?? noOrder(orderId);
  const { autoOrderOid, rebillNumber } = order;
  const rebill =
    autoOrderOid === undefined || !rebillNumber
      ? undefined
      : await findExplained(db, merchantId, { autoOrderOid, rebillNumber });
  return explained(order, rebill, timeZone);
}
