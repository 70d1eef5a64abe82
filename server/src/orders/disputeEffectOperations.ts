import { fromMinor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import { type DomainEvent, deletion } from '../platform/events/event.ts';
import {
  type Dispute,
  disputeStop,
  effectOf,
  type GatewayReportSettings,
  reportSettings,
  wireDispute,
  withDispute,
} from './dispute.ts';
import { findOtherOpen } from './disputeStore.ts';
import type { OrderHooks } from './hooks.ts';
import { event } from './insertOperations.ts';
import type { OrderRecord } from './order.ts';
import { saveOrder, setRebillStop } from './store.ts';

/** A dispute that was inserted, changed or deleted, with its locked order. */
export interface ChangedDispute {
  readonly order: OrderRecord;
  readonly dispute: Dispute;
  /** Absent when the dispute is new. */
  readonly before?: Dispute | undefined;
  readonly isDeleted?: boolean;
  /** The gateway or the person who changed it. */
  readonly by: string;
}

/**
 * Applies a change of a dispute: adds it to the transaction of the charge, stops or allows the
 * rebills of the auto order by the merchant's setting, and emits the events. The caller has locked
 * the auto order and the order and has saved the dispute.
 */
export async function disputeChanged(
  context: Context,
  changed: ChangedDispute,
  hooks: OrderHooks,
): Promise<void> {
  const { order, dispute } = changed;
  const isNoted = await noteOnTransaction(context, changed);
  const hasMoved = changed.isDeleted === true || changed.before?.state !== dispute.state;
  if (hasMoved) await applyEffect(context, changed, hooks);
  await context.events.emit(context, [
    ...(isNoted ? [event('order_update', order, { changed: ['payment'] })] : []),
    await disputeEvent(context, changed),
  ]);
}

async function noteOnTransaction(
  context: Context,
  { order, dispute, isDeleted }: ChangedDispute,
): Promise<boolean> {
  const { chargeReference, gatewayReference, state } = dispute;
  if (chargeReference === undefined || isDeleted === true) return false;
  const text = `${gatewayReference ?? dispute.disputeOid}: ${state}`;
  const document = withDispute(order.document, chargeReference, text);
  await saveOrder(context.db, { ...order, document, modifiedAt: context.now });
  return true;
}

async function applyEffect(
  context: Context,
  { order, dispute, isDeleted, by }: ChangedDispute,
  hooks: OrderHooks,
): Promise<void> {
  const { db, merchant } = context;
  const { merchantId } = merchant;
  if (dispute.autoOrderOid === undefined) return;
  // This does not wait, because the caller has already locked it.
  const oid = await hooks.lockAutoOrder(context, dispute.autoOrderOid);
  const settings = reportSettings(merchant.settings);
  switch (effectOf(isDeleted === true ? 'deleted' : dispute.state, settings)) {
    case 'hold':
      return setRebillStop(db, merchantId, oid, disputeStop(order.orderId));
    case 'cancel':
      return hooks.cancelAutoOrder(context, oid, {
        reason: `Dispute of order ${order.orderId}`,
        user: by,
      });
    case 'release':
      return release(context, { ...dispute, autoOrderOid: oid }, settings, hooks);
    case 'none':
  }
}

/** Allows rebills of an auto order again, unless another of its disputes is open. */
async function release(
  context: Context,
  { autoOrderOid: oid, disputeOid }: Dispute,
  { atOpening }: GatewayReportSettings,
  hooks: OrderHooks,
): Promise<void> {
  const { db, merchant } = context;
  if (oid === undefined) return;
  const other = await findOtherOpen(db, merchant.merchantId, oid, disputeOid);
  const isHeld = other !== undefined && atOpening === 'hold';
  const reason = isHeld ? disputeStop(other.orderId) : undefined;
  await setRebillStop(db, merchant.merchantId, oid, reason);
  if (!isHeld) await hooks.wakeAutoOrder(context, oid);
}

async function disputeEvent(
  { db, merchant: { merchantId, timeZone } }: Context,
  { order, dispute, before, isDeleted }: ChangedDispute,
): Promise<DomainEvent> {
  const object = wireDispute(dispute, timeZone);
  const id = String(dispute.disputeOid);
  if (isDeleted === true) {
    const deleted = deletion('chargeback_delete', 'chargeback', id, object);
    return { ...deleted, data: { ...deleted.data, order_id: order.orderId, state: 'deleted' } };
  }
  const other =
    dispute.autoOrderOid === undefined
      ? undefined
      : await findOtherOpen(db, merchantId, dispute.autoOrderOid, dispute.disputeOid);
  return {
    name: before === undefined ? 'chargeback_create' : 'chargeback_update',
    objectType: 'chargeback',
    objectId: id,
    data: {
      order_id: order.orderId,
      state: dispute.state,
      amount: fromMinor(dispute.amount, dispute.currency),
      currency: dispute.currency,
      reason: dispute.document.reason_code,
      due_dts: object.expiration_dts,
      has_other_open: other?.orderId === order.orderId,
    },
  };
}
