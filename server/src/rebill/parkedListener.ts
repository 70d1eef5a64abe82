import { bringForward } from '../autoOrders/dueStore.ts';
import type { Context } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { findParked, forgetParked } from './parkedStore.ts';

/**
 * Has auto orders that wait for a catalogue item looked at now, as it has come or changed: the look judges whether they can be billed. Where none
 * waits this is one look at an index. One that is being parked in this very moment is not seen; its next look, a day later, finds the item in order.
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
  const itemIds = events.flatMap(({ name, data }) =>
    name === 'item_create' || name === 'item_update' ? [String(data?.['itemId'])] : [],
  );
  if (itemIds.length === 0) return;
  const oids = await findParked(db, merchantId, itemIds);
  if (oids.length === 0) return;
  await bringForward(db, merchantId, oids, now);
  await forgetParked(db, merchantId, itemIds, oids);
}
