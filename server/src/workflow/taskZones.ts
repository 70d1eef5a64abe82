import { zoneShifts } from '../kernel/zoneShifts.ts';
import type { Context } from '../platform/context.ts';
import type { ZoneChange } from '../platform/tenancy/zoneChange.ts';
import { moveTaskDates } from './taskStore.ts';

/** When the merchant's zone changes, open tasks stay due, delayed and valid until the same time on its wall. What has passed stays when it was. */
export const keepWallsOfTasks = (
  { db, merchant: { merchantId }, now }: Context,
  { from, to }: ZoneChange,
): Promise<void> => moveTaskDates(db, merchantId, now, zoneShifts(from, to));
