import type { Currency } from '@perennial/contract/common.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { OrderPaymentTransaction } from '@perennial/contract/orderPayment.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import { shownCurrency, wireCurrency } from './money.ts';
import type { Occasion } from './occasion.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import type { PlannedRefund } from './refund.ts';
import { type Refunded, type RefundedLine, refundedOf, subtotalOf, totalOf } from './refunded.ts';
import { withoutOpenParcels } from './shipping.ts';
import { inStage, stageTransitions } from './stages.ts';
import { creditUsed } from './storeCredit.ts';

/** The user who refunds, and the effect on the order. */
export interface RefundNote {
  readonly user: string;
  /** The gateway's code, or where else the refund was made. Absent: outside this server. */
  readonly gateway?: string | undefined;
  /** The gateway's id of the refund. */
  readonly reference?: string | undefined;
  readonly isRejected: boolean;
}

/** Returns the order after a refund was made. */
export function refundedOrder(
  order: OrderRecord,
  planned: Pick<PlannedRefund, 'after' | 'amount' | 'reason' | 'rejectReason'>,
  { user, gateway, reference, isRejected }: RefundNote,
  now: Occasion,
): OrderRecord {
  const at = wireDate(now.at, now.timeZone);
  const { after, amount, reason, rejectReason } = planned;
  const { document } = order;
  const isValue = givesValue(order, { after, amount });
  const changed: OrderDocument = {
    ...document,
    ...amountsOf(order, after),
    payment: {
      ...document.payment,
      ...(isWhole(order, after) ? { payment_status: 'Refunded' as const } : {}),
      transactions: [
        ...(document.payment?.transactions ?? []),
        ...(isValue ? [transactionOf(order, amount, { gateway, reference }, at)] : []),
      ],
    },
    internal: { ...document.internal, refund_by_user: user },
    refund_dts: at,
    ...(reason === undefined ? {} : { refund_reason: reason }),
  };
  const { current_stage: stage = 'Unknown' } = changed;
  const rejects = isRejected && stageTransitions[stage].includes('Rejected');
  const rejected: OrderDocument = {
    ...changed,
    ...(rejectReason === undefined ? {} : { reject_reason: rejectReason }),
  };
  return {
    ...order,
    document: rejects
      ? inStage(rejected, 'Rejected', at, user)
      : withoutOpenParcels(document, changed, at, user),
    modifiedAt: now.at,
  };
}

/** Whether a refund includes money or store credit, and not only lines that cost nothing. */
export const givesValue = (
  order: OrderRecord,
  { after, amount }: Pick<PlannedRefund, 'after' | 'amount'>,
): boolean => amount > 0 || (after.credit ?? 0) > (refundedOf(order).credit ?? 0);

// An order that cost nothing is refunded once all of its pieces are.
function isWhole(order: OrderRecord, after: Refunded): boolean {
  const used = creditUsed(order);
  if (order.total === 0 && used === 0)
    return after.lines.every(
      ({ quantity }, place) => quantity === order.document.items?.[place]?.quantity,
    );
  return totalOf(after) === order.total && (after.credit ?? 0) === used;
}

/** Returns the parts of an order's document that show its refunds. */
export function amountsOf(
  { document, currency }: OrderRecord,
  after: Refunded,
): Pick<OrderDocument, 'items' | 'summary' | 'gift'> {
  const shown = shownCurrency({ document, currency });
  const money = (amount: Minor) => wireCurrency(amount, shown);
  const given = after.giftCharge + after.giftWrap > 0;
  const { other_refunded: _, ...summary } = document.summary ?? {};
  return {
    items: (document.items ?? []).map((line, place) =>
      withRefund(line, after.lines[place]!, money),
    ),
    summary: {
      ...summary,
      subtotal_discount_refunded: money(after.subtotalDiscount),
      subtotal_refunded: money(subtotalOf(after)),
      shipping_handling_refunded: money(after.shippingHandling),
      tax_refunded: money(after.tax),
      total_refunded: money(totalOf(after)),
      ...(after.other ? { other_refunded: money(after.other) } : {}),
      ...(after.credit ? { internal_gift_certificate_refunded: money(after.credit) } : {}),
    },
    ...(given
      ? {
          gift: {
            ...document.gift,
            gift_charge_refunded: money(after.giftCharge),
            gift_wrap_refunded: money(after.giftWrap),
          },
        }
      : {}),
  };
}

const withRefund = (
  line: OrderItem,
  { quantity, amount, refundReason, returnReason }: RefundedLine,
  money: (amount: Minor) => Currency,
): OrderItem =>
  quantity === 0 && amount === 0
    ? line
    : {
        ...line,
        quantity_refunded: quantity,
        total_refunded: money(amount),
        ...(refundReason === undefined ? {} : { refund_reason: refundReason }),
        ...(returnReason === undefined ? {} : { return_reason: returnReason }),
      };

/** The transaction detail of a refund with the gateway's id of it. */
export const refundDetail = 'refund reference';

function transactionOf(
  { document, currency }: OrderRecord,
  amount: Minor,
  { gateway, reference }: Pick<RefundNote, 'gateway' | 'reference'>,
  at: string,
): OrderPaymentTransaction {
  return {
    transaction_id: (document.payment?.transactions ?? []).length + 1,
    transaction_gateway: gateway ?? 'manual',
    transaction_timestamp: at,
    successful: true,
    details: [
      { name: refundDetail, type: 'text', value: reference ?? 'manual' },
      { name: 'amount', type: 'text', value: String(fromMinor(amount, currency)) },
    ],
  };
}
