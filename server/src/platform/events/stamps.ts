import type { Database } from '../storage/database.ts';
import { unlessNodeMissing } from '../storage/nodes.ts';
import type { FeedPlace } from './feed.ts';

/*
 * Events are stamped with the number of their transaction plus an offset (`event_stamp()`).
 * PostgreSQL counts transactions from the start in each new server: a dump that is restored into
 * another one contains stamps far above its transaction numbers. Readers would wait for years, and
 * webhooks would never see an event that is stamped below their place. So the offset is raised
 * whenever a database contains stamps above the next one it would write, and after a restore, when
 * clients hold cursors from a time that the database does not know.
 */

// More than the number of transactions between the highest stored stamp and the highest cursor
// returned to a client.
const gap = 2n ** 32n;

/**
 * Raises the offset when this database contains stamps from another server. Returns whether it did.
 * While a node of Citus is missing, it knows only the highest stamp that readers reached, and
 * raising fails.
 */
export async function alignStamps(db: Database): Promise<boolean> {
  if (!(await isBehind(db))) return false;
  return db.transaction(async (tx) => {
    await stopWriters(tx);
    // Another process may have raised it first.
    if (!(await isBehind(tx))) return false;
    await raiseOffset(tx);
    return true;
  });
}

/**
 * Raises all future stamps above every cursor that was ever given out. Join it to the transaction
 * that raises the epoch.
 */
export async function raiseStamps(tx: Database): Promise<void> {
  await stopWriters(tx);
  await raiseOffset(tx);
}

async function isBehind(db: Database): Promise<boolean> {
  const all = await unlessNodeMissing(db, () => isAbove(db, 'highest_stamp()'));
  return all ?? isAbove(db, 'stamp_seen');
}

async function isAbove(db: Database, stamp: string): Promise<boolean> {
  const row = await db.row<{ is_above: boolean }>(
    `select ${stamp} > pg_snapshot_xmax(pg_current_snapshot())::text::bigint + stamp_offset
      as is_above
     from continuity where only_one`,
  );
  return row!.is_above;
}

/**
 * Waits for every transaction that has written events with the old offset and blocks new ones: a
 * reader would never see an event that appears below a horizon that was returned before.
 */
async function stopWriters(tx: Database): Promise<void> {
  await tx.run('select pg_advisory_xact_lock($1)', [placesLockKey]);
  // Servers of an earlier release take their stamps while they insert.
  await tx.run('lock table event, webhook_event in exclusive mode');
}

// Every transaction that takes places in the feed holds this lock in shared mode: the function
// take_places locks it too.
const placesLockKey = 7_310_203_942;

/** Reserves places for `count` events of this transaction: the next ids, and its stamp. */
export async function takePlaces(tx: Database, count: number): Promise<FeedPlace[]> {
  return tx.rows<FeedPlace>(
    'select p.stamp, p.event_id as "eventId" from take_places($1) as p (stamp, event_id)',
    [count],
  );
}

async function raiseOffset(tx: Database): Promise<void> {
  await tx.run(
    `update continuity set stamp_offset =
       greatest(highest_stamp(), pg_snapshot_xmax(pg_current_snapshot())::text::bigint +
         stamp_offset) + $1::bigint
         - pg_snapshot_xmax(pg_current_snapshot())::text::bigint
     where only_one`,
    [String(gap)],
  );
}
