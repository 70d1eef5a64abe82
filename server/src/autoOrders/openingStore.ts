import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import type { Opening } from './opening.ts';

/** Adds to the opening balances of items. */
export async function addOpenings(
  tx: Database,
  merchantId: string,
  openings: readonly Opening[],
): Promise<void> {
  for (const { itemOid, rebills, rebillValue, lifeTimeValue, ...dates } of openings)
    await tx.run(
      `insert into opening_balance as o (merchant_id, auto_order_item_oid, rebills,
         rebill_value_minor, life_time_value_minor, first_order_at, last_order_at)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (merchant_id, auto_order_item_oid) do update set
         rebills = o.rebills + excluded.rebills,
         rebill_value_minor = o.rebill_value_minor + excluded.rebill_value_minor,
         life_time_value_minor = o.life_time_value_minor + excluded.life_time_value_minor,
         first_order_at = coalesce(excluded.first_order_at, o.first_order_at),
         last_order_at = coalesce(excluded.last_order_at, o.last_order_at)`,
      [
        merchantId,
        itemOid,
        rebills,
        rebillValue,
        lifeTimeValue,
        dates.firstOrderAt,
        dates.lastOrderAt,
      ],
    );
}

/** Returns the opening balances of items, by oid. Most items have none. */
export async function loadOpenings(
  db: Database,
  merchantId: string,
  itemOids: readonly number[],
): Promise<ReadonlyMap<number, Opening>> {
  const rows = await db.rows<{
    oid: number;
    rebills: number;
    rebill_value_minor: number;
    life_time_value_minor: number;
    first_order_at: Temporal.Instant | null;
    last_order_at: Temporal.Instant | null;
  }>(
    `select auto_order_item_oid as oid, rebills, rebill_value_minor, life_time_value_minor,
       first_order_at, last_order_at
     from opening_balance where merchant_id = $1 and auto_order_item_oid = any($2::int[])`,
    [merchantId, itemOids],
  );
  return new Map(
    rows.map((row) => [
      row.oid,
      {
        itemOid: row.oid,
        rebills: row.rebills,
        rebillValue: row.rebill_value_minor,
        lifeTimeValue: row.life_time_value_minor,
        firstOrderAt: row.first_order_at ?? undefined,
        lastOrderAt: row.last_order_at ?? undefined,
      },
    ]),
  );
}
