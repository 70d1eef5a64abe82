import type { AccountsReceivableRetryConfig } from '@perennial/contract/receivable.ts';
import { wireDate } from '../kernel/calendar.ts';
import { type Actor, type Context, systemActor } from '../platform/context.ts';
import type { LockedRebill, OrderHooks } from './hooks.ts';
import { event, stageChange } from './insertOperations.ts';
import { returnOfLost } from './lostOrderOperations.ts';
import type { OrderRecord } from './order.ts';
import { inStage } from './stages.ts';
import { returnRejected } from './stockOperations.ts';
import { saveOrder } from './store.ts';

/** The name of the retry of Accounts Receivable in histories. */
export const retryActor: Actor = { ...systemActor, name: 'Accounts Receivable retry' };

/**
 * Rejects a locked order for the retry of Accounts Receivable, in the caller's transaction. If the
 * merchant has set that, also cancels its auto order.
 */
export async function rejectReceivable(
  context: Context,
  { order, rebill }: { readonly order: OrderRecord; readonly rebill: LockedRebill | undefined },
  { cancel_auto_order: cancels }: AccountsReceivableRetryConfig,
  hooks: OrderHooks,
  reason: string,
): Promise<void> {
  const { now, merchant } = context;
  const at = wireDate(now, merchant.timeZone);
  const document = inStage(order.document, 'Rejected', at, retryActor.name);
  const rejected: OrderRecord = {
    ...order,
    document: { ...document, reject_reason: reason },
    modifiedAt: now,
  };
  await saveOrder(context.db, rejected);
  await context.events.emit(context, [
    stageChange(order, rejected),
    event('order_reject', rejected, {
      is_by_retry: true,
      reject_reason: reason,
      amount_minor: order.total,
      currency: order.currency,
    }),
  ]);
  await rebill?.changed(context, order, rejected);
  await returnOfLost(context, rejected);
  await returnRejected(context, order, rejected, rebill !== undefined);
  if (cancels === true && order.autoOrderOid !== undefined)
    await hooks.cancelAutoOrder(context, order.autoOrderOid, { reason, user: retryActor.name });
}
