import type { Temporal } from 'temporal-polyfill';
import { takeDueMarks } from '../autoOrders/dueStore.ts';
import { appendLogs } from '../autoOrders/store.ts';
import { addDays, localDate } from '../kernel/calendar.ts';
import { amountText } from '../kernel/money.ts';
import type { AwaitedPayment } from '../payments/gateway.ts';
import type { RoutedAnswer } from '../payments/payments.ts';
import type { Context } from '../platform/context.ts';
import type { NewAttempt, OpenAttempt } from './attempt.ts';
import { logsOf, noteEvents, type RebillNote } from './note.ts';
import { saveAwaited } from './store.ts';

/** An attempt whose gateway says that its customer must confirm the payment. */
export interface AwaitedAnswer {
  readonly attempt: NewAttempt;
  readonly routed?: RoutedAnswer | undefined;
  readonly checks?: number;
  /** The delay until the gateway is queried again. */
  readonly recheckMs: number;
}

/** Stores that payments wait for their customers, and notifies each customer once. */
export async function markAwaited(
  context: Context,
  awaited: readonly AwaitedAnswer[],
  inFlight: ReadonlyMap<number, OpenAttempt>,
  confirmationDays: number,
): Promise<void> {
  if (awaited.length === 0) return;
  const { db, merchant, now } = context;
  const { merchantId, timeZone: zone } = merchant;
  const oids = awaited.map(({ attempt }) => attempt.autoOrderOid);
  await takeDueMarks(db, merchantId, oids);
  const until = (at: Temporal.Instant) => addDays(at, confirmationDays, zone);
  const rows = awaited.map((each) => ({
    ...each.attempt,
    reference: awaitedOf(each)?.reference ?? '',
    gatewayCode: each.routed?.code ?? '',
    checks: each.checks ?? 0,
    recheckMs: each.recheckMs,
    until: until(each.attempt.at),
  }));
  await saveAwaited(db, merchantId, rows);
  const noted = rows
    .filter(({ autoOrderOid }) => inFlight.get(autoOrderOid)?.wasAwaited !== true)
    .map((row) => ({
      autoOrderOid: row.autoOrderOid,
      at: row.at,
      notes: [awaitedNote(row, zone)],
    }));
  await appendLogs(db, merchantId, now, logsOf(noted));
  await context.events.emit(context, noteEvents(noted));
}

function awaitedNote(
  { rebillNumber, orderId, charge, until }: NewAttempt & { readonly until: Temporal.Instant },
  zone: string,
): RebillNote {
  const amount = amountText(charge.order.total, charge.currency);
  return {
    message:
      `Rebill ${rebillNumber}: the bank requires the customer to confirm ${amount}. ` +
      `The charge waits for it until ${localDate(until, zone)}.`,
    event: {
      name: 'auto_order_update',
      data: {
        reason: 'confirmation needed',
        rebill_number: rebillNumber,
        order_id: orderId,
        total_minor: charge.order.total,
        currency: charge.currency,
        confirm_until: until.toString(),
      },
    },
  };
}

/** Returns the payment that waits for its customer, if the answer contains one. */
export const awaitedOf = ({ routed }: Pick<AwaitedAnswer, 'routed'>): AwaitedPayment | undefined =>
  routed?.answer.kind === 'unknown' ? routed.answer.awaits : undefined;
