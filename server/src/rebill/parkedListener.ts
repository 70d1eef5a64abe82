import { bringForward } from '../autoOrders/dueStore.ts';
import { isParked } from '../autoOrders/parking.ts';
import { findOidsByOriginalOrders, loadAutoOrders } from '../autoOrders/store.ts';
import { type OrderStage, stopsRebills } from '../orders/stages.ts';
import type { Context } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { findParked, forgetParked } from './parkedStore.ts';

/**
 * Makes parked auto orders due as soon as their fault may be fixed: their catalogue item was
 * created or updated, or their original order was released. The engine then decides whether they
 * can be billed. Needs one index lookup when none is parked. Misses an auto order that is being
 * parked at the same moment; its next check, a day later, finds the item.
 */
export async function wakeParked(
  context: Context,
  events: readonly RecordedEvent[],
): Promise<void> {
  const {
    db,
    now,
    merchant: { merchantId },
  } = context;
  await wakeReleased(context, events);
  const itemIds = events.flatMap(({ name, data }) =>
    (name === 'item_create' || name === 'item_update') && typeof data?.['itemId'] === 'string'
      ? [data['itemId']]
      : [],
  );
  if (itemIds.length === 0) return;
  const oids = await findParked(db, merchantId, itemIds);
  if (oids.length === 0) return;
  await bringForward(db, merchantId, oids, now);
  await forgetParked(db, merchantId, itemIds, oids);
}

/** Makes the auto orders due whose original orders a person released from a stop. */
async function wakeReleased(
  { db, now, merchant: { merchantId } }: Context,
  events: readonly RecordedEvent[],
): Promise<void> {
  const released = events.flatMap(({ name, objectId, data }) => {
    const isReleased =
      name === 'order_stage_change' &&
      stopsRebills(data?.['from'] as OrderStage | undefined) &&
      !stopsRebills(data?.['to'] as OrderStage | undefined);
    return isReleased ? [objectId] : [];
  });
  if (released.length === 0) return;
  const oids = await findOidsByOriginalOrders(db, merchantId, released);
  const autoOrders = await loadAutoOrders(db, merchantId, [...oids.values()]);
  const parked = autoOrders.filter(({ failureReason }) => isParked(failureReason));
  if (parked.length === 0) return;
  await bringForward(
    db,
    merchantId,
    parked.map(({ autoOrderOid }) => autoOrderOid),
    now,
  );
}
