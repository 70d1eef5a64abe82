import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { AuditedAttempt, AuditedOrder, Marks } from './audit.ts';

/*
 * Reads the records of an audit in as few statements as possible. It writes nothing.
 */

/**
 * Lets all later statements of this transaction read the same snapshot, so that their figures
 * match.
 */
export async function useOneSnapshot(tx: Database): Promise<void> {
  await tx.run('set transaction isolation level repeatable read, read only');
}

/** Does the work in a savepoint. If the work fails, the transaction continues without it. */
export async function inSavepoint<Value>(
  tx: Database,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly error: unknown }> {
  await tx.run('savepoint audited');
  try {
    return { value: await work() };
  } catch (error) {
    await tx.run('rollback to savepoint audited');
    return { error };
  } finally {
    await tx.run('release savepoint audited');
  }
}

/** Returns the next oids of auto orders after an oid, in order. */
export async function findNextOids(
  db: Database,
  merchantId: string,
  afterOid: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select auto_order_oid from auto_order
     where merchant_id = $1 and auto_order_oid > $2 order by auto_order_oid limit $3`,
    [merchantId, afterOid, limit],
  );
  return rows.map((row) => row.auto_order_oid);
}

/**
 * Returns merged auto orders by the one to which their items moved. Older orders of an item still
 * belong to the auto order that had the item at that time.
 */
export async function loadMergedSources(
  db: Database,
  merchantId: string,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = await db.rows<{ target: number; source: number }>(
    `select merged_into_auto_order_oid as target, auto_order_oid as source from auto_order
     where merchant_id = $1 and merged_into_auto_order_oid is not null`,
    [merchantId],
  );
  const sources = new Map<number, number[]>();
  for (const { target, source } of rows)
    sources.set(target, [...(sources.get(target) ?? []), source]);
  return sources;
}

/** Returns the columns of these auto orders besides their records, by oid. */
export async function loadMarks(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, Marks>> {
  const rows = await db.rows<{
    auto_order_oid: number;
    due_at: Temporal.Instant | null;
    next_shipment_at: Temporal.Instant | null;
    modified_at: Temporal.Instant;
    original: string | null;
    target: number | null;
  }>(
    `select a.auto_order_oid, a.due_at, a.next_shipment_at, a.modified_at,
       (select o.order_id from orders o
        where o.merchant_id = $1 and o.order_id = a.original_order_id) as original,
       (select t.auto_order_oid from auto_order t
        where t.merchant_id = $1 and t.auto_order_oid = a.merged_into_auto_order_oid) as target
     from auto_order a where a.merchant_id = $1 and a.auto_order_oid = any($2::int[])`,
    [merchantId, oids],
  );
  return new Map(
    rows.map((row) => [
      row.auto_order_oid,
      {
        ...(row.due_at !== null && { dueAt: row.due_at }),
        ...(row.next_shipment_at !== null && { nextShipmentAt: row.next_shipment_at }),
        modifiedAt: row.modified_at,
        ...(row.original !== null && { originalOrderId: row.original }),
        ...(row.target !== null && { targetOid: row.target }),
      },
    ]),
  );
}

/** Returns the rebills of these auto orders, oldest first. */
export function loadAuditedAttempts(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<AuditedAttempt[]> {
  return db.rows(
    `select auto_order_oid as "autoOrderOid", rebill_number as "rebillNumber", state, attempt, at,
       order_id as "orderId", amount_minor as amount, currency, reference,
       planned is not null as "isPlanned", jsonb_array_length(declines) as declines,
       case when state = 'declined' then (declines->-1->>'next')::timestamptz end as "retryAt",
       settled_by is not null as "isByStaff",
       settled_by is not null and exists (
         select from order_payment_attempt p
         where p.merchant_id = $1 and p.order_id = rebill.order_id and p.state = 'paid'
           and p.reference = rebill.reference) as "isOrderCharged"
     from rebill where merchant_id = $1 and auto_order_oid = any($2::int[])
     order by auto_order_oid, rebill_number`,
    [merchantId, oids],
  );
}

/** Returns the orders of these auto orders. */
export function loadAuditedOrders(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<AuditedOrder[]> {
  return db.rows(
    `select auto_order_oid as "autoOrderOid", rebill_number as "rebillNumber",
       order_id as "orderId", created_at as "createdAt", paid_at as "paidAt",
       charge_lease_until is not null as "isCharging", currency,
       total_minor as total, items as lines, summary, taxes, payment
     from orders where merchant_id = $1 and auto_order_oid = any($2::int[])`,
    [merchantId, oids],
  );
}

/** A row of the books that refers to something that does not exist. */
export interface Orphan {
  readonly kind: 'rebill' | 'order' | 'charge';
  readonly id: string;
  /** The field with the reference. */
  readonly field: 'auto_order_oid' | 'order_id';
  /** The object that the field refers to. */
  readonly stored: string;
}

/**
 * Returns rebills and orders of auto orders that do not exist, and charges of orders that do not
 * exist. The key of a charge contains its order (orders/charge.ts).
 */
export function findOrphans(db: Database, merchantId: string, limit: number): Promise<Orphan[]> {
  return db.rows(
    `select 'rebill' as kind, r.auto_order_oid || '/' || r.rebill_number as id,
       'auto_order_oid' as field, r.auto_order_oid::text as stored
     from rebill r
     where r.merchant_id = $1 and not exists (
       select from auto_order a where a.merchant_id = $1 and a.auto_order_oid = r.auto_order_oid)
     union all
     select 'order', o.order_id, 'auto_order_oid', o.auto_order_oid::text from orders o
     where o.merchant_id = $1 and o.auto_order_oid is not null and not exists (
       select from auto_order a where a.merchant_id = $1 and a.auto_order_oid = o.auto_order_oid)
     union all
     select 'charge', c.key, 'order_id', split_part(c.key, ':', 3) from order_charge c
     where c.merchant_id = $1 and not exists (
       select from orders o where o.merchant_id = $1 and o.order_id = split_part(c.key, ':', 3))
     limit $2`,
    [merchantId, limit],
  );
}
