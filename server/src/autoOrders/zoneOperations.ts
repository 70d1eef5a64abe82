import { type ZoneShifts, zoneShifts } from '../kernel/zoneShifts.ts';
import type { Context } from '../platform/context.ts';
import type { ZoneChange } from '../platform/tenancy/zoneChange.ts';
import { momentAt, placeOfMoment } from './schedule.ts';
import {
  findSkippedDates,
  lockAllAutoOrders,
  moveSchedules,
  type SkippedDate,
  setNextShipments,
} from './zoneStore.ts';

/**
 * Locks the merchant's auto orders, so that no rebill is planned or settled while their dates move.
 */
export const lockSchedules = ({ db, merchant }: Context): Promise<void> =>
  lockAllAutoOrders(db, merchant.merchantId);

/**
 * Moves the dates of all schedules to the same local time in another zone. The caller has locked
 * the auto orders.
 */
export async function keepWallsOfSchedules(
  { db, merchant: { merchantId }, now }: Context,
  change: ZoneChange,
): Promise<void> {
  const shifts: ZoneShifts = zoneShifts(change.from, change.to);
  const skipped = await findSkippedDates(db, merchantId, shifts);
  await moveSchedules(db, merchantId, now, shifts);
  await setNextShipments(
    db,
    merchantId,
    skipped.flatMap((each) => atItsAnchor(each, change)),
  );
}

/**
 * Returns a date that the old zone skipped to its intended local time, which the new zone may have.
 */
function atItsAnchor(date: SkippedDate, { from, to }: ZoneChange): SkippedDate[] {
  const place = placeOfMoment(date.nextShipmentAt, date.anchor, from);
  const isMoved = momentAt(place, from).epochMilliseconds === date.nextShipmentAt.epochMilliseconds;
  return isMoved ? [{ ...date, nextShipmentAt: momentAt(place, to) }] : [];
}
