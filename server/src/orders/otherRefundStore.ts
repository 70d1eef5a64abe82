import type { Database } from '../platform/storage/database.ts';
import type { RefundWishes } from './refundStore.ts';

/** An order that is refunded because another one was. */
export interface OtherRefund {
  readonly orderId: string;
  /** The order whose refund is the cause. */
  readonly causeOrderId: string;
  readonly wishes: RefundWishes;
}

/** How long only the process that queued or claimed such a refund may work on it. */
const leaseEnd = "statement_timestamp() + interval '120 seconds'";

/**
 * Queues the refund of all paid orders of auto orders, other than the cause. Returns how many were
 * queued. An order that is already queued stays as it is.
 */
export function queueOtherRefunds(
  tx: Database,
  merchantId: string,
  causeOrderId: string,
  autoOrderOids: readonly number[],
  wishes: RefundWishes,
): Promise<number> {
  return tx.run(
    `insert into other_refund (merchant_id, order_id, cause_order_id, wishes, lease_until)
     select o.merchant_id, o.order_id, $2, $4, now() + interval '120 seconds' from orders o
     where o.merchant_id = $1 and o.auto_order_oid = any($3::int[]) and o.order_id <> $2
       and o.paid_at is not null
       and coalesce(o.payment->>'payment_status', '') <> 'Refunded'
     on conflict (merchant_id, order_id) do nothing`,
    [merchantId, causeOrderId, autoOrderOids, JSON.stringify(wishes)],
  );
}

/** Returns the orders that the refund of an order has queued, oldest first. */
export async function listOtherRefunds(
  db: Database,
  merchantId: string,
  causeOrderId: string,
): Promise<OtherRefund[]> {
  const rows = await db.rows<Row>(
    `select order_id, cause_order_id, wishes from other_refund
     where merchant_id = $1 and cause_order_id = $2 order by order_id`,
    [merchantId, causeOrderId],
  );
  return rows.map(fromRow);
}

/** Claims a queued refund on which no other process works. */
export async function claimOtherRefund(
  tx: Database,
  merchantId: string,
): Promise<OtherRefund | undefined> {
  const row = await tx.row<Row>(
    `update other_refund r set lease_until = ${leaseEnd}
     where r.merchant_id = $1 and r.order_id = (
       select order_id from other_refund
       where merchant_id = $1 and lease_until < now()
       order by lease_until limit 1 for update skip locked)
     returning order_id, cause_order_id, wishes`,
    [merchantId],
  );
  return row && fromRow(row);
}

/** Removes a refund that was made or cannot be made. */
export async function removeOtherRefund(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<void> {
  await tx.run('delete from other_refund where merchant_id = $1 and order_id = $2', [
    merchantId,
    orderId,
  ]);
}

interface Row {
  order_id: string;
  cause_order_id: string;
  wishes: RefundWishes;
}

const fromRow = ({ order_id, cause_order_id, wishes }: Row): OtherRefund => ({
  orderId: order_id,
  causeOrderId: cause_order_id,
  wishes,
});
