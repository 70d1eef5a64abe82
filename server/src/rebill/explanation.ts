import { type Minor, minor } from '../kernel/money.ts';
import { amountOf } from '../orders/money.ts';
import type { OrderRecord } from '../orders/order.ts';
import { creditUsed } from '../orders/storeCredit.ts';
import { taxAfterRules } from '../orders/taxTerms.ts';
import type { RebillOrder } from './rebillOrder.ts';

/** The explanation of a rebill's cost in its stored form. Amounts are minor units. */
export interface Explanation {
  readonly lines: readonly ExplainedLine[];
  readonly subtotal: number;
  readonly discount: number;
  readonly shipping: number;
  /**
   * The rule, its detail and the cost after it; absent if the original order determined the cost.
   */
  readonly shippingRules?:
    | readonly (readonly [rule: string, detail: string, amount: number])[]
    | undefined;
  readonly tax: number;
  /** The rule, its detail, its part of the rate in percent, and the tax after it. */
  readonly taxes?:
    | readonly (readonly [rule: string, detail: string, ratePercent: number, tax: number])[]
    | undefined;
  /** The amount that store credit paid; absent: none. */
  readonly credit?: number | undefined;
  readonly total: number;
  /** The coupon for a retry. */
  readonly coupon?: string | undefined;
  /**
   * The code, its detail, the discounts on lines and shipping, and the remaining amount; absent
   * without coupons.
   */
  readonly coupons?: readonly ExplainedCoupon[] | undefined;
  /** The discount by the coupon for a retry; absent in rows where it is the whole discount. */
  readonly couponOff?: number | undefined;
}

/** A coupon of the plan, with short field names, because every rebill stores it. */
export type ExplainedCoupon = readonly [
  code: string,
  detail: string,
  discount: number,
  shippingDiscount: number,
  left: number,
];

/** A line of the plan, with short field names, because every rebill stores it. */
export interface ExplainedLine {
  readonly oid?: number | undefined;
  readonly kind: 'item' | 'add-on' | 'cancel fee';
  readonly item: string;
  readonly text: string;
  readonly qty: number;
  readonly unit: number;
  readonly sum: number;
  /** When it was scheduled; absent for an add-on. */
  readonly at?: string | undefined;
  /** The rule, its detail and the unit cost after it, in the order in which they applied. */
  readonly rules: readonly (readonly [rule: string, detail: string, unit: number])[];
}

/** Converts a planned order to the explanation that the row of its rebill stores. */
export const explanationOf = (order: RebillOrder): Explanation => ({
  lines: order.lines.map((line) => ({
    oid: line.itemOid,
    kind: line.kind,
    item: line.itemId,
    text: line.description,
    qty: line.quantity,
    unit: line.unitCost,
    sum: line.amount,
    at: line.shipment?.at.toString(),
    rules: line.priceRules.map(({ rule, detail, unitCost }) => [rule, detail, unitCost] as const),
  })),
  subtotal: order.subtotal,
  discount: order.discount,
  shipping: order.shipping,
  shippingRules: order.shippingRules?.map(({ rule, detail, amount }) => [rule, detail, amount]),
  tax: order.tax,
  taxes: order.taxRules?.map(
    ({ rule, detail, ratePercent, tax }) => [rule, detail, ratePercent, tax] as const,
  ),
  credit: order.credit,
  total: order.total,
  coupon: order.coupon,
  coupons: order.couponRules?.map(
    ({ code, detail, discount, shippingDiscount, left }) =>
      [code, detail, discount, shippingDiscount, left] as const,
  ),
  couponOff: order.couponRules?.find(({ isRetry }) => isRetry)?.discount,
});

/** A coupon that the retry of Accounts Receivable applied to a rebill. */
export interface LaterCoupon {
  readonly code: string;
  readonly discount: Minor;
}

/**
 * Returns the coupon that the retry of Accounts Receivable applied to the order of a rebill after
 * the planned charge was declined; undefined if there is none.
 */
export function laterCoupon(
  { discount }: Explanation,
  { document: { coupons = [], summary }, currency }: OrderRecord,
): LaterCoupon | undefined {
  const more = minor(amountOf(summary?.subtotal_discount, currency) - discount);
  const code = coupons.findLast((each) => each.automatically_applied === true)?.coupon_code;
  return code === undefined || more <= 0 ? undefined : { code, discount: more };
}

/**
 * Returns an explanation that ends with a later coupon, so that it shows the order's final cost.
 */
export function withLaterCoupon(
  plan: Explanation,
  { code, discount }: LaterCoupon,
  order: OrderRecord,
): Explanation {
  const tax = amountOf(order.document.summary?.tax, order.currency);
  const credit = creditUsed(order);
  const off = plan.discount + discount;
  const left = plan.subtotal - off + plan.shipping;
  const rules = plan.taxes?.map(([rule, detail, ratePercent]) => ({ rule, detail, ratePercent }));
  return {
    ...plan,
    discount: off,
    coupons: [
      ...(plan.coupons ?? []),
      [code, 'the coupon of the retry of Accounts Receivable', discount, 0, left],
    ],
    tax,
    taxes:
      rules &&
      taxAfterRules(rules, tax).map((each) => [each.rule, each.detail, each.ratePercent, each.tax]),
    credit: credit > 0 ? credit : undefined,
    total: order.total,
  };
}
