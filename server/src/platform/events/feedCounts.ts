import type { Database } from '../storage/database.ts';
import { readInOrder } from '../storage/planning.ts';
import { type FeedPlace, feedHorizon } from './feed.ts';

/** How often events of one name happened on a day, and the money that they report. */
export interface EventCount {
  readonly name: string;
  /** YYYY-MM-DD in the calendar of the zone. */
  readonly day: string;
  /** Of the money; null for events without any. */
  readonly currency: string | null;
  readonly count: number;
  /** The sum of `total_minor` in minor units, without amounts that are only owed. */
  readonly totalMinor: number;
}

/**
 * Returns the place of the last of at most `limit` events after a place; undefined when there are
 * none. Like a result of `readFeed`, it never changes.
 */
export function feedStretch(
  db: Database,
  merchantId: string,
  after: FeedPlace,
  limit: number,
): Promise<FeedPlace | undefined> {
  return db.transaction(async (tx) => {
    const horizon = await feedHorizon(tx, merchantId);
    await readInOrder(tx);
    return tx.row<FeedPlace>(
      `select s.stamp::text as stamp, s.event_id as "eventId" from (
         select e.stamp, e.event_id from event e
         where e.merchant_id = $1 and (e.stamp, e.event_id) > ($2::xid8, $3)
           and e.stamp < $5::xid8
         order by e.stamp, e.event_id limit $4) s
       order by s.stamp desc, s.event_id desc limit 1`,
      [merchantId, after.stamp, after.eventId, limit, horizon],
    );
  });
}

/** Counts the events of these names between two places, by day and currency. */
export function countFeed(
  db: Database,
  merchantId: string,
  { after, until }: { readonly after: FeedPlace; readonly until: FeedPlace },
  { names, zone }: { readonly names: readonly string[]; readonly zone: string },
): Promise<EventCount[]> {
  return db.rows<EventCount>(
    `select e.name, (e.at at time zone $6)::date::text as day, e.data->>'currency' as currency,
       count(*)::int as count,
       coalesce(sum((e.data->>'total_minor')::bigint)
         filter (where e.data->>'owed' is null), 0)::bigint as "totalMinor"
     from event e
     where e.merchant_id = $1 and (e.stamp, e.event_id) > ($2::xid8, $3)
       and (e.stamp, e.event_id) <= ($4::xid8, $5) and e.name = any($7::text[])
     group by 1, 2, 3`,
    [merchantId, after.stamp, after.eventId, until.stamp, until.eventId, zone, names],
  );
}
