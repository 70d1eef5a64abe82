import { fromLoose } from '../kernel/fromLoose.ts';
import { type Minor, minor } from '../kernel/money.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { type Refunded, refundedOf, totalOf } from './refunded.ts';
import { amountsOf, refundDetail } from './refundedOrder.ts';

/** A refund that a gateway made and that later failed at the bank. */
export interface FailedRefund {
  /** The refunded totals before and after it. */
  readonly before: Refunded;
  readonly after: Refunded;
  /** The gateway's id of the refund. */
  readonly reference: string;
  readonly reason: string;
}

/**
 * Returns the order without a refund that failed later: its totals as if the refund had not been
 * made, and its transaction marked as failed. The stage and the state of the auto order stay,
 * because a failed refund must not ship or charge anything again.
 */
export function withoutRefund(order: OrderRecord, failed: FailedRefund): OrderRecord {
  const left = lessRefunded(refundedOf(order), failed);
  const document = withoutTotals(order.document);
  const { payment, refund_dts: refundedAt } = document;
  const isNone = totalOf(left) === 0;
  return {
    ...order,
    document: fromLoose<OrderDocument>({
      ...document,
      ...amountsOf({ ...order, document }, left),
      refund_dts: isNone ? undefined : refundedAt,
      payment: {
        ...payment,
        ...(payment?.payment_status === 'Refunded' ? { payment_status: 'Processed' } : {}),
        transactions: (payment?.transactions ?? []).map((made) =>
          made.details?.some(
            ({ name, value }) => name === refundDetail && value === failed.reference,
          )
            ? {
                ...made,
                successful: false,
                details: [
                  ...(made.details ?? []),
                  { name: 'failure', type: 'text', value: failed.reason },
                ],
              }
            : made,
        ),
      },
    }),
  };
}

function lessRefunded(now: Refunded, { before, after }: FailedRefund): Refunded {
  const less = (current: number, then: number, was: number): Minor =>
    minor(Math.max(0, current - (then - was)));
  const lessOf = (name: Exclude<keyof Refunded, 'lines'>): Minor =>
    less(now[name] ?? 0, after[name] ?? 0, before[name] ?? 0);
  return {
    lines: now.lines.map((line, place) => {
      const was = before.lines[place] ?? { quantity: 0, amount: 0 };
      const then = after.lines[place] ?? was;
      return {
        ...line,
        quantity: Math.max(0, line.quantity - (then.quantity - was.quantity)),
        amount: less(line.amount, then.amount, was.amount),
      };
    }),
    subtotalDiscount: lessOf('subtotalDiscount'),
    tax: lessOf('tax'),
    shippingHandling: lessOf('shippingHandling'),
    giftCharge: lessOf('giftCharge'),
    giftWrap: lessOf('giftWrap'),
    other: lessOf('other'),
    credit: lessOf('credit'),
  };
}

/** A refunded amount of zero is stored as an absent amount. */
function withoutTotals(document: OrderDocument): OrderDocument {
  const { gift_charge_refunded: _charge, gift_wrap_refunded: _wrap, ...gift } = document.gift ?? {};
  const {
    other_refunded: _other,
    internal_gift_certificate_refunded: _credit,
    ...summary
  } = document.summary ?? {};
  return {
    ...document,
    items: (document.items ?? []).map(
      ({ quantity_refunded: _quantity, total_refunded: _total, ...line }) => line,
    ),
    summary,
    ...(document.gift === undefined ? {} : { gift }),
  };
}
