import type { RebillOrder } from './rebillOrder.ts';

/** Why a rebill cost what it cost, as its row keeps it. Amounts are minor units. */
export interface Explanation {
  readonly lines: readonly ExplainedLine[];
  readonly subtotal: number;
  readonly discount: number;
  readonly shipping: number;
  /** Rule, detail and the cost after it; absent where the original order determined it. */
  readonly shippingRules?:
    | readonly (readonly [rule: string, detail: string, amount: number])[]
    | undefined;
  readonly tax: number;
  /** Rule, detail, its part of the rate in percent, and the tax after it. */
  readonly taxes?:
    | readonly (readonly [rule: string, detail: string, ratePercent: number, tax: number])[]
    | undefined;
  /** The amount that store credit paid; absent: nothing. */
  readonly credit?: number | undefined;
  readonly total: number;
  /** The coupon of a retry. */
  readonly coupon?: string | undefined;
  /** Code, detail, what came off lines and shipping, and what was left; absent without coupons. */
  readonly coupons?: readonly ExplainedCoupon[] | undefined;
  /** The discount by the coupon of a retry; absent in rows where it is the whole discount. */
  readonly couponOff?: number | undefined;
}

/** A coupon of the plan, with short names: every rebill stores it. */
export type ExplainedCoupon = readonly [
  code: string,
  detail: string,
  discount: number,
  shippingDiscount: number,
  left: number,
];

/** A line of the plan, with short names: every rebill stores it. */
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
  /** Rule, detail and the unit cost after it, in the order in which they applied. */
  readonly rules: readonly (readonly [rule: string, detail: string, unit: number])[];
}

/** Returns what the row of a rebill keeps of its planned order. */
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
