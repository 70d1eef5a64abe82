import type { Currency, Weight } from '@perennial/contract/common.ts';
import type { OrderItem, OrderItemOption } from '@perennial/contract/orderItem.ts';
import type { OrderPayment, OrderPaymentTransaction } from '@perennial/contract/orderPayment.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor, type Minor, minor, proportion, sum } from '../kernel/money.ts';
import { type OrderCurrency, wireCurrency } from '../orders/money.ts';
import { withNotes } from '../orders/notes.ts';
import { type OptionWeights, optionKey, optionWeightsOf } from '../orders/optionWeight.ts';
import { type OrderDocument, type OrderRecord } from '../orders/order.ts';
import { withoutParcel } from '../orders/parcel.ts';
import { declineCodeDetail } from '../orders/payment.ts';
import { isShippedHere, paidStage } from '../orders/shipping.ts';
import { inStage } from '../orders/stages.ts';
import { taxedPart } from '../orders/totals.ts';
import { totalWeight } from '../orders/weight.ts';
import type { EarlierDecline } from './attempt.ts';
import type { PlannedCharge } from './plan.ts';
import type { RebillLine, RebillOption, RebillOrder } from './rebillOrder.ts';

/** The records from which the order of a rebill is created. */
export interface RebillOrderSource {
  readonly orderId: string;
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
  readonly overrideAffiliateId?: number | undefined;
  readonly charge: PlannedCharge;
  /** The original order: the rebill uses its addresses, card and checkout data. */
  readonly original: OrderRecord;
  /** The time of the charge on the merchant's clock. */
  readonly at: Temporal.Instant;
  readonly zone: string;
  readonly payment: RebillPayment;
  /** The text that the customer's profile adds to the notes of every order. */
  readonly notes?: string | undefined;
  /** The earlier attempts, if they left no order: the order shows them among its transactions. */
  readonly declines?: readonly EarlierDecline[] | undefined;
  /** Amounts that were formatted for other orders of the same batch. */
  readonly wrote?: Map<string, Currency>;
}

/**
 * The outcome of the charge. `invoiced`: nothing was charged, and the order is unpaid unless its
 * purchase order is approved.
 */
export type RebillPayment =
  | { readonly kind: 'invoiced'; readonly isApproved: boolean }
  | {
      readonly kind: 'paid';
      readonly gatewayCode?: string | undefined;
      readonly reference?: string | undefined;
    }
  | {
      readonly kind: 'declined';
      readonly gatewayCode?: string | undefined;
      readonly reference?: string | undefined;
      readonly reason: string;
    };

/** Returns whether the order of a rebill counts as paid when it is created. */
export const countsAsPaid = (payment: RebillPayment): boolean =>
  payment.kind === 'paid' || (payment.kind === 'invoiced' && payment.isApproved);

/**
 * Returns the order of a rebill. A paid order goes to the same stage as its original order did:
 * Shipping Department or Completed Order. An unpaid one is in Accounts Receivable, for merchants
 * who keep declined orders.
 */
export function rebillOrderRecord(source: RebillOrderSource): OrderRecord {
  const { original, charge, at, payment } = source;
  return {
    merchantId: original.merchantId,
    orderId: source.orderId,
    document: documentOf(source),
    createdAt: at,
    modifiedAt: at,
    ...(countsAsPaid(payment) ? { paidAt: at } : {}),
    currency: charge.currency,
    total: charge.order.total,
    ...(original.customerProfileOid !== undefined && {
      customerProfileOid: original.customerProfileOid,
    }),
    autoOrderOid: source.autoOrderOid,
    rebillNumber: source.rebillNumber,
    ...(original.cardToken !== undefined && { cardToken: original.cardToken }),
  };
}

function documentOf(source: RebillOrderSource): OrderDocument {
  const {
    original: { document: original },
    charge: { order },
    payment,
  } = source;
  const money = moneyIn(source);
  const weights = weightsOf(original);
  const items = order.lines.map((line, index) => itemOf(line, index, money, weights));
  const isPaid = countsAsPaid(payment);
  const stage = isPaid ? paidStage(original, { items }) : 'Accounts Receivable';
  const document = fromLoose<OrderDocument>({
    order_id: source.orderId,
    merchant_id: original.merchant_id,
    currency_code: original.currency_code,
    exchange_rate: original.exchange_rate,
    language_iso_code: original.language_iso_code,
    affiliates: affiliatesOf(source),
    billing: original.billing,
    shipping: shippingOf(source, totalWeight(items)),
    checkout: original.checkout,
    marketing: original.marketing,
    payment: paymentOf(source),
    taxes: order.taxes ?? original.taxes,
    ...couponsOf(order),
    items,
    summary: summaryOf(order, money),
    ...internalOf(source),
    // Says, for the payment of a kept order, whether the order then ships.
    ...(!isPaid && isShippedHere(original) ? { channel_partner: { store_completed: false } } : {}),
  });
  return inStage(document, stage, wireDate(source.at, source.zone));
}

