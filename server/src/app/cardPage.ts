import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { EnteredCard } from '../payments/billingForm.ts';
import { subscriptionExpand } from '../payments/billingRoutes.ts';
import type { Context } from '../platform/context.ts';
import type { RebillParts } from '../rebill/dueOperations.ts';
import { replaceCard } from '../rebill/operations.ts';
import { readAutoOrders } from './objectReaders.ts';

/*
 * What the customer's card page, a part of payments, needs of auto orders and rebills.
 */

/** Returns the auto order as the card page shows it, or undefined. */
export async function readSubscription(
  context: Context,
  oid: number,
): Promise<AutoOrder | undefined> {
  return (await readAutoOrders(context, [oid], subscriptionExpand)).get(oid);
}

/** Replaces the card of an auto order by the one that the customer entered. */
export const cardUpdate =
  (rebills: RebillParts) =>
  async (context: Context, oid: number, { cardToken, expiration }: EnteredCard): Promise<void> => {
    await replaceCard(context, rebills, oid, {
      card_number_token: cardToken,
      card_expiration_month: expiration.month,
      card_expiration_year: expiration.year,
    });
  };
