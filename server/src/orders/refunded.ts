import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { type Minor, minor, sum } from '../kernel/money.ts';
import { amountOf } from './money.ts';
import type { OrderRecord } from './order.ts';

/** The amounts of an order that were refunded so far, over all refunds. */
export interface Refunded {
  /** One element for each line, in the order of the lines. */
  readonly lines: readonly RefundedLine[];
  readonly subtotalDiscount: Minor;
  readonly tax: Minor;
  readonly shippingHandling: Minor;
  readonly giftCharge: Minor;
  readonly giftWrap: Minor;
  /**
   * The amount that a gateway refunded without a reference to a part of the order. Absent: none.
   */
  readonly other?: Minor | undefined;
  /**
   * The part of the total that was refunded as store credit, because store credit had paid for it.
   */
  readonly credit?: Minor | undefined;
}

/** The refunded part of one line. */
export interface RefundedLine {
  readonly quantity: number;
  readonly amount: Minor;
  readonly refundReason?: string | undefined;
  readonly returnReason?: string | undefined;
}

/** Returns the refunded amounts of an order so far. */
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

/** Returns the sum of all refunds, without the part that was store credit. */
export function totalOf(refunded: Refunded): Minor {
  const { subtotalDiscount, tax, shippingHandling, giftCharge, giftWrap } = refunded;
  const rest = giftCharge + giftWrap + (refunded.other ?? 0) - (refunded.credit ?? 0);
  return minor(subtotalOf(refunded) - subtotalDiscount + tax + shippingHandling + rest);
}

/** Returns the refunded sum of the lines. */
export const subtotalOf = ({ lines }: Refunded): Minor => sum(lines.map(({ amount }) => amount));

/** Returns the amount of a line with its discount. */
export const chargedOf = (line: OrderItem, currency: string): Minor =>
  line.total_cost_with_discount === undefined
    ? minor(Math.round(amountOf(line.cost, currency) * (line.quantity ?? 0)))
    : amountOf(line.total_cost_with_discount, currency);

/** Returns the amount of a line before its discount: the maximum of its `total_refunded`. */
export const grossOf = (line: OrderItem, currency: string): Minor =>
  minor(chargedOf(line, currency) + amountOf(line.discount, currency));
