import { parkAutoOrder } from '../autoOrders/parkedStore.ts';
import { parkedReason } from '../autoOrders/parking.ts';
import { appendLogs } from '../autoOrders/store.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { mayBeOfRecord, shortly } from '../platform/storage/unreadable.ts';

/*
 * Handles an auto order that makes the engine throw. Repeats the failed batch in halves until the
 * bad record is alone, and parks that one. If the database is unreachable or overloaded, the whole
 * batch fails.
 */

/**
 * Parks an auto order that cannot be read or billed: for a day, or until it is changed. Writes the
 * error to the server's log; the auto order's history, an event and a task say how to fix it.
 * Returns the reason.
 */
export async function parkUnreadable(
  context: Context,
  autoOrderOid: number,
  error: unknown,
): Promise<string> {
  const { merchantId } = context.merchant;
  context.log.error({ err: error, merchantId, autoOrderOid }, 'an auto order cannot be billed');
  const fault = `a part of it cannot be read (${shortly(error)})`;
  const reason = parkedReason(fault);
  try {
    await inTransaction(context, (context) =>
      savePark(context, autoOrderOid, { fault, emitsEvent: true }),
    );
  } catch (failure) {
    if (!mayBeOfRecord(failure)) throw failure;
    // A listener cannot read the record either. It stays parked, and only the log reports it.
    context.log.error(
      { err: failure, merchantId, autoOrderOid },
      'the event of a parked auto order cannot be emitted',
    );
    await inTransaction(context, (context) =>
      savePark(context, autoOrderOid, { fault, emitsEvent: false }),
    );
  }
  return reason;
}

async function savePark(
  context: Context,
  autoOrderOid: number,
  { fault, emitsEvent }: { readonly fault: string; readonly emitsEvent: boolean },
): Promise<void> {
  const {
    db,
    now,
    merchant: { merchantId },
  } = context;
  const reason = parkedReason(fault);
  if (!(await parkAutoOrder(db, merchantId, autoOrderOid, { reason, at: now }))) return;
  await appendLogs(db, merchantId, now, [
    {
      autoOrderOid,
      message: `${reason}. It is checked again every day and after each change.`,
    },
  ]);
  if (!emitsEvent) return;
  await context.events.emit(context, [
    {
      name: 'auto_order_update',
      objectType: 'auto order',
      objectId: String(autoOrderOid),
      data: { reason: 'parked', fault },
    },
  ]);
}
