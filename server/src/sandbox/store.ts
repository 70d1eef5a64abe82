import type { Temporal } from 'temporal-polyfill';
import type { DueCounts } from '../platform/jobs/dueWork.ts';
import type { Database } from '../platform/storage/database.ts';
import type { TestMode } from './move.ts';

/*
 * The table `clock_advance`. Leases are in machine time. They only keep two processes from doing
 * the same work twice; the work is safe in any case.
 */

/** A move of a test clock and how far it has come. */
export interface Advance {
  readonly advanceId: string;
  readonly fromAt: Temporal.Instant;
  readonly toAt: Temporal.Instant;
  /** Everything due up to this moment has been played. */
  readonly reachedAt: Temporal.Instant;
  readonly modeAfter: TestMode;
  readonly state: 'playing' | 'done' | 'failed';
  readonly failureReason?: string | undefined;
  readonly rebills: number;
  readonly declines: number;
  readonly notices: number;
  readonly failures: number;
}

/**
 * Locks the merchant's clock until the transaction ends, so that changes and advances of one clock
 * happen one after another.
 */
export async function lockClock(tx: Database, merchantId: string): Promise<void> {
  await tx.row('select merchant_id from merchant where merchant_id = $1 for no key update', [
    merchantId,
  ]);
}

/**
 * Stores an advance that this process plays at once. The merchant's clock is locked, and no other
 * advance is under way.
 */
export async function insertAdvance(
  tx: Database,
  merchantId: string,
  {
    advanceId,
    fromAt,
    toAt,
    modeAfter,
  }: Pick<Advance, 'advanceId' | 'fromAt' | 'toAt' | 'modeAfter'>,
  leaseMs: number,
): Promise<void> {
  await tx.run(
    `insert into clock_advance (merchant_id, advance_id, from_at, to_at, reached_at, mode_after,
      lease_until) values ($1, $2, $3, $4, $3, $5, ${leaseEnd('$6')})`,
    [merchantId, advanceId, fromAt, toAt, modeAfter, leaseMs],
  );
}

export function findAdvance(
  db: Database,
  merchantId: string,
  advanceId: string,
): Promise<Advance | undefined> {
  return one(
    db,
    `select ${columns} from clock_advance where merchant_id = $1 and advance_id = $2`,
    [merchantId, advanceId],
  );
}

/** The advance that is under way. */
export function findPlaying(db: Database, merchantId: string): Promise<Advance | undefined> {
  return one(
    db,
    `select ${columns} from clock_advance where merchant_id = $1 and state = 'playing'`,
    [merchantId],
  );
}

/** Whether the merchant's clock was ever advanced. */
export async function wasAdvanced(db: Database, merchantId: string): Promise<boolean> {
  return (
    (await db.row('select 1 from clock_advance where merchant_id = $1 limit 1', [merchantId])) !==
    undefined
  );
}

/** The merchants with an advance that no process is playing now. */
export async function merchantsToAdvance(db: Database): Promise<string[]> {
  const rows = await db.rows<{ merchant_id: string }>(
    `select m.merchant_id from merchant m
     where exists (select from clock_advance a where a.merchant_id = m.merchant_id
       and a.state = 'playing' and a.lease_until <= clock_timestamp()) order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}

/** Takes the merchant's advance that no process is playing, for the length of a lease. */
export function takeAdvance(
  db: Database,
  merchantId: string,
  leaseMs: number,
): Promise<Advance | undefined> {
  return one(
    db,
    `update clock_advance set lease_until = ${leaseEnd('$2')}
      where merchant_id = $1 and state = 'playing' and lease_until <= clock_timestamp()
      returning ${columns}`,
    [merchantId, leaseMs],
  );
}

/** Lets another process continue the advance after this many milliseconds. */
export async function releaseAdvance(
  db: Database,
  merchantId: string,
  advanceId: string,
  afterMs: number,
): Promise<void> {
  await db.run(
    `update clock_advance set lease_until = ${leaseEnd('$3')}
      where merchant_id = $1 and advance_id = $2 and state = 'playing'`,
    [merchantId, advanceId, afterMs],
  );
}

/**
 * Stores what was played and how far, and renews the lease. Returns the advance as it is now, or
 * undefined when it is no longer under way.
 */
export function saveReached(
  tx: Database,
  merchantId: string,
  advanceId: string,
  reachedAt: Temporal.Instant,
  { rebills = 0, declines = 0, notices = 0 }: DueCounts['counts'],
  leaseMs: number,
): Promise<Advance | undefined> {
  return one(
    tx,
    `update clock_advance
      set reached_at = greatest(reached_at, $3), rebill_count = rebill_count + $4,
      decline_count = decline_count + $5,
       notice_count = notice_count + $6, failures = 0, lease_until = ${leaseEnd('$7')}
     where merchant_id = $1 and advance_id = $2 and state = 'playing' returning ${columns}`,
    [merchantId, advanceId, reachedAt, rebills, declines, notices, leaseMs],
  );
}

/** Ends the advance, with a reason when it stopped early. */
export function endAdvance(
  tx: Database,
  merchantId: string,
  advanceId: string,
  failureReason?: string,
): Promise<Advance | undefined> {
  return one(
    tx,
    `update clock_advance set state = case when $3::text is null then 'done' else 'failed'
      end, failure_reason = $3, lease_until = null
     where merchant_id = $1 and advance_id = $2 and state = 'playing' returning ${columns}`,
    [merchantId, advanceId, failureReason],
  );
}

/** Counts a failure and returns the number of failures since the advance last moved. */
export async function countFailure(
  db: Database,
  merchantId: string,
  advanceId: string,
): Promise<number> {
  const row = await db.row<{ failures: number }>(
    `update clock_advance set failures = failures + 1 where merchant_id = $1 and advance_id = $2
      and state = 'playing' returning failures`,
    [merchantId, advanceId],
  );
  return row?.failures ?? 0;
}

const columns =
  'advance_id, from_at, to_at, reached_at, mode_after, state, failure_reason, rebill_count, ' +
  'decline_count, notice_count, failures';

interface AdvanceRow {
  advance_id: string;
  from_at: Temporal.Instant;
  to_at: Temporal.Instant;
  reached_at: Temporal.Instant;
  mode_after: TestMode;
  state: Advance['state'];
  failure_reason: string | null;
  rebill_count: number;
  decline_count: number;
  notice_count: number;
  failures: number;
}

async function one(
  db: Database,
  text: string,
  values: readonly unknown[],
): Promise<Advance | undefined> {
  const row = await db.row<AdvanceRow>(text, values);
  return (
    row && {
      advanceId: row.advance_id,
      fromAt: row.from_at,
      toAt: row.to_at,
      reachedAt: row.reached_at,
      modeAfter: row.mode_after,
      state: row.state,
      failureReason: row.failure_reason ?? undefined,
      rebills: row.rebill_count,
      declines: row.decline_count,
      notices: row.notice_count,
      failures: row.failures,
    }
  );
}

const leaseEnd = (ms: string): string => `clock_timestamp() + ${ms} * interval '1 millisecond'`;
