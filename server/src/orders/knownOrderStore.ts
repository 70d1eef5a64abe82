import type { Database } from '../platform/storage/database.ts';

/** Returns the order ids that exist in this database. */
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
