import type { Temporal } from 'temporal-polyfill';
import { feedHorizon } from './events/feed.ts';
import { raiseStamps } from './events/stamps.ts';
import { skipNumbers } from './storage/counters.ts';
import type { Database } from './storage/database.ts';
import { listMerchants } from './tenancy/merchantStore.ts';

/** The epoch and beat of a database, which detect restores (docs/adr/0046-restores.md). */
export interface Continuity {
  /** The number of restores, counted from 1. */
  readonly epoch: number;
  /** Increases whenever something happens. */
  readonly beat: number;
  readonly beatAt?: Temporal.Instant;
  readonly restoredAt?: Temporal.Instant;
  /** The time to which the last restore set the database back, if it is known. */
  readonly lostSince?: Temporal.Instant;
  /** If present, nothing is charged until an operator confirms the restore. */
  readonly heldReason?: string;
}

interface Row {
  epoch: number;
  beat: number;
  beat_at: Temporal.Instant | null;
  restored_at: Temporal.Instant | null;
  lost_since: Temporal.Instant | null;
  held_reason: string | null;
}

const columns = 'epoch, beat, beat_at, restored_at, lost_since, held_reason';

const fromRow = (row: Row): Continuity => ({
  epoch: row.epoch,
  beat: row.beat,
  ...(row.beat_at ? { beatAt: row.beat_at } : {}),
  ...(row.lost_since ? { lostSince: row.lost_since } : {}),
  ...(row.restored_at ? { restoredAt: row.restored_at } : {}),
  ...(row.held_reason === null ? {} : { heldReason: row.held_reason }),
});

/** Reads the epoch, the beat and, if charges are stopped, the reason. */
export async function readContinuity(db: Database): Promise<Continuity> {
  return fromRow((await db.row<Row>(`select ${columns} from continuity where only_one`))!);
}

/**
 * The same, with a number that increases with every event and so shows whether anything happened.
 */
export async function readProgress(
  db: Database,
): Promise<Continuity & { readonly events: number }> {
  const row = await db.row<Row & { events: number }>(
    `select ${columns}, e.last_value as events from continuity, event_event_id_seq e
      where only_one`,
  );
  return { ...fromRow(row!), events: row!.events };
}

/** Returns the time at which the database was created, which identifies it and its copies. */
export async function databaseName(db: Database): Promise<string> {
  const row = await db.row<{ name: string }>(
    'select extract(epoch from applied_at)::text as name from migration order by name limit 1',
  );
  return row!.name;
}

/** Counts one beat and returns the new state. */
export async function countBeat(db: Database, now: Temporal.Instant): Promise<Continuity> {
  const horizon = await feedHorizon(db);
  const row = await db.row<Row>(
    `update continuity set beat = beat + 1, beat_at = $1, stamp_seen = greatest(stamp_seen,
      $2::bigint)
     where only_one returning ${columns}`,
    [now, horizon],
  );
  return fromRow(row!);
}

/** The facts about the period that is missing in the database. */
export interface Lost {
  readonly reason: string;
  /** The highest epoch seen outside the database. */
  readonly epochSeen: number;
  /** The highest beat in the marker. */
  readonly beatSeen: number;
  /** By merchant and counter, the highest number that a gateway has seen. */
  readonly numbersSeen: readonly NumberSeen[];
  /** The database's last time, where it is known. */
  readonly lostSince?: Temporal.Instant | undefined;
}

/** The highest number of a merchant's orders or auto orders that a gateway has seen. */
export interface NumberSeen {
  readonly merchantId: string;
  readonly name: 'order' | 'auto_order';
  readonly value: number;
}

// Markers of other processes may be some beats ahead of the marker that we know.
const beatsSkipped = 1_000_000_000;

/**
 * Begins a new epoch: charges get new keys, and ids, stamps and beats continue above all values
 * that may have been used in the lost period. Nothing is charged until {@link liftHold}.
 */
export function beginEpoch(db: Database, now: Temporal.Instant, lost: Lost): Promise<Continuity> {
  return db.transaction(async (tx) => {
    await raiseStamps(tx);
    const merchants = (await listMerchants(tx)).map(({ merchantId }) => merchantId);
    const { epoch } = await readContinuity(tx);
    // Epochs that are missing in the database skipped as many values.
    const epochs = Math.max(epoch, lost.epochSeen) + 1 - epoch;
    await skipNumbers(tx, merchants, epochs, lost.numbersSeen);
    const row = await tx.row<Row>(
      `update continuity set epoch = greatest(epoch, $1) + 1, beat = greatest(beat,
        $2) + ${beatsSkipped}, restored_at = $3, held_reason = $4,
         lost_since = case when held_reason is null then $5::timestamptz
           when lost_since is not null and $5 is not null then least(lost_since, $5) end
       where only_one returning ${columns}`,
      [lost.epochSeen, lost.beatSeen, now, lost.reason, lost.lostSince],
    );
    return fromRow(row!);
  });
}

/**
 * Raises the epoch to that of the installation from which a merchant arrives: keys of charges must
 * differ from those that it used before a restore.
 */
export async function raiseEpoch(tx: Database, epoch: number): Promise<void> {
  await tx.run('update continuity set epoch = $1 where only_one and epoch < $1', [epoch]);
}

/** Lets charging resume after a restore was confirmed. */
export async function liftHold(db: Database): Promise<void> {
  await db.run('update continuity set held_reason = null where only_one');
}
