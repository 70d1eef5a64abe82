import type { Database } from '../platform/storage/database.ts';

/** Returns those of the order ids that exist in this database. */
export async function knownOrderIds(
  db: Database,
  merchantId: string,
  orderIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ order_id: string }>(
    'select order_id from orders where merchant_id = $1 and order_id = any($2::text[])',
    [merchantId, orderIds],
  );
  return new Set(rows.map((row) => row.order_id));
}

/** Returns those keys of later payments that exist in this database. */
export async function knownPayments(
  db: Database,
  merchantId: string,
  payments: readonly { readonly orderId: string; readonly key: string }[],
): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ key: string }>(
    `select idempotency_key as key from order_payment_attempt
     where merchant_id = $1 and order_id = any($2::text[]) and idempotency_key = any($3::text[])`,
    [merchantId, payments.map(({ orderId }) => orderId), payments.map(({ key }) => key)],
  );
  return new Set(rows.map((row) => row.key));
}
