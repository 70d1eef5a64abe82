import type { OrderItem } from '@perennial/contract/orderItem.ts';
import type { Temporal } from 'temporal-polyfill';
import type { OrderDocument } from '../orders/order.ts';
import type { Database } from '../platform/storage/database.ts';
import type { RebillState } from './store.ts';

/*
 * What an audit reads: only what lies in the books, in as few statements as it takes. It writes nothing.
 */

/** From here on this transaction sees everything as it is now, so that figures of several statements belong together. */
export async function seeOneMoment(tx: Database): Promise<void> {
  await tx.run('set transaction isolation level repeatable read, read only');
}

/** The next auto orders after an oid, in their order. */
export async function auditedOids(
  db: Database,
  merchantId: string,
  afterOid: number,
  limit: number,
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    'select auto_order_oid from auto_order where merchant_id = $1 and auto_order_oid > $2 order by auto_order_oid limit $3',
    [merchantId, afterOid, limit],
  );
  return rows.map((row) => row.auto_order_oid);
}

/** Merged auto orders by the one that their items moved to: orders of an item lie where it was when they were made. */
export async function mergedSources(
  db: Database,
  merchantId: string,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = await db.rows<{ target: number; source: number }>(
    'select merged_into_auto_order_oid as target, auto_order_oid as source from auto_order where merchant_id = $1 and merged_into_auto_order_oid is not null',
    [merchantId],
  );
  const sources = new Map<number, number[]>();
  for (const { target, source } of rows)
    sources.set(target, [...(sources.get(target) ?? []), source]);
  return sources;
}

/** What stands beside the record of an auto order, for searches and for the engine. */
export interface Marks {
  readonly dueAt?: Temporal.Instant;
  readonly nextShipmentAt?: Temporal.Instant;
}

export async function auditedMarks(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, Marks>> {
  const rows = await db.rows<{
    auto_order_oid: number;
    due_at: Temporal.Instant | null;
    next_shipment_at: Temporal.Instant | null;
  }>(
    'select auto_order_oid, due_at, next_shipment_at from auto_order where merchant_id = $1 and auto_order_oid = any($2::int[])',
    [merchantId, oids],
  );
  return new Map(
    rows.map((row) => [
      row.auto_order_oid,
      { dueAt: row.due_at ?? undefined, nextShipmentAt: row.next_shipment_at ?? undefined },
    ]),
  );
}

/** A rebill as its row tells it. */
export interface AuditedAttempt {
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
  readonly state: RebillState;
  readonly attempt: number;
  readonly at: Temporal.Instant;
  readonly orderId: string;
  readonly amount: number;
  readonly declines: number;
  /** Staff marked its order as paid, or rejected it. */
  readonly isByStaff: boolean;
}

export function auditedAttempts(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<AuditedAttempt[]> {
  return db.rows(
    `select auto_order_oid as "autoOrderOid", rebill_number as "rebillNumber", state, attempt, at, order_id as "orderId", amount_minor as amount,
       jsonb_array_length(declines) as declines, settled_by is not null as "isByStaff"
     from rebill where merchant_id = $1 and auto_order_oid = any($2::int[]) order by auto_order_oid, rebill_number`,
    [merchantId, oids],
  );
}

/** An order as far as its amounts go. */
export interface AuditedOrder {
  readonly autoOrderOid: number;
  /** 0: the one that started the auto order. */
  readonly rebillNumber: number;
  readonly orderId: string;
  readonly createdAt: Temporal.Instant;
  readonly paidAt: Temporal.Instant | null;
  readonly currency: string;
  readonly total: number;
  readonly lines: readonly OrderItem[] | null;
  readonly summary: OrderDocument['summary'] | null;
  readonly taxes: OrderDocument['taxes'] | null;
}

export function auditedOrders(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<AuditedOrder[]> {
  return db.rows(
    `select auto_order_oid as "autoOrderOid", rebill_number as "rebillNumber", order_id as "orderId", created_at as "createdAt", paid_at as "paidAt", currency,
       total_minor as total, items as lines, summary, taxes
     from orders where merchant_id = $1 and auto_order_oid = any($2::int[])`,
    [merchantId, oids],
  );
}
