import { fromMinor, type Minor, minor, zero } from '../kernel/money.ts';
import { amountOf, chargedShipping } from './money.ts';
import type { OrderRecord } from './order.ts';
import { type PlannedRefund } from './refund.ts';
import { chargedOf, type Refunded, refundedOf, totalOf } from './refunded.ts';
import { refundDetail } from './refundedOrder.ts';
import { creditUsed } from './storeCredit.ts';

/**
 * Returns the refund that a gateway made by itself: of everything, when the whole order is given
 * back with it, else of nothing in particular. Never more than is left of the order's total: the rest was
 * recorded as a manual refund before. Undefined when nothing is left.
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
 * Everything of an order, with the store credit that paid a part of it: a customer who gets all of
 * the money and none of the goods keeps what they had.
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
 * when it has none. A person may record a refund as manual and then make it at the gateway, which
 * reports it: that is one refund, not two.
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
