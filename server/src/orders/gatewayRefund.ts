import { fromMinor, type Minor, minor, zero } from '../kernel/money.ts';
import { amountOf, chargedShipping } from './money.ts';
import type { OrderRecord } from './order.ts';
import { type PlannedRefund } from './refund.ts';
import { chargedOf, type Refunded, refundedOf, totalOf } from './refunded.ts';
import { refundDetail } from './refundedOrder.ts';
import { creditUsed } from './storeCredit.ts';

/**
 * Returns the refund that a gateway made by itself. It covers everything if it completes the refund
 * of the whole order; otherwise it is not assigned to any part. It is never more than what is left
 * of the order's total, because the rest was already recorded as a manual refund. Undefined when
 * nothing is left.
 */
export function gatewayRefund(
  order: OrderRecord,
  amount: Minor,
): Pick<PlannedRefund, 'after' | 'amount' | 'reason'> | undefined {
  const before = refundedOf(order);
  const totalBefore = totalOf(before);
  const given = minor(Math.min(amount, order.total - totalBefore));
  if (given <= 0) return undefined;
  const whole = wholeOf(order);
  const isWhole = before.subtotalDiscount === 0 && totalOf(whole) === totalBefore + given;
  const after = isWhole ? whole : { ...before, other: minor((before.other ?? 0) + given) };
  return { after, amount: given };
}

/**
 * Returns the refund of everything in an order, including the store credit that paid for a part of
 * it. A customer who gets all of the money and none of the goods also gets the credit back.
 */
function wholeOf({ document, currency }: OrderRecord): Refunded {
  const { items = [], summary, gift } = document;
  return {
    lines: items.map((line) => ({
      quantity: line.quantity ?? 0,
      amount: chargedOf(line, currency),
      refundReason: line.refund_reason,
      returnReason: line.return_reason,
    })),
    subtotalDiscount: zero,
    tax: amountOf(summary?.tax, currency),
    shippingHandling: chargedShipping(document, currency),
    giftCharge: amountOf(gift?.gift_charge, currency),
    giftWrap: amountOf(gift?.gift_wrap_cost, currency),
    credit: creditUsed({ document, currency }),
  };
}

/**
 * Returns the order with a manual refund of this amount marked as made by the gateway, or undefined
 * if it has none. A user may record a refund as manual and then make it at the gateway. When the
 * gateway reports it, it is the same refund.
 */
export function withManualRefundMade(
  order: OrderRecord,
  amount: Minor,
  { gateway, reference }: { readonly gateway: string; readonly reference: string },
): OrderRecord | undefined {
  const transactions = order.document.payment?.transactions ?? [];
  const shown = String(fromMinor(amount, order.currency));
  const index = transactions.findIndex(({ details = [] }) => {
    const valueOf = (name: string) => details.find((each) => each.name === name)?.value;
    return valueOf(refundDetail) === 'manual' && valueOf('amount') === shown;
  });
  if (index === -1) return undefined;
  const made = transactions.with(index, {
    ...transactions[index],
    transaction_gateway: gateway,
    details: (transactions[index]?.details ?? []).map((detail) =>
      detail.name === refundDetail ? { ...detail, value: reference } : detail,
    ),
  });
  const { document } = order;
  return {
    ...order,
    document: { ...document, payment: { ...document.payment, transactions: made } },
  };
}
