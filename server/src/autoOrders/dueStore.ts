import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { poll } from '../platform/storage/nodes.ts';

/*
 * `auto_order.due_at`: when the engine must process an auto order. Every write of a record sets it
 * too. The functions in this file change nothing else.
 */

/** Clears `due_at` of locked auto orders: nothing is due until another write sets it. */
export async function takeDueMarks(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<void> {
  if (oids.length === 0) return;
  await tx.run(
    `update auto_order set due_at = null
     where merchant_id = $1 and auto_order_oid = any($2::int[])`,
    [merchantId, oids],
  );
}

/** Delays locked auto orders that cannot be rebilled, without changing their records. */
export async function putOff(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
  untils: readonly Temporal.Instant[],
): Promise<void> {
  if (oids.length === 0) return;
  await tx.run(
    `update auto_order a set due_at = p.until
     from unnest($2::int[], $3::timestamptz[]) as p (oid, until)
     where a.merchant_id = $1 and a.auto_order_oid = p.oid`,
    [merchantId, oids, untils],
  );
}

/**
 * Makes auto orders due at `at` if they would be due later. Skips auto orders that are being
 * charged or have stopped.
 */
export async function bringForward(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `update auto_order a set due_at = $3
     from (select auto_order_oid from auto_order
           where merchant_id = $1 and auto_order_oid = any($2::int[]) and due_at > $3
           order by auto_order_oid for update) later
     where a.merchant_id = $1 and a.auto_order_oid = later.auto_order_oid`,
    [merchantId, oids, at],
  );
}

/** Locks these auto orders in the order of their oids and returns their versions. */
export async function lockVersions(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.rows<{ auto_order_oid: number; version: number }>(
    `select auto_order_oid, version from auto_order
     where merchant_id = $1 and auto_order_oid = any($2::int[])
     order by auto_order_oid for update`,
    [merchantId, oids],
  );
  return new Map(rows.map((row) => [row.auto_order_oid, row.version]));
}

/**
 * Returns when the auto order is due; undefined when it is never due, is being charged or does not
 * exist.
 */
export async function findDueAt(
  db: Database,
  merchantId: string,
  oid: number,
): Promise<Temporal.Instant | undefined> {
  const row = await db.row<{ due_at: Temporal.Instant | null }>(
    'select due_at from auto_order where merchant_id = $1 and auto_order_oid = $2',
    [merchantId, oid],
  );
  return row?.due_at ?? undefined;
}

/** Returns the earliest moment, up to `until`, at which an auto order of the merchant is due. */
export async function firstDue(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
): Promise<Temporal.Instant | undefined> {
  const row = await db.row<{ due_at: Temporal.Instant }>(
    'select due_at from auto_order where merchant_id = $1 and due_at <= $2 order by due_at limit 1',
    [merchantId, until],
  );
  return row?.due_at;
}

/** Counts the merchant's auto orders that are due until a moment, up to `max`. */
export async function countDue(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
  max: number,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*) as count from (
       select 1 from auto_order where merchant_id = $1 and due_at <= $2 limit $3) due`,
    [merchantId, until, max],
  );
  return row?.count ?? 0;
}

/** Returns the merchant's first auto orders that are due until a moment, earliest first. */
export async function findDueUntil(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
  limit: number,
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select auto_order_oid from auto_order where merchant_id = $1 and due_at <= $2
     order by due_at, auto_order_oid limit $3`,
    [merchantId, until, limit],
  );
  return rows.map((row) => row.auto_order_oid);
}

/** Returns the merchants that have a due auto order, each by its own clock, in one cheap query. */
export async function merchantsWithDue(
  db: Database,
  merchants: readonly { readonly merchantId: string; readonly now: Temporal.Instant }[],
): Promise<ReadonlySet<string>> {
  const rows = await poll<{ merchant_id: string }>(
    db,
    (only) => `select m.merchant_id from merchant m
     join unnest($1::text[], $2::timestamptz[]) as k (merchant_id, now)
       on k.merchant_id = m.merchant_id
     where ${only('m')} m.merchant_id = any($1::text[]) and exists (
       select from auto_order a where ${only('a')}
         a.merchant_id = m.merchant_id and a.due_at <= k.now)`,
    [merchants.map((merchant) => merchant.merchantId), merchants.map((merchant) => merchant.now)],
  );
  return new Set(rows.map((row) => row.merchant_id));
}