/** Returns the notes of the rebill, and the sales representative of its original order. */
function internalOf({ notes, original }: RebillOrderSource): Pick<OrderDocument, 'internal'> {
  const rep = original.document.internal?.sales_rep_code;
  const credited = rep ? { sales_rep_code: rep } : undefined;
  const internal = notes ? withNotes(credited, notes) : credited;
  return internal ? { internal } : {};
}

/** The coupons with a discount or an effect on the order. Coupons for retries are automatic. */
function couponsOf({ couponRules, coupon }: RebillOrder): Pick<OrderDocument, 'coupons'> {
  const used = couponRules?.filter(({ isUsed }) => isUsed) ?? [];
  if (used.length === 0) return coupon === undefined ? {} : { coupons: [storedCoupon(coupon)] };
  return {
    coupons: used.map(({ code, baseCode, isRetry }) =>
      isRetry
        ? storedCoupon(code)
        : { coupon_code: code, base_coupon_code: baseCode, automatically_applied: true },
    ),
  };
}

const storedCoupon = (code: string) => ({
  coupon_code: code,
  base_coupon_code: code,
  automatically_applied: true,
});

/** The weights in the lines of the original order. */
interface NamedWeights {
  /** The unit weights, by case-folded item id. */
  readonly units: ReadonlyMap<string, Weight>;
  readonly options: OptionWeights;
}

const weightsOf = ({ items = [] }: OrderDocument): NamedWeights => ({
  units: new Map(
    items.flatMap(({ merchant_item_id: id, weight }) =>
      id === undefined || weight?.value === undefined ? [] : [[fold(id), weight]],
    ),
  ),
  options: optionWeightsOf(items),
});

/**
 * Returns the address of the original order, with the shipping method and weight of this rebill.
 */
function shippingOf(
  { original: { document }, charge: { order } }: RebillOrderSource,
  weight: Weight | undefined,
): OrderDocument['shipping'] {
  const { shippingMethod: method } = order;
  const { weight: _, ...sent } = withoutParcel(document.shipping) ?? {};
  const weighed = weight === undefined ? sent : { ...sent, weight };
  if (method === undefined) return document.shipping && weighed;
  const { shipping_method_accounting_code: _1, ...shipping } = weighed;
  return {
    ...shipping,
    shipping_method: method.name,
    ...(method.accountingCode && { shipping_method_accounting_code: method.accountingCode }),
  };
}

type OrderCard = NonNullable<OrderPayment['credit_card']>;

type Money = (amount: Minor) => Currency;

/**
 * Returns a function that formats amounts and caches them: prices repeat from order to order, and
 * formatting an amount takes longer than the rest of a line.
 */
function moneyIn({ charge, original, wrote = new Map() }: RebillOrderSource): Money {
  const currency: OrderCurrency = {
    base: charge.currency,
    shown: original.document.currency_code ?? charge.currency,
    exchangeRate: original.document.exchange_rate ?? 1,
  };
  return (amount) => {
    const name = `${amount} ${currency.base} ${currency.shown} ${currency.exchangeRate}`;
    const known = wrote.get(name) ?? wireCurrency(amount, currency);
    wrote.set(name, known);
    return known;
  };
}

/**
 * An override replaces the affiliates of the original order (auto_order reference,
 * override_affiliate_id).
 */
function affiliatesOf({
  overrideAffiliateId,
  original,
}: RebillOrderSource): OrderDocument['affiliates'] {
  if (overrideAffiliateId !== undefined) return [{ affiliate_oid: overrideAffiliateId }];
  // The ledger records the commissions of the original order.
  return original.document.affiliates?.map(({ ledger_entries: _, ...affiliate }) => affiliate);
}

const statuses = { paid: 'Processed', declined: 'Declined', invoiced: 'Unprocessed' } as const;

