import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/*
 * Reads which auto orders the engine may claim. These statements also read `rebill`, so they cannot
 * be in autoOrders/dueStore.ts, which is the only writer of `auto_order.due_at`.
 */

/** A due auto order, with the time at which it became due. */
export interface Due {
  readonly autoOrderOid: number;
  readonly dueAt: Temporal.Instant;
}

/**
 * The most auto orders that one claim takes. It is written into the statement: with a parameter as
 * the limit, PostgreSQL plans the statement again each time.
 */
export const claimLimit = 200;

/**
 * Locks due auto orders, the longest due first. Skips those that another transaction has locked and
 * those with a charge in flight. It may miss a charge that begins at the same moment, so the caller
 * reads the attempts again after locking.
 */
export async function lockDue(
  tx: Database,
  merchantId: string,
  until: Temporal.Instant,
): Promise<Due[]> {
  const rows = await tx.rows<{ auto_order_oid: number; due_at: Temporal.Instant }>(
    `select a.auto_order_oid, a.due_at from auto_order a
     where a.merchant_id = $1 and a.due_at <= $2
       and ${isFree}
     order by a.due_at limit ${claimLimit} for update of a skip locked`,
    [merchantId, until],
  );
  return rows.map((row) => ({ autoOrderOid: row.auto_order_oid, dueAt: row.due_at }));
}

/** Like {@link lockDue}, but only for some auto orders. */
export async function lockDueAmong(
  tx: Database,
  merchantId: string,
  until: Temporal.Instant,
  oids: readonly number[],
): Promise<Due[]> {
  const rows = await tx.rows<{ auto_order_oid: number; due_at: Temporal.Instant }>(
    `select a.auto_order_oid, a.due_at from auto_order a
     where a.merchant_id = $1 and a.auto_order_oid = any($3::int[]) and a.due_at <= $2
       and ${isFree}
     order by a.due_at for update of a skip locked`,
    [merchantId, until, oids],
  );
  return rows.map((row) => ({ autoOrderOid: row.auto_order_oid, dueAt: row.due_at }));
}

/** Returns the oids that {@link lockDue} would lock, without locking them. */
export async function findDueOids(
  db: Database,
  merchantId: string,
  until: Temporal.Instant,
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select a.auto_order_oid from auto_order a
     where a.merchant_id = $1 and a.due_at <= $2
       and ${isFree}
     order by a.due_at limit ${claimLimit}`,
    [merchantId, until],
  );
  return rows.map((row) => row.auto_order_oid);
}

// Not `not exists`: PostgreSQL turns that into a join or a list, and each claim then reads every
// charge in flight.
const isFree = `case when (
         select true from rebill r
         where r.merchant_id = $1 and r.auto_order_oid = a.auto_order_oid
           and r.lease_until is not null
         limit 1) then false else true end`;
