import type { Order } from '@perennial/contract/order.ts';
import type { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { fold, foldTrimmed } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { OrderRecord } from './order.ts';
import { findOrder, findPartnersOrder } from './store.ts';

/** The order that a repeated insert returns, with warnings for the partner. */
export interface RepeatedInsert {
  readonly orderId: string;
  readonly warning: { readonly code: string; readonly message: string };
}

/**
 * Returns the order that the partner inserted before with this number, if the body describes the
 * same one, because a partner sends it again after a lost response (ADR 77). Refuses another order
 * with a used number. Returns undefined if the number is not used, or if there is no number.
 */
export async function insertedBefore(
  { db, merchant: { merchantId } }: Context,
  body: Order,
  partner: OrderChannelPartner,
): Promise<RepeatedInsert | undefined> {
  const document = { channel_partner: partner };
  const orderId = await findPartnersOrder(db, { merchantId, document });
  const order = orderId === undefined ? undefined : await findOrder(db, merchantId, orderId);
  if (order === undefined) return undefined;
  const { channel_partner_order_id: number } = partner;
  if (partner.treat_warnings_as_errors || !isSame(order, body))
    return refuseTakenNumber(number, order.orderId);
  const message =
    `channel_partner.channel_partner_order_id ${number} was inserted before: this is that order, ` +
    `${order.orderId}, as it is now. Nothing was stored or charged again.`;
  return { orderId: order.orderId, warning: { code: 'inserted_before', message } };
}

/** Refuses an order if its partner already has one with this number. */
export const refuseTakenNumber = (number: string | undefined, orderId: string | undefined): never =>
  refuse(
    'state_conflict',
    {
      reason:
        `channel_partner.channel_partner_order_id ${number} was inserted before, ` +
        `as order ${orderId}`,
      fix: 'Read that order, or send another number for another order',
    },
    orderId === undefined ? {} : { objectId: orderId },
  );

// Prices and addresses are not compared, because rules or staff may have changed them since.
const isSame = ({ document, cardToken }: OrderRecord, body: Order): boolean =>
  foldTrimmed(document.billing?.email ?? '') === foldTrimmed(body.billing?.email ?? '') &&
  cardToken === (body.payment?.credit_card?.card_number_token ?? undefined) &&
  linesOf(document.items) === linesOf(body.items);

const linesOf = (items: readonly OrderItem[] | null | undefined): string =>
  JSON.stringify(
    (items ?? [])
      .filter((line) => line.kit_component !== true)
      .map(({ merchant_item_id: id, quantity }) => [fold(id ?? ''), quantity ?? 1]),
  );
