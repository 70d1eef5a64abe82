import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** Orders whose personal data is erased together: one order, or all orders of an auto order. */
export interface OldOrders {
  readonly autoOrderOid?: number | undefined;
  readonly orderIds: readonly string[];
}

/** The position of an order in the sweep. */
export interface OldOrderPlace {
  readonly createdAt: Temporal.Instant;
  readonly orderId: string;
}

// An order of an auto order is old only if the auto order has ended and all its orders are old.
const isOld = `o.merchant_id = $1 and o.created_at < $2 and o.modified_at < $2
  and o.erased_at is null and o.current_stage in ('Completed Order', 'Rejected')
  and (o.auto_order_oid is null or (
    not exists (select from auto_order a where a.merchant_id = $1
      and a.auto_order_oid = o.auto_order_oid and a.enabled and not a.completed)
    and not exists (select from orders n where n.merchant_id = $1
      and n.auto_order_oid = o.auto_order_oid and (n.created_at >= $2 or n.modified_at >= $2))))`;
const sweepSize = 100;

/**
 * Finds the next finished orders, after a position in the sweep, that were created and last changed
 * before a moment. Returns each with the other orders of its auto order.
 */
export async function findOldOrders(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
  after: OldOrderPlace | undefined,
): Promise<{ readonly units: OldOrders[]; readonly next: OldOrderPlace | undefined }> {
  const rows = await db.rows<OldOrderPlace & { autoOrderOid: number | null }>(
    `select o.order_id as "orderId", o.created_at as "createdAt",
       o.auto_order_oid as "autoOrderOid" from orders o
     where ${isOld} and ($3::timestamptz is null or (o.created_at, o.order_id) > ($3, $4))
     order by o.created_at, o.order_id limit ${sweepSize}`,
    [merchantId, before, after?.createdAt, after?.orderId ?? ''],
  );
  const autoOrderOids = [...new Set(rows.flatMap(({ autoOrderOid: oid }) => oid ?? []))];
  const single = rows.filter(({ autoOrderOid }) => autoOrderOid === null);
  return {
    units: [
      ...single.map(({ orderId }) => ({ orderIds: [orderId] })),
      // All orders of an auto order are found by its oid.
      ...autoOrderOids.map((autoOrderOid) => ({ autoOrderOid, orderIds: [] })),
    ],
    next: rows.length < sweepSize ? undefined : rows.at(-1),
  };
}

/** Counts the orders that are old by the condition of {@link findOldOrders}. */
export async function countOldOrders(
  db: Database,
  merchantId: string,
  before: Temporal.Instant,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*) as count from orders o where ${isOld}`,
    [merchantId, before],
  );
  return row?.count ?? 0;
}
