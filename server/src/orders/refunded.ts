import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { type Minor, minor, sum } from '../kernel/money.ts';
import { amountOf } from './money.ts';
import type { OrderRecord } from './order.ts';

/** The amounts of an order that were refunded until now, added up over all refunds. */
export interface Refunded {
  /** One element for each line, in the order of the lines. */
  readonly lines: readonly RefundedLine[];
  readonly subtotalDiscount: Minor;
  readonly tax: Minor;
  readonly shippingHandling: Minor;
  readonly giftCharge: Minor;
  readonly giftWrap: Minor;
  /** The amount that a gateway gave back without saying for what. Absent: none. */
  readonly other?: Minor | undefined;
  /** The part of all this that was given back as store credit, because it was paid by it. */
  readonly credit?: Minor | undefined;
}

/** The refunded part of one line. */
export interface RefundedLine {
  readonly quantity: number;
  readonly amount: Minor;
  readonly refundReason?: string | undefined;
  readonly returnReason?: string | undefined;
}

/** Returns what was refunded of an order until now. */
export function refundedOf({ document, currency }: OrderRecord): Refunded {
  const { items = [], summary, gift } = document;
  return {
    lines: items.map((line) => ({
      quantity: line.quantity_refunded ?? 0,
      amount: amountOf(line.total_refunded, currency),
      refundReason: line.refund_reason,
      returnReason: line.return_reason,
    })),
    subtotalDiscount: amountOf(summary?.subtotal_discount_refunded, currency),
    tax: amountOf(summary?.tax_refunded, currency),
    shippingHandling: amountOf(summary?.shipping_handling_refunded, currency),
    giftCharge: amountOf(gift?.gift_charge_refunded, currency),
    giftWrap: amountOf(gift?.gift_wrap_refunded, currency),
    other: amountOf(summary?.other_refunded, currency),
    credit: amountOf(summary?.internal_gift_certificate_refunded, currency),
  };
}

/** Returns the sum of all refunds, without what was given back as store credit. */
export function totalOf(refunded: Refunded): Minor {
  const { subtotalDiscount, tax, shippingHandling, giftCharge, giftWrap } = refunded;
  const rest = giftCharge + giftWrap + (refunded.other ?? 0) - (refunded.credit ?? 0);
  return minor(subtotalOf(refunded) - subtotalDiscount + tax + shippingHandling + rest);
}

/** Returns the sum of what was refunded of the lines. */
export const subtotalOf = ({ lines }: Refunded): Minor => sum(lines.map(({ amount }) => amount));

/** Returns the amount of a line with its discount. */
export const chargedOf = (line: OrderItem, currency: string): Minor =>
  line.total_cost_with_discount === undefined
    ? minor(Math.round(amountOf(line.cost, currency) * (line.quantity ?? 0)))
    : amountOf(line.total_cost_with_discount, currency);

/** Returns the amount of a line before its discount: the most that its `total_refunded` may hold. */
export const grossOf = (line: OrderItem, currency: string): Minor =>
  minor(chargedOf(line, currency) + amountOf(line.discount, currency));
