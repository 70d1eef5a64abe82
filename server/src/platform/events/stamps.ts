import type { Database } from '../storage/database.ts';

/*
 * Events are stamped with the number of their transaction plus an offset (`event_stamp()`).
 * PostgreSQL counts transactions from the start in each new server: a dump that is restored into
 * another one contains stamps far above its transaction numbers. Readers would wait for years, and
 * webhooks would never see an event that is stamped below their place. So the offset is raised
 * whenever a database contains stamps above the next one it would write, and after a restore, when
 * clients hold cursors from a time that the database does not know.
 */

// More transactions than there can be between the highest stamp that is stored and the highest
// cursor that was given out.
const gap = 2n ** 32n;

/**
 * Raises the offset when this database carries stamps from another server. Returns whether it did.
 */
export async function alignStamps(db: Database): Promise<boolean> {
  if (!(await isBehind(db))) return false;
  return db.transaction(async (tx) => {
    await stopWriters(tx);
    // Another process may have come first.
    if (!(await isBehind(tx))) return false;
    await raise(tx);
    return true;
  });
}

/**
 * Puts all stamps to come above every cursor that was ever given out. Join it to the transaction
 * that raises the epoch.
 */
export async function raiseStamps(tx: Database): Promise<void> {
  await stopWriters(tx);
  await raise(tx);
}

async function isBehind(db: Database): Promise<boolean> {
  const row = await db.row<{ is_behind: boolean }>(
    `select highest_stamp() > pg_snapshot_xmax(pg_current_snapshot())::text::bigint + stamp_offset
      as is_behind
     from continuity where only_one`,
  );
  return row!.is_behind;
}

/**
 * Waits for every transaction that has written events with the old offset and makes others wait: an
 * event that appears below a horizon that was given out is never read.
 */
const stopWriters = (tx: Database) => tx.run('lock table event, webhook_event in exclusive mode');

async function raise(tx: Database): Promise<void> {
  await tx.run(
    `update continuity set stamp_offset =
       greatest(highest_stamp(), pg_snapshot_xmax(pg_current_snapshot())::text::bigint +
         stamp_offset) + $1::bigint
         - pg_snapshot_xmax(pg_current_snapshot())::text::bigint
     where only_one`,
    [String(gap)],
  );
}
