import { changeAutoOrder } from '../autoOrders/changeOperations.ts';
import { changeOriginalOrder } from '../autoOrders/originalOrderOperations.ts';
import { findOidsByOriginalOrders } from '../autoOrders/store.ts';
import { success } from '../kernel/outcome.ts';
import { withCardFacts } from '../orders/cardFacts.ts';
import { findOriginalsByCard } from '../orders/cardStore.ts';
import { findOrders } from '../orders/store.ts';
import type { CardFacts } from '../payments/gateway.ts';
import type { Context } from '../platform/context.ts';
import { withNewCard } from './payment.ts';
import { rebillPolicy } from './policy.ts';

/**
 * Stores what a gateway reports about a card that the bank has updated: a new expiration, or a new
 * number behind the same token. Declines of the old card no longer count, and an auto order that
 * they or parking had stopped is tried again, unless the merchant chose otherwise
 * (`dunning.retry_after_card_update`). A repeated report changes nothing. Returns the number of
 * auto orders that it changed.
 */
export async function cardUpdated(
  context: Context,
  cardToken: string,
  facts: CardFacts,
): Promise<number> {
  const { db, merchant } = context;
  const { merchantId } = merchant;
  const originals = await findOrders(
    db,
    merchantId,
    await findOriginalsByCard(db, merchantId, cardToken),
  );
  const stale = originals.filter((order) => !hasFacts(order, facts));
  const oids = await findOidsByOriginalOrders(
    db,
    merchantId,
    stale.map(({ orderId }) => orderId),
  );
  const isRetried = rebillPolicy(merchant).dunning.retriesUpdatedCards;
  for (const oid of oids.values())
    await changeAutoOrder(context, oid, {
      title: 'Card updated by the bank',
      edit: (autoOrder, rules) =>
        isRetried ? withNewCard(autoOrder, rules, 'declined') : success(autoOrder),
      alsoChange: async (context, autoOrder) =>
        (await changeOriginalOrder(context, autoOrder, {}, false, { facts })).changes,
    });
  return oids.size;
}

/** Returns whether the order already has these facts. */
function hasFacts(order: Parameters<typeof withCardFacts>[0], facts: CardFacts): boolean {
  const card = order.document.payment?.credit_card;
  const after = withCardFacts(order, facts).document.payment?.credit_card;
  return (
    card?.card_number === after?.card_number &&
    card?.card_type === after?.card_type &&
    card?.card_expiration_month === after?.card_expiration_month &&
    card?.card_expiration_year === after?.card_expiration_year
  );
}
