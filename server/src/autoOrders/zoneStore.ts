import type { Temporal } from 'temporal-polyfill';
import type { ZoneShifts } from '../kernel/zoneShifts.ts';
import type { Database } from '../platform/storage/database.ts';
import { recordset } from '../platform/storage/recordset.ts';
import {
  byStretch,
  movedColumn,
  movedIfLater,
  shiftValues,
} from '../platform/storage/zoneMoves.ts';
import { formerShipments } from './columns.ts';

/*
 * Moves the dates of schedules when the merchant changes its zone. Dates that were set as local
 * times keep their local time; past events keep their moment
 * (docs/adr/0045-zones-and-missed-shipments.md). Each table needs one statement for any number of
 * auto orders.
 */

/** Locks all auto orders of the merchant, in the same order as every other transaction. */
export async function lockAllAutoOrders(tx: Database, merchantId: string): Promise<void> {
  await tx.row(
    `select count(*) from (
       select from auto_order where merchant_id = $1 order by auto_order_oid for update
     ) as locked`,
    [merchantId],
  );
}

/** An item whose date differs from its anchor's time of day, because the zone skipped that time. */
export interface SkippedDate {
  readonly autoOrderOid: number;
  readonly itemOid: number;
  readonly nextShipmentAt: Temporal.Instant;
  readonly anchor: Temporal.PlainDateTime;
}

/** Finds the items whose date has another local time than their anchor. */
export async function findSkippedDates(
  db: Database,
  merchantId: string,
  shifts: ZoneShifts,
): Promise<SkippedDate[]> {
  const [starts] = shiftValues(shifts);
  const offset = byStretch('next_shipment_at', '$2', '$3');
  const rows = await db.rows<{
    auto_order_oid: number;
    auto_order_item_oid: number;
    next_shipment_at: Temporal.Instant;
    anchor: Temporal.PlainDateTime;
  }>(
    `select auto_order_oid, auto_order_item_oid, next_shipment_at, anchor from auto_order_item
     where merchant_id = $1 and next_shipment_at is not null
       and ((next_shipment_at + ${offset} * interval '1 millisecond') at time zone 'UTC')::time
         <> anchor::time`,
    [merchantId, starts, shifts.offsets],
  );
  return rows.map((row) => ({
    autoOrderOid: row.auto_order_oid,
    itemOid: row.auto_order_item_oid,
    nextShipmentAt: row.next_shipment_at,
    anchor: row.anchor,
  }));
}

/** Moves the dates of all schedules. The caller has locked the auto orders. */
export async function moveSchedules(
  tx: Database,
  merchantId: string,
  now: Temporal.Instant,
  shifts: ZoneShifts,
): Promise<void> {
  const values = [merchantId, now, ...shiftValues(shifts)];
  await tx.run(moveItemsSql, values);
  await tx.run(moveAutoOrdersSql, values);
}

const moved = (column: string) => `${column} = ${movedColumn(column, '$3', '$4')}`;
const movedLater = (column: string) => `${column} = ${movedIfLater(column, '$2', '$3', '$4')}`;

const moveItemsSql = `
  update auto_order_item set ${formerShipments('auto_order_item', 'true')},
    ${moved('next_shipment_at')}, ${moved('calculated_next_shipment_at')},
    ${moved('next_preshipment_notice_at')}, ${moved('missed_until')}, ${movedLater('no_order_after_at')}
  where merchant_id = $1 and (next_shipment_at is not null or no_order_after_at > $2)`;

// A row that is due stays due in any zone. Nothing becomes due before this moment, because a test
// clock does not go back.
const moveAutoOrdersSql = `
  update auto_order set ${moved('next_shipment_at')}, ${moved('next_attempt_at')},
    ${moved('planned_attempt_at')},
    due_at = case when due_at > $2 then greatest(${movedColumn('due_at', '$3', '$4')}, $2) else due_at end,
    version = version + 1, modified_at = $2
  where merchant_id = $1
    and (next_shipment_at is not null or next_attempt_at is not null or due_at is not null)`;

/**
 * Sets the next shipments of items to earlier moments, one for each item, and updates the values
 * that their auto orders derive from them.
 */
export async function setNextShipments(
  tx: Database,
  merchantId: string,
  dates: readonly Pick<SkippedDate, 'autoOrderOid' | 'itemOid' | 'nextShipmentAt'>[],
): Promise<void> {
  if (dates.length === 0) return;
  await tx.run(
    `update auto_order_item i set next_shipment_at = r.at,
       calculated_next_shipment_at = case when i.calculated_next_shipment_at is null then null else r.at end
     from ${datesRows.updateFrom(2)}
     where i.merchant_id = $1 and i.auto_order_oid = r.auto_order_oid
       and i.auto_order_item_oid = r.auto_order_item_oid`,
    [merchantId, ...datesRows.values(dates)],
  );
  await tx.run(
    `update auto_order a set next_shipment_at = least(a.next_shipment_at, r.at),
       due_at = case when a.due_at is null then null else least(a.due_at, r.at) end
     from (select auto_order_oid, min(at) as at from ${datesRows.updateFrom(2)} group by 1) as r
     where a.merchant_id = $1 and a.auto_order_oid = r.auto_order_oid`,
    [merchantId, ...datesRows.values(dates)],
  );
}

const datesRows = recordset<Pick<SkippedDate, 'autoOrderOid' | 'itemOid' | 'nextShipmentAt'>>([
  { name: 'auto_order_oid', type: 'int', read: ({ autoOrderOid }) => autoOrderOid },
  { name: 'auto_order_item_oid', type: 'int', read: ({ itemOid }) => itemOid },
  { name: 'at', type: 'timestamptz', read: ({ nextShipmentAt }) => nextShipmentAt },
]);
