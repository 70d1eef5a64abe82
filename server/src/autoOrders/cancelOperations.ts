import type { CancelNote } from '../orders/hooks.ts';
import type { Context } from '../platform/context.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import { loadCatalog } from './catalogReader.ts';
import { saveChanges } from './changeOperations.ts';
import { bringForward } from './dueStore.ts';
import { canceled } from './edit.ts';
import { isParked } from './parking.ts';
import { lockAutoOrders } from './store.ts';

/**
 * Locks an auto order, and those into which it was merged, until the transaction ends. Returns the
 * oid of the one that has the items now.
 */
export async function lockAutoOrder(context: Context, autoOrderOid: number): Promise<number> {
  const { db, merchant } = context;
  const [autoOrder] = await lockAutoOrders(db, merchant.merchantId, [autoOrderOid]);
  const into = autoOrder?.mergedIntoAutoOrderOid;
  return into === undefined ? autoOrderOid : lockAutoOrder(context, into);
}

/**
 * Cancels an auto order in the caller's transaction, because one of its orders was refunded or
 * rejected. It charges nothing, not even a cancelation fee. An auto order that was already canceled
 * or merged stays as it is.
 */
export async function cancelAutoOrder(
  tx: Context,
  autoOrderOid: number,
  { reason, user }: CancelNote,
): Promise<void> {
  const { merchantId } = tx.merchant;
  const [before] = await lockAutoOrders(tx.db, merchantId, [autoOrderOid]);
  if (before === undefined || before.status === 'canceled' || before.status === 'merged') return;
  const context = await inCurrentZone(tx);
  const catalog = await loadCatalog(context.db, merchantId, [before]);
  const after = canceled(before, { reason, user }, context.now);
  await saveChanges(context, catalog, [{ before, after, title: 'Canceled' }]);
}

/** Makes a parked auto order due now, because the cause that stopped its billing is gone. */
export async function wakeAutoOrder(
  { db, now, merchant: { merchantId } }: Context,
  autoOrderOid: number,
): Promise<void> {
  const [autoOrder] = await lockAutoOrders(db, merchantId, [autoOrderOid]);
  if (autoOrder === undefined || !isParked(autoOrder.failureReason)) return;
  await bringForward(db, merchantId, [autoOrderOid], now);
}