function paymentOf(source: RebillOrderSource): OrderPayment {
  const { original, charge, payment, at, zone } = source;
  const {
    credit_card: card,
    payment_method: method,
    rotating_transaction_gateway_code: _,
    transactions: _1,
    ...before
  } = original.document.payment ?? {};
  const isPaid = countsAsPaid(payment);
  const atDts = wireDate(at, zone);
  const gatewayCode = payment.kind === 'invoiced' ? undefined : payment.gatewayCode;
  const reference = payment.kind === 'invoiced' ? undefined : payment.reference;
  const transactions = transactionsOf(source);
  return fromLoose<OrderPayment>({
    ...before,
    payment_method: method,
    payment_status: isPaid ? 'Processed' : statuses[payment.kind],
    payment_dts: isPaid ? atDts : undefined,
    rotating_transaction_gateway_code: gatewayCode,
    ...(card && {
      credit_card: fromLoose<OrderCard>({
        card_type: card.card_type,
        card_number: card.card_number,
        card_number_truncated: card.card_number_truncated,
        card_expiration_month: card.card_expiration_month,
        card_expiration_year: card.card_expiration_year,
        ...(isPaid && reference !== undefined
          ? {
              card_authorization_amount: fromMinor(charge.order.total, charge.currency),
              card_authorization_dts: atDts,
              card_authorization_reference_number: reference,
            }
          : {}),
      }),
    }),
    ...(transactions.length === 0 ? {} : { transactions }),
  });
}

/** Returns the attempts of the rebill: the declined ones that left no order, then this one. */
function transactionsOf({ payment, at, zone, declines = [] }: RebillOrderSource) {
  const earlier = declines.map((decline) => ({
    gateway: decline.gateway,
    at: Temporal.Instant.from(decline.at),
    isPaid: false,
    reference: decline.reference,
    reason: decline.reason,
  }));
  const isPaid = payment.kind === 'paid';
  const last =
    payment.kind === 'invoiced' || payment.gatewayCode === undefined
      ? []
      : [
          {
            gateway: payment.gatewayCode,
            at,
            isPaid,
            reference: payment.reference,
            reason: payment.kind === 'declined' ? payment.reason : undefined,
          },
        ];
  const detail = (name: string, value: string | undefined) =>
    value === undefined ? [] : [{ name, type: 'text', value }];
  return [...earlier, ...last].map((each, index) =>
    fromLoose<OrderPaymentTransaction>({
      transaction_id: index + 1,
      transaction_gateway: each.gateway,
      transaction_timestamp: wireDate(each.at, zone),
      successful: each.isPaid,
      details: [
        ...detail('reference', each.reference),
        ...detail('reason', each.reason),
        ...detail(declineCodeDetail, each.reason),
      ],
    }),
  );
}

function itemOf(line: RebillLine, index: number, money: Money, weights: NamedWeights): OrderItem {
  const withDiscount = minor(line.amount - line.discount);
  return fromLoose<OrderItem>({
    item_index: index + 1,
    item_reference_oid: line.kind === 'add-on' ? undefined : line.itemOid,
    merchant_item_id: line.itemId,
    description: line.description,
    quantity: line.quantity,
    cost: money(line.unitCost),
    discount: money(line.discount),
    unit_cost_with_discount: money(
      line.discount === 0 ? line.unitCost : proportion(withDiscount, 1, line.quantity, 'half up'),
    ),
    total_cost_with_discount: money(withDiscount),
    tax_free: !line.isTaxed,
    taxable_cost: line.taxableCost === undefined ? undefined : money(line.taxableCost),
    free_shipping: line.shipsFree,
    pricing_tier_name: line.tierName,
    kit: line.isKit,
    exclude_coupon: line.excludesCoupons,
    weight: weights.units.get(fold(line.itemId)),
    upsell: line.kind === 'add-on',
    tax_product_type: line.kind === 'cancel fee' ? 'service' : line.productType,
    distribution_center_code: line.center,
    ...(line.options.length === 0
      ? {}
      : {
          options: line.options.map((option) => optionOf(line, option, money, weights)),
        }),
  });
}

function optionOf(
  { itemId }: RebillLine,
  option: RebillOption,
  money: Money,
  weights: NamedWeights,
): OrderItemOption {
  const { label, value, costChange } = option;
  return fromLoose<OrderItemOption>({
    label,
    value,
    cost_change: costChange === undefined ? undefined : money(costChange),
    weight_change: weights.options.get(optionKey(itemId, option)),
  });
}

function summaryOf(order: RebillOrder, money: Money): OrderDocument['summary'] {
  const taxed = order.lines
    .filter((line) => line.isTaxed)
    .map((line) => taxedPart(line, line.amount));
  return {
    subtotal: money(order.subtotal),
    subtotal_discount: money(order.discount),
    shipping_handling_total: money(minor(order.shipping + (order.shippingDiscount ?? 0))),
    ...(order.shippingDiscount !== undefined && {
      shipping_handling_total_discount: money(order.shippingDiscount),
    }),
    taxable_subtotal: money(sum(taxed.map((line) => line.amount))),
    taxable_subtotal_discount: money(sum(taxed.map((line) => line.discount))),
    tax: money(order.tax),
    ...(order.credit !== undefined && {
      internal_gift_certificate_amount: money(order.credit),
    }),
    total: money(order.total),
  };
}
