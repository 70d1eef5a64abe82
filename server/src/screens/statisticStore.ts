import { required } from '../kernel/assert.ts';
import { type FeedPlace, feedStart } from '../platform/events/feed.ts';
import type { Database } from '../platform/storage/database.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import type { DayCounts } from './statistics.ts';

/*
 * The tables `statistic_day` and `statistic_place`: the counts of each day, and the last event that
 * is counted. Both change in one transaction.
 */

/** The place up to which a merchant's events are counted. */
export async function readStatisticPlace(db: Database, merchantId: string): Promise<FeedPlace> {
  const row = await db.row<FeedPlace>(
    `select stamp::text as stamp, event_id as "eventId" from statistic_place
     where merchant_id = $1`,
    [merchantId],
  );
  return row ?? feedStart;
}

/**
 * Moves that place. Returns false when another process has moved it since it was read, because that
 * process counts the events between.
 */
export async function moveStatisticPlace(
  tx: Database,
  merchantId: string,
  from: FeedPlace,
  to: FeedPlace,
): Promise<boolean> {
  await tx.run(
    `insert into statistic_place (merchant_id, stamp, event_id)
     select m.merchant_id, $2::xid8, $3::bigint from ${merchantRow}
     on conflict (merchant_id) do nothing`,
    [merchantId, feedStart.stamp, feedStart.eventId],
  );
  const moved = await tx.run(
    `update statistic_place set stamp = $4::xid8, event_id = $5
     where merchant_id = $1 and stamp = $2::xid8 and event_id = $3`,
    [merchantId, from.stamp, from.eventId, to.stamp, to.eventId],
  );
  return moved > 0;
}

/** Adds to the counts of days. The days must be in order. */
export async function addStatistics(
  tx: Database,
  merchantId: string,
  days: readonly DayCounts[],
): Promise<void> {
  await tx.run(
    `insert into statistic_day as d (merchant_id, day, currency, paid_count, paid_minor,
       declined_count, canceled_count, created_count, active_count)
     select m.merchant_id, u.* from ${merchantRow}
     cross join unnest($2::date[], $3::text[], $4::int[], $5::bigint[], $6::int[], $7::int[],
       $8::int[], $9::int[]) as u
     on conflict (merchant_id, day, currency) do update set
       paid_count = d.paid_count + excluded.paid_count,
       paid_minor = d.paid_minor + excluded.paid_minor,
       declined_count = d.declined_count + excluded.declined_count,
       canceled_count = d.canceled_count + excluded.canceled_count,
       created_count = d.created_count + excluded.created_count,
       active_count = coalesce(excluded.active_count, d.active_count)`,
    [
      merchantId,
      days.map(({ day }) => day),
      days.map(({ currency }) => currency),
      days.map(({ paid }) => paid),
      days.map(({ paidMinor }) => paidMinor),
      days.map(({ declined }) => declined),
      days.map(({ canceled }) => canceled),
      days.map(({ created }) => created),
      days.map(({ active }) => active),
    ],
  );
}

/**
 * Reads the counts of a period's days, including both ends, and the last earlier count of active
 * auto orders.
 */
export function readStatistics(
  db: Database,
  merchantId: string,
  first: string,
  last: string,
): Promise<DayCounts[]> {
  return db.rows<DayCounts>(
    `select day::text as day, currency, paid_count as paid, paid_minor as "paidMinor",
       declined_count as declined, canceled_count as canceled, created_count as created,
       active_count as active
     from statistic_day where merchant_id = $1 and (day between $2::date and $3::date
       or active_count is not null and day = (select max(earlier.day) from statistic_day earlier
         where earlier.merchant_id = $1 and earlier.day < $2::date
           and earlier.active_count is not null))
     order by day, currency`,
    [merchantId, first, last],
  );
}

/** Counts the active auto orders of a merchant, by an index. */
export async function countActive(db: Database, merchantId: string): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*)::int as count from auto_order where merchant_id = $1 and status = 'active'`,
    [merchantId],
  );
  return required(row, 'count').count;
}
