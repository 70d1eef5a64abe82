import type { Database } from '../platform/storage/database.ts';
import { merchantRow } from '../platform/storage/recordset.ts';
import type { AdvanceDay } from './advanceDay.ts';

/*
 * The table `clock_advance_day`, and the counters of `clock_advance`, which are its sums. Both are
 * written in the transaction of the events that they count.
 */

/** Adds to the days of an advance and to its counters. The days must be in order. */
export async function addToDays(
  tx: Database,
  merchantId: string,
  advanceId: string,
  days: readonly AdvanceDay[],
): Promise<void> {
  const sum = (count: (day: AdvanceDay) => number) =>
    days.reduce((all, day) => all + count(day), 0);
  await tx.run(
    `insert into clock_advance_day as d (merchant_id, advance_id, day, currency, paid_count,
       declined_count, notice_count, total_minor)
     select m.merchant_id, $2, u.* from ${merchantRow}
     cross join unnest($3::date[], $4::text[], $5::int[], $6::int[], $7::int[],
       $8::bigint[]) as u
     on conflict (merchant_id, advance_id, day, currency) do update set
       paid_count = d.paid_count + excluded.paid_count,
       declined_count = d.declined_count + excluded.declined_count,
       notice_count = d.notice_count + excluded.notice_count,
       total_minor = d.total_minor + excluded.total_minor`,
    [
      merchantId,
      advanceId,
      days.map(({ day }) => day),
      days.map(({ currency }) => currency),
      days.map(({ paid }) => paid),
      days.map(({ declined }) => declined),
      days.map(({ notices }) => notices),
      days.map(({ totalMinor }) => totalMinor),
    ],
  );
  await tx.run(
    `update clock_advance set rebill_count = rebill_count + $3,
       decline_count = decline_count + $4, notice_count = notice_count + $5
     where merchant_id = $1 and advance_id = $2`,
    [
      merchantId,
      advanceId,
      sum(({ paid }) => paid),
      sum(({ declined }) => declined),
      sum(({ notices }) => notices),
    ],
  );
}

/** Lists the days of an advance in order; a day with several currencies has several rows. */
export function listDays(
  db: Database,
  merchantId: string,
  advanceId: string,
): Promise<AdvanceDay[]> {
  return db.rows(
    `select day::text as day, currency, paid_count as paid, declined_count as declined,
       notice_count as notices, total_minor as "totalMinor"
     from clock_advance_day where merchant_id = $1 and advance_id = $2 order by day, currency`,
    [merchantId, advanceId],
  );
}

/** Returns the last day on which an advance did something, as YYYY-MM-DD. */
export async function findLastDay(
  db: Database,
  merchantId: string,
  advanceId: string,
): Promise<string | undefined> {
  const row = await db.row<{ day: string | null }>(
    `select max(day)::text as day from clock_advance_day
     where merchant_id = $1 and advance_id = $2`,
    [merchantId, advanceId],
  );
  return row?.day ?? undefined;
}
