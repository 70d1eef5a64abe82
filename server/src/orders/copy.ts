import type { Order } from '@perennial/contract/order.ts';
import type { OrderReplacement } from '@perennial/contract/orderCopy.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { OrderPayment } from '@perennial/contract/orderPayment.ts';
import type { OrderShipping } from '@perennial/contract/orderShipping.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { minor } from '../kernel/money.ts';
import { shownCurrency, wireCurrency } from './money.ts';
import type { Occasion } from './occasion.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { withoutParcel } from './parcel.ts';
import { isShippedHere } from './shipping.ts';
import { inStage } from './stages.ts';
import { creditUsed } from './storeCredit.ts';

/* Makes orders from earlier ones. A copy starts no auto order and belongs to none. */

/** Returns a duplicate of an order, unpaid in Accounts Receivable (current API, duplicateOrder). */
export function duplicateOf(order: OrderRecord, orderId: string, now: Occasion): OrderRecord {
  const { autoOrderOid: _, rebillNumber: _1, paidAt: _2, restocked: _3, ...kept } = order;
  // The copy uses no store credit, so its whole total is owed.
  const total = minor(order.total + creditUsed(order));
  const copy = duplicated(order.document, orderId, order.orderId, now);
  const shown = wireCurrency(total, shownCurrency(order));
  return {
    ...kept,
    orderId,
    copiedFrom: order.orderId,
    document: { ...copy, summary: { ...copy.summary, total: shown } },
    total,
    createdAt: now.at,
    modifiedAt: now.at,
    charging: false,
  };
}

function duplicated(
  document: OrderDocument,
  orderId: string,
  copiedFrom: string,
  now: Occasion,
): OrderDocument {
  const copy = fromLoose<OrderDocument>({
    order_id: orderId,
    merchant_id: document.merchant_id,
    currency_code: document.currency_code,
    exchange_rate: document.exchange_rate,
    language_iso_code: document.language_iso_code,
    billing: document.billing,
    shipping: withoutParcel(document.shipping),
    checkout: document.checkout,
    marketing: document.marketing,
    taxes: document.taxes,
    coupons: document.coupons,
    gift: giftOf(document.gift),
    items: (document.items ?? []).map(lineOf),
    summary: summaryOf(document.summary),
    payment: paymentOf(document.payment),
    internal: { merchant_notes: `Duplicate of order ${copiedFrom}.` },
    ...(isShippedHere(document) ? { channel_partner: { store_completed: false } } : {}),
  });
  return inStage(copy, 'Accounts Receivable', wireDate(now.at, now.timeZone), now.by);
}

/**
 * Returns the line as it was ordered: it does not recur, and nothing of it is shipped or refunded.
 */
function lineOf(line: OrderItem): OrderItem {
  const {
    activation_codes: _1,
    auto_order_last_rebill_dts: _2,
    auto_order_schedule: _3,
    item_reference_oid: _4,
    packed_by_user: _5,
    quantity_refunded: _6,
    refund_reason: _7,
    return_reason: _8,
    shipped_by_user: _9,
    shipped_dts: _10,
    shipping_status: _11,
    total_refunded: _12,
    transmitted_to_distribution_center_dts: _13,
    ...rest
  } = line;
  return rest;
}

const chargedNames = [
  'shipping_handling_total',
  'shipping_handling_total_discount',
  'subtotal',
  'subtotal_discount',
  'tax',
  'taxable_subtotal',
  'taxable_subtotal_discount',
  'total',
] as const;

const summaryOf = (summary: OrderDocument['summary'] = {}): OrderDocument['summary'] =>
  fromLoose<NonNullable<OrderDocument['summary']>>(
    Object.fromEntries(chargedNames.map((name) => [name, summary[name]])),
  );

function giftOf(gift: OrderDocument['gift']): OrderDocument['gift'] {
  if (gift === undefined) return undefined;
  const { gift_charge_refunded: _, gift_wrap_refunded: _1, ...rest } = gift;
  return rest;
}

/** Returns the method and the card, without what was charged. */
function paymentOf(payment: OrderPayment = {}): OrderPayment {
  const { payment_method, credit_card: card, purchase_order, check } = payment;
  return fromLoose<OrderPayment>({
    payment_method,
    payment_status: 'Unprocessed',
    purchase_order,
    check,
    credit_card: card && cardOf(card),
  });
}

type Card = NonNullable<OrderPayment['credit_card']>;

const cardOf = (card: Card): Card =>
  fromLoose<Card>({
    card_type: card.card_type,
    card_number: card.card_number,
    card_number_truncated: card.card_number_truncated,
    card_expiration_month: card.card_expiration_month,
    card_expiration_year: card.card_expiration_year,
  });

/**
 * Returns the insert of a replacement (current API, replacement): the lines of the request, with
 * the address, the card, the tax rate, the currency and the language of the earlier order. It ships
 * free, even with a method that the merchant no longer has.
 */
export function replacementOf(order: OrderRecord, request: OrderReplacement): Order {
  const { document, cardToken } = order;
  const card = document.payment?.credit_card;
  return fromLoose<Order>({
    currency_code: document.currency_code,
    exchange_rate: document.exchange_rate,
    language_iso_code: document.language_iso_code,
    billing: document.billing,
    summary: { arbitrary_shipping_handling_total: { value: 0 } },
    shipping: replacementShipping(document.shipping, request),
    checkout: { ...document.checkout, ...customFields(request) },
    payment: {
      payment_method: document.payment?.payment_method ?? 'Unknown',
      ...(card && {
        credit_card: { ...cardOf(card), ...(cardToken && { card_number_token: cardToken }) },
      }),
    },
    taxes: { arbitrary_tax_rate: document.taxes?.tax_rate ?? 0 },
    internal: { merchant_notes: notesOf(order, request) },
    items: (request.items ?? []).map((item) => replacementLine(item, request.free === true)),
  });
}

const replacementLine = (
  item: NonNullable<OrderReplacement['items']>[number],
  isFree: boolean,
): OrderItem => {
  const unitCost = isFree ? 0 : item.arbitrary_unit_cost;
  return fromLoose<OrderItem>({
    merchant_item_id: item.merchant_item_id,
    quantity: item.quantity,
    arbitrary_unit_cost: unitCost == null ? undefined : { value: unitCost },
  });
};

const replacementShipping = (
  shipping: OrderShipping | undefined,
  { shipping_method: method }: OrderReplacement,
): OrderShipping => ({
  ...withoutParcel(shipping),
  ...(method ? { shipping_method: method } : {}),
});

const customFields = (request: OrderReplacement): object =>
  Object.fromEntries(
    ([1, 2, 3, 4, 5, 6, 7] as const).flatMap((number) => {
      const name = `custom_field${number}` as const;
      return request[name] ? [[name, request[name]]] : [];
    }),
  );

const notesOf = ({ orderId }: OrderRecord, request: OrderReplacement): string =>
  [`Replacement for order ${orderId}.`, request.additional_merchant_notes_new_order ?? '']
    .join(' ')
    .trim();
