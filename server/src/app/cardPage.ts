import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { findOids } from '../autoOrders/searchStore.ts';
import type { OwnAutoOrder } from '../customers/customerPage.ts';
import { findOrder } from '../orders/store.ts';
import type { EnteredCard } from '../payments/billingForm.ts';
import { makeBillingLink } from '../payments/billingLinkStore.ts';
import { subscriptionExpand, type WaitingPayment } from '../payments/billingOperations.ts';
import type { Context } from '../platform/context.ts';
import { findAwaitedPayment, isPaidRebill } from '../rebill/awaitedStore.ts';
import { type RebillParts, resolveUnanswered } from '../rebill/dueOperations.ts';
import { requeryNow } from '../rebill/lateAnswerStore.ts';
import { replaceCard } from '../rebill/operations.ts';
import { describedItems } from './describedItems.ts';
import { readAutoOrders } from './objectReaders.ts';
import { cancelRule } from './ownCancelation.ts';

/*
 * Gives the customer's pages, which belong to payments and customers, the data of auto orders and
 * rebills.
 */

/** Returns the auto order as the card page shows it, or undefined. */
export async function readSubscription(
  context: Context,
  oid: number,
): Promise<AutoOrder | undefined> {
  return (await readAutoOrders(context, [oid], subscriptionExpand)).get(oid);
}

/** Replaces the card of an auto order with the one that the customer entered. */
export const cardUpdate =
  (rebills: RebillParts) =>
  async (context: Context, oid: number, { cardToken, expiration }: EnteredCard): Promise<void> => {
    await replaceCard(context, rebills, oid, {
      card_number_token: cardToken,
      card_expiration_month: expiration.month,
      card_expiration_year: expiration.year,
    });
  };

/** The maximum number of auto orders on a customer's page. */
const ownMax = 100;

/** Returns the auto orders of a profile as the customer's page shows them, newest first. */
export async function readOwnAutoOrders(
  context: Context,
  customerProfileOid: number,
): Promise<OwnAutoOrder[]> {
  const { db, merchant } = context;
  const sort = [{ field: 'order_id', descending: true }];
  const page = { limit: ownMax, offset: 0 };
  const { oids } = await findOids(db, merchant.merchantId, { customerProfileOid }, sort, page);
  const found = await readAutoOrders(context, oids, subscriptionExpand);
  const own = oids.flatMap((oid) => found.get(oid) ?? []);
  const mayCancel = await cancelRule(context, own);
  return Promise.all(
    own.map(async (autoOrder) => ({
      ...(await ownAutoOrder(context, autoOrder)),
      mayCancel: mayCancel(autoOrder),
    })),
  );
}

async function ownAutoOrder(
  { db, merchant }: Context,
  autoOrder: AutoOrder,
): Promise<OwnAutoOrder> {
  const { auto_order_oid: oid, auto_order_code: code = '', items = [] } = autoOrder;
  const { status = '', completed } = autoOrder;
  const hasEnded = completed === true || status === 'canceled' || status === 'merged';
  const next = items.flatMap((item) => item.next_shipment_dts ?? []).sort()[0];
  return {
    code,
    items: describedItems(autoOrder),
    status: completed === true ? 'completed' : status,
    ...(next !== undefined && status === 'active' && { next: next.slice(0, 10) }),
    ...(!hasEnded &&
      oid !== undefined && {
        cardUrl: await makeBillingLink(db, merchant.merchantId, oid),
      }),
  };
}

/** Returns the card that pays for an auto order, and its owner. */
export async function readPayer({ db, merchant }: Context, originalOrderId: string) {
  const order = await findOrder(db, merchant.merchantId, originalOrderId);
  return { cardToken: order?.cardToken, email: order?.document.billing?.email };
}

/** Returns the payment of an auto order that waits for the customer. */
export const readWaiting = ({ db, merchant }: Context, oid: number) =>
  findAwaitedPayment(db, merchant.merchantId, oid);

/** Queries the gateway about a payment now, and returns whether it was paid. */
export const settleNow =
  (rebills: RebillParts) =>
  async (context: Context, oid: number, payment: WaitingPayment): Promise<boolean> => {
    const { db, merchant } = context;
    await requeryNow(db, merchant.merchantId, payment.key);
    await resolveUnanswered(context, rebills);
    return isPaidRebill(db, merchant.merchantId, oid, payment.rebillNumber);
  };
