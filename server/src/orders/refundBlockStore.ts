import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** A block that prevents refunds of an order. */
export interface RefundBlock {
  readonly reason?: string | undefined;
  /** The user or application that set the block. */
  readonly by: string;
}

/** Returns the refund block of an order, or undefined. */
export async function findRefundBlock(
  db: Database,
  merchantId: string,
  orderId: string,
): Promise<RefundBlock | undefined> {
  const row = await db.row<{ reason: string | null; by: string }>(
    'select reason, set_by as by from refund_block where merchant_id = $1 and order_id = $2',
    [merchantId, orderId],
  );
  return row && { reason: row.reason ?? undefined, by: row.by };
}

/** Sets the refund block of an order, or replaces its reason. */
export async function saveRefundBlock(
  tx: Database,
  merchantId: string,
  orderId: string,
  block: RefundBlock & { readonly at: Temporal.Instant },
): Promise<void> {
  await tx.run(
    `insert into refund_block (merchant_id, order_id, reason, set_by, set_at)
     values ($1, $2, $3, $4, $5)
     on conflict (merchant_id, order_id)
       do update set reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at`,
    [merchantId, orderId, block.reason ?? null, block.by, block.at],
  );
}

/** Removes the refund block of an order, if there is one. */
export async function deleteRefundBlock(
  tx: Database,
  merchantId: string,
  orderId: string,
): Promise<void> {
  await tx.run('delete from refund_block where merchant_id = $1 and order_id = $2', [
    merchantId,
    orderId,
  ]);
}
