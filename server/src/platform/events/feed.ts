import type { Temporal } from 'temporal-polyfill';
import { inBatches, removalBatch } from '../privacy/retention.ts';
import type { Database } from '../storage/database.ts';
import { isOnCitus } from '../storage/distribution.ts';
import { readInOrder } from '../storage/planning.ts';

/**
 * A place in a merchant's feed of events: everything up to it has been read. Places only increase,
 * and no event ever appears before a place that {@link readFeed} or {@link feedEnd} has returned.
 */
export interface FeedPlace {
  /**
   * A transaction's number plus an offset (`stamps.ts`), as text, because it exceeds the exact
   * range of a number.
   */
  readonly stamp: string;
  readonly eventId: number;
}

/** The place before every event. */
export const feedStart: FeedPlace = { stamp: '0', eventId: 0 };

/** An event in the form that readers of the feed get. */
export interface FeedEvent {
  readonly place: FeedPlace;
  readonly name: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly objectSequence: number;
  /** On the merchant's clock. */
  readonly at: Temporal.Instant;
  readonly data: Readonly<Record<string, unknown>>;
}

interface FeedRow {
  stamp: string;
  event_id: number;
  name: string;
  object_type: string;
  object_id: string;
  object_sequence: number;
  at: Temporal.Instant;
  data: Record<string, unknown>;
}

/**
 * The stamp that a merchant's readers stop before: every transaction of this database below it has
 * ended. It is read in a separate statement, before the one that reads events: a transaction that
 * had ended by then is visible to the next snapshot. PostgreSQL's own horizon (`pg_snapshot_xmin`)
 * would need one statement only, but it waits for every database of the server, so a long import
 * into another database would delay our webhooks. An autovacuum writes no events, so readers do not
 * wait for it. It is recognized by its missing account, because `backend_type` of a session is
 * hidden from other accounts, and a command may run as another account than the servers.
 *
 * On Citus a transaction that has left the snapshot may still have to commit on its nodes
 * (`unsettled_on_citus`). The merchant determines the node that matters. Without a merchant, the
 * stamp only shows whether there may be work, and nothing may be read with it.
 *
 * `backend_xid` has 32 bits: the full id follows from its distance to the next id; ids at or after
 * the next one do not matter.
 */
export async function feedHorizon(db: Database, merchantId?: string): Promise<string> {
  const row = await db.row<{ horizon: string }>(
    `select (next - coalesce(max((next - running + 4294967296) % 4294967296),
      0) + stamp_offset)::text as horizon
     from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next, stamp_offset
       from continuity where only_one) n
     left join lateral (
       select backend_xid::text::bigint as running from pg_stat_activity
         where datname = current_database() and backend_xid is not null
         and usesysid is not null
       union all select transaction::text::bigint from pg_prepared_xacts
         where database = current_database()
       union all select u.running from unsettled_on_citus($1) as u (running)
         where ${isOnCitus}
     ) r on ((running - next) % 4294967296 + 4294967296) % 4294967296 >= 2147483648
     group by next, stamp_offset`,
    [merchantId],
  );
  return row!.horizon;
}

/**
 * Returns the next events after a place, oldest first and without gaps: the events of open
 * transactions, and all later ones, wait for the next call. One object's events come in the order
 * in which they happened. `knownHorizon` is an earlier result of {@link feedHorizon}, for readers
 * that read other tables up to the same place.
 */
export async function readFeed(
  db: Database,
  merchantId: string,
  after: FeedPlace,
  limit: number,
  knownHorizon?: string,
): Promise<FeedEvent[]> {
  const rows = await db.transaction(async (tx) => {
    const horizon = knownHorizon ?? (await feedHorizon(tx, merchantId));
    await readInOrder(tx);
    return tx.rows<FeedRow>(
      // A bare `stamp` would sort as text, with 100 before 99.
      `select e.stamp::text as stamp, e.event_id, e.name, e.object_type, e.object_id,
        e.object_sequence, e.at, e.data
       from event e
       where e.merchant_id = $1 and (e.stamp, e.event_id) > ($2::xid8, $3) and e.stamp < $5::xid8
       order by e.stamp, e.event_id limit $4`,
      [merchantId, after.stamp, after.eventId, limit, horizon],
    );
  });
  return rows.map((row) => ({
    place: { stamp: row.stamp, eventId: row.event_id },
    name: row.name,
    objectType: row.object_type,
    objectId: row.object_id,
    objectSequence: row.object_sequence,
    at: row.at,
    data: row.data,
  }));
}

/**
 * Returns the place at which a new reader of the merchant's feed must start: it misses no event and
 * receives few earlier ones.
 */
export async function feedEnd(db: Database, merchantId: string): Promise<FeedPlace> {
  // No event of a transaction with this stamp or a later one has number 0.
  return { stamp: await feedHorizon(db, merchantId), eventId: 0 };
}

/**
 * Deletes events recorded before a moment of the machine's clock, except each object's last one,
 * from which its sequence continues. Returns the number of deleted events.
 */
export function forgetEvents(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  return inBatches(removalBatch, () =>
    db.run(
      `delete from event where merchant_id = $1 and (stamp, event_id) in (
         select e.stamp, e.event_id from event e where ${forgettable} limit ${removalBatch})`,
      [merchantId, before],
    ),
  );
}

/** Counts the events that {@link forgetEvents} would delete. */
export async function countForgettable(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*) as count from event e where ${forgettable}`,
    [merchantId, before],
  );
  return row?.count ?? 0;
}

const forgettable = `e.merchant_id = $1 and e.recorded_at < $2 and exists (
  select 1 from event later
  where later.merchant_id = $1 and later.object_type = e.object_type
    and later.object_id = e.object_id and later.object_sequence > e.object_sequence)`;

/**
 * Returns whether no event after this place has been deleted yet. That is true while the event of
 * the place exists. A place between events comes from a reader that has just started.
 */
export async function isInFeed(
  db: Database,
  merchantId: string,
  { stamp, eventId }: FeedPlace,
): Promise<boolean> {
  if (eventId === 0) return true;
  const row = await db.row(
    'select event_id from event where merchant_id = $1 and event_id = $2 and stamp = $3::xid8',
    [merchantId, eventId, stamp],
  );
  return row !== undefined;
}
