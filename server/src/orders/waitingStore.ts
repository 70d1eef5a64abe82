import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { type Column, recordset } from '../platform/storage/recordset.ts';
import type { OrderRecord } from './order.ts';
import { hasBeenQueued, waitingCenters } from './shipping.ts';

/*
 * The queues of the distribution centers. They depend only on the orders' lines, so every write of
 * an order also writes them.
 */

/** Queues new orders at the centers that have to ship lines of them. */
export async function queueOrders(
  tx: Database,
  merchantId: string,
  orders: readonly OrderRecord[],
): Promise<void> {
  const rows = orders.flatMap(rowsOf);
  if (rows.length === 0) return;
  await tx.run(
    `insert into waiting_shipment (merchant_id, ${waiting.names})
     select m.merchant_id, ${waiting.names} from ${waiting.insertFrom(2)}
     on conflict (merchant_id, order_id, distribution_center_code)
       do update set acknowledged = excluded.acknowledged`,
    [merchantId, ...waiting.values(rows)],
  );
}

/** Writes the queues of a changed order. It waits only at centers that have lines to ship. */
export async function requeueOrder(tx: Database, order: OrderRecord): Promise<void> {
  if (!hasBeenQueued(order.document)) return;
  const { merchantId, orderId } = order;
  await tx.run(
    `delete from waiting_shipment where merchant_id = $1 and order_id = $2
       and not distribution_center_code = any($3::text[])`,
    [merchantId, orderId, waitingCenters(order.document).map(({ code }) => code)],
  );
  await queueOrders(tx, merchantId, [order]);
}

/** Returns the orders that wait at a center and that it has not acknowledged, oldest first. */
export async function findWaitingOrders(
  db: Database,
  merchantId: string,
  center: string,
  limit: number,
): Promise<string[]> {
  const rows = await db.rows<{ order_id: string }>(
    `select order_id from waiting_shipment
     where merchant_id = $1 and distribution_center_code = $2 and not acknowledged
     order by waiting_since, order_id limit $3`,
    [merchantId, center, limit],
  );
  return rows.map((row) => row.order_id);
}

interface WaitingRow {
  readonly orderId: string;
  readonly center: string;
  readonly since: Temporal.Instant;
  readonly isAcknowledged: boolean;
}

const rowsOf = ({ orderId, document, modifiedAt }: OrderRecord): WaitingRow[] =>
  waitingCenters(document).map(({ code, isAcknowledged }) => ({
    orderId,
    center: code,
    since: modifiedAt,
    isAcknowledged,
  }));

const columns: readonly Column<WaitingRow>[] = [
  { name: 'order_id', type: 'text', read: (row) => row.orderId },
  { name: 'distribution_center_code', type: 'text', read: (row) => row.center },
  { name: 'waiting_since', type: 'timestamptz', read: (row) => row.since },
  { name: 'acknowledged', type: 'boolean', read: (row) => row.isAcknowledged },
];
const waiting = recordset(columns);
