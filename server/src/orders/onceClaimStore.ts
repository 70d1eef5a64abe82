import type { Database } from '../platform/storage/database.ts';

/** An item that each customer may have once, and the customer who buys it. */
export interface OnceClaim {
  readonly itemId: string;
  readonly customer: string;
}

/**
 * Locks a claim until the transaction ends and returns the order that made it before, or the given
 * order if there was none.
 */
export async function lockOnceClaim(
  tx: Database,
  merchantId: string,
  { itemId, customer }: OnceClaim,
  orderId: string,
): Promise<string> {
  await tx.run(
    `insert into once_claim (merchant_id, item_id, customer, order_id) values ($1, $2, $3, $4)
     on conflict (merchant_id, item_id, customer) do nothing`,
    [merchantId, itemId, customer, orderId],
  );
  const row = await tx.row<{ order_id: string }>(
    `select order_id from once_claim
     where merchant_id = $1 and item_id = $2 and customer = $3 for update`,
    [merchantId, itemId, customer],
  );
  return row?.order_id ?? orderId;
}

/** Gives a locked claim to an order. */
export async function takeOnceClaim(
  tx: Database,
  merchantId: string,
  { itemId, customer }: OnceClaim,
  orderId: string,
): Promise<void> {
  await tx.run(
    `update once_claim set order_id = $4
     where merchant_id = $1 and item_id = $2 and customer = $3`,
    [merchantId, itemId, customer, orderId],
  );
}
