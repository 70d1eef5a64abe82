import { bringForward } from '../autoOrders/dueStore.ts';
import type { Context } from '../platform/context.ts';
import type { RecordedEvent } from '../platform/events/event.ts';
import { findParked, forgetParked } from './parkedStore.ts';

/**
 * Makes auto orders that are parked for a catalogue item due as soon as the item is created or
 * updated; the engine then decides whether they can be billed. Costs one index lookup when none is
 * parked. Misses an auto order that is being parked at the same moment; its next check, a day
 * later, finds the item.
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
