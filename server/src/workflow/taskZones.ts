import { zoneShifts } from '../kernel/zoneShifts.ts';
import type { Context } from '../platform/context.ts';
import type { ZoneChange } from '../platform/tenancy/zoneChange.ts';
import { moveTaskDates } from './taskStore.ts';

/**
 * Keeps the local time of open tasks' dates (due, delayed, expiring) when the merchant's zone
 * changes. Past dates do not move.
 */
export const keepWallsOfTasks = (
  { db, merchant: { merchantId }, now }: Context,
  { from, to }: ZoneChange,
): Promise<void> => moveTaskDates(db, merchantId, now, zoneShifts(from, to));
