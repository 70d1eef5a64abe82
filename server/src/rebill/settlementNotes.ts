import type { EventName } from '@perennial/contract/events.ts';
import { required } from '../kernel/assert.ts';
import { amountText } from '../kernel/money.ts';
import { fulfillmentEvent } from '../orders/fulfillment.ts';
import type { RoutedAnswer } from '../payments/payments.ts';
import type { DomainEvent } from '../platform/events/event.ts';
import { referenceOf } from './answeredAttempt.ts';
import type { Settlement } from './chargeSettlement.ts';
import { type RebillNote } from './note.ts';
import { countsAsPaid } from './orderDocument.ts';

/** Returns the notes on a settled attempt, for the history of the auto order and its webhooks. */
export function notesOf({
  attempt,
  answer,
  routed,
  after,
  order,
  isPaidTwice,
}: Settlement): readonly RebillNote[] {
  if (answer.kind === 'declined') return after.notes;
  const { rebillNumber, orderId, charge } = attempt;
  const isInvoice = answer.kind === 'invoiced';
  const isOwed = !countsAsPaid(answer);
  const paid: RebillNote = {
    message:
      `Rebill ${rebillNumber} ${isInvoice ? 'invoiced' : 'paid'}: ` +
      `${amountText(charge.order.total, charge.currency)}, order ${orderId}.` +
      `${isInvoice ? invoiceNote(isOwed) : restoredNote(routed)}`,
    event: {
      name: 'auto_order_rebill',
      data: {
        rebill_number: rebillNumber,
        order_id: required(order, 'order of a paid rebill').orderId,
        total_minor: charge.order.total,
        currency: charge.currency,
        ...(isOwed ? { owed: true } : {}),
      },
    },
  };
  const twice: RebillNote = {
    message: `Order ${orderId} was marked as paid before this charge: refund ${referenceOf(answer)}.`,
  };
  return [paid, ...(isPaidTwice ? [twice] : []), ...after.notes];
}

const invoiceNote = (isOwed: boolean): string =>
  isOwed ? ' It waits in Accounts Receivable.' : ' Its purchase order is approved.';

/**
 * Returns the note that nothing was charged now, with the amount that was charged before a restore.
 */
function restoredNote(routed: RoutedAnswer | undefined): string {
  if (routed?.answer.kind !== 'approved' || routed.answer.restored === undefined) return '';
  const { reference, restored } = routed.answer;
  const captured = amountText(restored.amount, restored.currency);
  return ` It was charged before a restore: ${captured} at ${routed.code}, ${reference}.`;
}

/** The events of the order that a settled attempt leaves. */
export function orderEvents({ attempt, answer, order, isNewOrder }: Settlement): DomainEvent[] {
  if (order === undefined) return [];
  const isPaid = countsAsPaid(answer);
  const isOwed = answer.kind === 'invoiced' && !isPaid;
  const told = isPaid ? fulfillmentEvent(order.document.current_stage) : undefined;
  const names: EventName[] = [
    ...(isNewOrder ? (['order_create'] as const) : []),
    ...(isOwed ? [] : ([isPaid ? 'order_payment_process' : 'order_payment_failed'] as const)),
    ...(isPaid && !isNewOrder ? (['order_stage_change'] as const) : []),
    ...(told === undefined ? [] : [told]),
  ];
  const data = {
    auto_order_oid: attempt.autoOrderOid,
    rebill_number: attempt.rebillNumber,
    ...(isOwed ? { owed: true } : {}),
  };
  return names.map((name) => ({
    name,
    objectType: 'order',
    objectId: order.orderId,
    data,
    at: attempt.at,
  }));
}
