import type { Order } from '@perennial/contract/order.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type Minor, toMinor } from '../kernel/money.ts';
import { type OrderCurrency, wireCurrency } from './money.ts';
import { type PricedOrder, placeTaxOf } from './newOrderPrice.ts';
import type { NewOrderRequest } from './newOrderRequest.ts';
import { withMethod } from './newOrderShipping.ts';
import { withNotes } from './notes.ts';
import { actualCosts, type OrderDocument } from './order.ts';
import { keptPayment } from './paymentDetails.ts';
import { orderTaxesOf } from './taxRate.ts';
import type { Totals } from './totals.ts';
import { totalWeight } from './weight.ts';

/**
 * Returns the document of a new order, without its stage. `owed` is the rest of the total after the
 * store credit.
 */
export function newOrderDocument(
  request: NewOrderRequest,
  priced: PricedOrder,
  owed: Minor,
): OrderDocument {
  const { coupons, credit, currency } = priced;
  const document = {
    ...documentOf(request, priced),
    ...(request.order.coupons || coupons.coupons.length > 0 ? { coupons: coupons.coupons } : {}),
  };
  return withCredit(document, credit, owed, currency);
}

function documentOf(
  request: NewOrderRequest,
  { currency, lines, totals, shipping: { method } }: PricedOrder,
): OrderDocument {
  // Fields that only the server sets, that an insert does not accept, or that are calculated below.
  const {
    properties,
    Tags,
    current_stage,
    current_stage_histories,
    refund_reason,
    reject_reason,
    exchange_rate,
    ...wire
  } = request.order;
  const money = (amount: Minor) => wireCurrency(amount, currency);
  const { channelPartner } = request;
  const here = placeTaxOf(request.order, request.tax);
  const weight = totalWeight(wire.items ?? []);
  const shipping = withMethod(weight ? { ...wire.shipping, weight } : wire.shipping, method);
  return {
    ...wire,
    ...(shipping && { shipping }),
    merchant_id: request.merchantId,
    order_id: request.orderId,
    currency_code: currency.shown,
    ...(currency.shown === currency.base ? {} : { exchange_rate: currency.exchangeRate }),
    ...(Object.keys(channelPartner).length === 0 ? {} : { channel_partner: channelPartner }),
    ...(wire.gift && { gift: giftOf(wire.gift, request.currency, money) }),
    items: lines.map((line, i) => line.document(totals.lines[i]!, i + 1, money)),
    payment: keptPayment(wire.payment),
    ...creditsOf(request),
    summary: summaryOf(wire.summary, totals, money),
    taxes: { ...wire.taxes, tax_rate: totals.taxRatePercent, ...(here && orderTaxesOf(here)) },
  };
}

function withCredit(
  document: OrderDocument,
  credit: Minor,
  owed: Minor,
  currency: OrderCurrency,
): OrderDocument {
  if (credit === 0) return document;
  return {
    ...document,
    summary: fromLoose<NonNullable<Order['summary']>>({
      ...document.summary,
      internal_gift_certificate_amount: wireCurrency(credit, currency),
      total: wireCurrency(owed, currency),
    }),
  };
}

/**
 * Returns the fields that the customer's profile adds to every order: notes of the merchant, and
 * the affiliate who gets the credit if the order names none.
 */
function creditsOf({
  order: { internal, affiliates },
  customer,
}: NewOrderRequest): Pick<OrderDocument, 'internal' | 'affiliates'> {
  if (customer === undefined) return {};
  const { merchantNotes, salesRepCode, affiliateOid } = customer;
  const credited =
    salesRepCode === undefined || internal?.sales_rep_code
      ? internal
      : { ...internal, sales_rep_code: salesRepCode };
  const noted = merchantNotes === undefined ? credited : withNotes(credited, merchantNotes);
  return {
    ...(noted && { internal: noted }),
    ...(affiliateOid !== undefined &&
      !affiliates?.length && { affiliates: [{ affiliate_oid: affiliateOid }] }),
  };
}

type Money = (amount: Minor) => NonNullable<ReturnType<typeof wireCurrency>>;

function giftOf(
  gift: NonNullable<Order['gift']>,
  base: string,
  money: Money,
): NonNullable<Order['gift']> {
  const filled = (decimal: number | undefined) => {
    const parsed = toMinor(decimal ?? 0, base);
    return parsed.ok && decimal !== undefined ? money(parsed.value) : undefined;
  };
  return fromLoose<NonNullable<Order['gift']>>({
    ...gift,
    gift_charge: filled(gift.gift_charge?.value),
    gift_wrap_cost: filled(gift.gift_wrap_cost?.value),
  });
}

/** Returns the summary of calculated totals. Keeps the actual costs that a client sent. */
function summaryOf(
  given: Order['summary'],
  totals: Totals,
  money: Money,
): NonNullable<Order['summary']> {
  return fromLoose<NonNullable<Order['summary']>>({
    ...actualCosts(given),
    subtotal: money(totals.subtotal),
    subtotal_discount: money(totals.discount),
    taxable_subtotal: money(totals.taxableSubtotal),
    taxable_subtotal_discount: money(totals.taxableDiscount),
    shipping_handling_total: money(totals.shippingHandling),
    shipping_handling_total_discount: money(totals.shippingDiscount),
    tax: money(totals.tax),
    total: money(totals.total),
  });
}
