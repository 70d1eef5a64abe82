import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { keepWallsOfSchedules, lockSchedules } from '../autoOrders/zoneOperations.ts';
import type { Context } from '../platform/context.ts';
import type { ZoneChange } from '../platform/tenancy/zoneChange.ts';
import type { PlannedRow } from './attempt.ts';
import type { PlannedCharge } from './plan.ts';
import { findPlanned, saveReplanned } from './store.ts';

/**
 * Moves the dates of schedules to the same local time in another zone. A charge in flight was
 * planned with the old dates, so its plan moves too: settling then finds the planned schedule and
 * continues from it, and no period is billed twice.
 */
export async function keepWallsOfRebills(context: Context, change: ZoneChange): Promise<void> {
  const {
    db,
    merchant: { merchantId },
  } = context;
  await lockSchedules(context);
  const underWay = await findPlanned(db, merchantId);
  const oids = underWay.map(({ autoOrderOid }) => autoOrderOid);
  const before = await recordsOf(context, oids);
  await keepWallsOfSchedules(context, change);
  const after = await recordsOf(context, oids);
  await saveReplanned(
    db,
    merchantId,
    underWay.map((row): PlannedRow => {
      const [old, now] = [before.get(row.autoOrderOid), after.get(row.autoOrderOid)];
      return { ...row, charge: old && now ? movedCharge(row.charge, old, now) : row.charge };
    }),
  );
}

async function recordsOf(
  { db, merchant: { merchantId } }: Context,
  oids: readonly number[],
): Promise<ReadonlyMap<number, AutoOrder>> {
  const records = oids.length === 0 ? [] : await loadAutoOrders(db, merchantId, oids);
  return new Map(records.map((record) => [record.autoOrderOid, record]));
}

/** Returns the charge with the current dates of its items, if they had the planned dates before. */
function movedCharge(charge: PlannedCharge, before: AutoOrder, after: AutoOrder): PlannedCharge {
  const lines = charge.order.lines.map((line) => {
    const at = line.shipment?.at.epochMilliseconds;
    const isOfLine = ({ itemOid }: AutoOrder['items'][number]) => itemOid === line.itemOid;
    const old = before.items.find(isOfLine)?.nextShipmentAt;
    const now = after.items.find(isOfLine)?.nextShipmentAt;
    const isAsPlanned = at !== undefined && at === old?.epochMilliseconds && now !== undefined;
    return isAsPlanned ? { ...line, shipment: { ...line.shipment!, at: now } } : line;
  });
  return { ...charge, order: { ...charge.order, lines } };
}
