import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/*
 * The columns of auto_order that mark it as parked. These functions read and write no other column,
 * so a record that cannot be read can still be parked and listed.
 */

/** An auto order that cannot be billed, and the reason. */
export interface ParkedAutoOrder {
  readonly autoOrderOid: number;
  readonly autoOrderCode: string;
  readonly reason: string;
  /** Since when it is parked for this reason; absent if its history does not say. */
  readonly since?: Temporal.Instant;
  /** When the engine tries again; absent when it waits for the next change. */
  readonly nextLookAt?: Temporal.Instant;
}

/**
 * Parks a locked auto order for a day. The day counts from the moment that made it due, so that a
 * clock which plays many days at once checks it on each day. Returns false if it was already parked
 * for this reason.
 */
export async function parkAutoOrder(
  tx: Database,
  merchantId: string,
  oid: number,
  { reason, at }: { reason: string; at: Temporal.Instant },
): Promise<boolean> {
  const nextCheck = 'shifted(greatest(due_at, $3), 86400000)';
  const changed = await tx.run(
    `update auto_order set failure_reason = $4, due_at = ${nextCheck},
       version = version + 1, modified_at = $3
     where merchant_id = $1 and auto_order_oid = $2 and failure_reason is distinct from $4`,
    [merchantId, oid, at, reason],
  );
  if (changed === 0)
    await tx.run(
      `update auto_order set due_at = ${nextCheck} where merchant_id = $1 and auto_order_oid = $2`,
      [merchantId, oid, at],
    );
  return changed > 0;
}

/** Returns a page of the parked auto orders, in the order of their oids. */
export async function listParked(
  db: Database,
  merchantId: string,
  limit: number,
  offset: number,
): Promise<ParkedAutoOrder[]> {
  const rows = await db.rows<{
    auto_order_oid: number;
    auto_order_code: string;
    failure_reason: string;
    due_at: Temporal.Instant | null;
    since: Temporal.Instant | null;
  }>(
    `select a.auto_order_oid, a.auto_order_code, a.failure_reason, a.due_at,
       (select max(l.at) from auto_order_log l
        where l.merchant_id = $1 and l.auto_order_oid = a.auto_order_oid
          and starts_with(l.message, a.failure_reason)) as since
     from auto_order a
     where a.merchant_id = $1 and a.failure_reason like 'Cannot rebill: %' and a.status = 'active'
     order by a.auto_order_oid limit $2 offset $3`,
    [merchantId, limit, offset],
  );
  return rows.map((row) => ({
    autoOrderOid: row.auto_order_oid,
    autoOrderCode: row.auto_order_code,
    reason: row.failure_reason,
    ...(row.since === null ? {} : { since: row.since }),
    ...(row.due_at === null ? {} : { nextLookAt: row.due_at }),
  }));
}

/** Whether an auto order is parked; undefined when it does not exist. */
export async function findIsParked(
  db: Database,
  merchantId: string,
  oid: number,
): Promise<{ readonly isParked: boolean } | undefined> {
  return db.row(
    `select failure_reason is not null and failure_reason like 'Cannot rebill: %'
       and status = 'active' as "isParked"
     from auto_order where merchant_id = $1 and auto_order_oid = $2`,
    [merchantId, oid],
  );
}
