import type { CancelNote } from '../orders/hooks.ts';
import type { Context } from '../platform/context.ts';
import { inCurrentZone } from '../platform/tenancy/zoneChange.ts';
import { loadCatalog } from './catalogReader.ts';
import { saveChanges } from './changeOperations.ts';
import { bringForward } from './dueStore.ts';
import { canceled } from './edit.ts';
import { isParked } from './parking.ts';
import { lockAutoOrders } from './store.ts';

/** Locks an auto order until the transaction ends. */
export async function lockAutoOrder(context: Context, autoOrderOid: number): Promise<void> {
  await lockAutoOrders(context.db, context.merchant.merchantId, [autoOrderOid]);
}

/**
 * Cancels an auto order in the caller's transaction, because one of its orders was refunded or
 * rejected. Nothing is charged for it, no cancel fee either. An auto order that was canceled or
 * merged before stays as it is.
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

/** Makes a parked auto order due now, because what stopped its billing is gone. */
export async function wakeAutoOrder(
  { db, now, merchant: { merchantId } }: Context,
  autoOrderOid: number,
): Promise<void> {
  const [autoOrder] = await lockAutoOrders(db, merchantId, [autoOrderOid]);
  if (autoOrder === undefined || !isParked(autoOrder.failureReason)) return;
  await bringForward(db, merchantId, [autoOrderOid], now);
}
