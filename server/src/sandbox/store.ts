import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';
import type { TestMode } from './move.ts';

/*
 * The table `clock_advance`. Leases use machine time. They only save two processes from doing the
 * same work; the work is safe in any case.
 */

/** A move of a test clock and its progress. */
export interface Advance {
  readonly advanceId: string;
  readonly fromAt: Temporal.Instant;
  readonly toAt: Temporal.Instant;
  /** Everything due up to this moment has been played. */
  readonly reachedAt: Temporal.Instant;
  readonly modeAfter: TestMode;
  readonly state: 'playing' | EndState;
  /** A client has asked to stop it. */
  readonly isStopping: boolean;
  readonly failureReason?: string | undefined;
  readonly rebills: number;
  readonly declines: number;
  readonly notices: number;
  readonly failures: number;
}

/** How an advance ends: it reaches its end, it fails too often, or a client stops it. */
export type EndState = 'done' | 'failed' | 'stopped';

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
 * Stores an advance that this process plays at once. The caller has locked the merchant's clock,
 * and no other advance is running.
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

/** Finds an advance of a merchant's clock. */
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

/**
 * Lists a page of the merchant's advances, the latest first, plus one more row if there are more.
 */
export async function listAdvances(
  db: Database,
  merchantId: string,
  page: { readonly limit: number; readonly offset: number },
): Promise<Advance[]> {
  const rows = await db.rows<AdvanceRow>(
    `select ${columns} from clock_advance where merchant_id = $1
     order by from_at desc, started_at desc, advance_id limit $2 + 1 offset $3`,
    [merchantId, page.limit, page.offset],
  );
  return rows.map(advanceOf);
}

/** Asks the process that plays the advance to stop; undefined when it has ended or is unknown. */
export function askToStop(
  db: Database,
  merchantId: string,
  advanceId: string,
): Promise<Advance | undefined> {
  return one(
    db,
    `update clock_advance set is_stopping = true
     where merchant_id = $1 and advance_id = $2 and state = 'playing' returning ${columns}`,
    [merchantId, advanceId],
  );
}

/** Returns the running advance. */
export function findPlaying(db: Database, merchantId: string): Promise<Advance | undefined> {
  return one(
    db,
    `select ${columns} from clock_advance where merchant_id = $1 and state = 'playing'`,
    [merchantId],
  );
}

/** Returns whether the merchant's clock was ever advanced. */
export async function wasAdvanced(db: Database, merchantId: string): Promise<boolean> {
  return (
    (await db.row('select 1 from clock_advance where merchant_id = $1 limit 1', [merchantId])) !==
    undefined
  );
}

/** Returns the merchants with an advance that no process is playing now. */
export async function merchantsToAdvance(db: Database): Promise<string[]> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     where ${only('m')} exists (select from clock_advance a where ${only('a')}
       a.merchant_id = m.merchant_id
       and a.state = 'playing' and a.lease_until <= statement_timestamp()) order by m.merchant_id`,
  );
  return rows.map((row) => row.merchant_id);
}

/** Claims the merchant's advance that no process is playing, for the length of a lease. */
export function takeAdvance(
  db: Database,
  merchantId: string,
  leaseMs: number,
): Promise<Advance | undefined> {
  return one(
    db,
    `update clock_advance set lease_until = ${leaseEnd('$2')}
      where merchant_id = $1 and state = 'playing' and lease_until <= statement_timestamp()
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
 * Stores the progress and renews the lease. Returns the current advance, or undefined when it is no
 * longer running.
 */
export function saveReached(
  tx: Database,
  merchantId: string,
  advanceId: string,
  reachedAt: Temporal.Instant,
  leaseMs: number,
): Promise<Advance | undefined> {
  return one(
    tx,
    `update clock_advance
      set reached_at = greatest(reached_at, $3), failures = 0, lease_until = ${leaseEnd('$4')}
     where merchant_id = $1 and advance_id = $2 and state = 'playing' returning ${columns}`,
    [merchantId, advanceId, reachedAt, leaseMs],
  );
}

/** Ends the advance, with a reason when it failed. */
export function endAdvance(
  tx: Database,
  merchantId: string,
  advanceId: string,
  state: EndState,
  failureReason?: string,
): Promise<Advance | undefined> {
  return one(
    tx,
    `update clock_advance set state = $3, failure_reason = $4, lease_until = null
     where merchant_id = $1 and advance_id = $2 and state = 'playing' returning ${columns}`,
    [merchantId, advanceId, state, failureReason],
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
  'advance_id, from_at, to_at, reached_at, mode_after, state, is_stopping, failure_reason, rebill_count, ' +
  'decline_count, notice_count, failures';

interface AdvanceRow {
  advance_id: string;
  from_at: Temporal.Instant;
  to_at: Temporal.Instant;
  reached_at: Temporal.Instant;
  mode_after: TestMode;
  state: Advance['state'];
  is_stopping: boolean;
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
  return row && advanceOf(row);
}

const advanceOf = (row: AdvanceRow): Advance => ({
  advanceId: row.advance_id,
  fromAt: row.from_at,
  toAt: row.to_at,
  reachedAt: row.reached_at,
  modeAfter: row.mode_after,
  state: row.state,
  isStopping: row.is_stopping,
  failureReason: row.failure_reason ?? undefined,
  rebills: row.rebill_count,
  declines: row.decline_count,
  notices: row.notice_count,
  failures: row.failures,
});

const leaseEnd = (ms: string): string => `statement_timestamp() + ${ms} * interval '1 millisecond'`;
