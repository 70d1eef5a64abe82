import type { Database } from '../platform/storage/database.ts';

/** Returns the ids of the original orders whose auto orders are paid by card. */
export async function findOriginalsByCard(
  db: Database,
  merchantId: string,
  cardToken: string,
): Promise<string[]> {
  const rows = await db.rows<{ order_id: string }>(
    `select order_id from orders
     where merchant_id = $1 and card_token = $2 and rebill_number = 0
     order by order_id`,
    [merchantId, cardToken],
  );
  return rows.map((row) => row.order_id);
}
