import type { Database } from '../platform/storage/database.ts';
import { merchantRow } from '../platform/storage/recordset.ts';

/*
 * The table `parked_auto_order`: the catalogue item that prevents an auto order from being billed.
 * A row may remain after its reason is gone, which costs only one check without effect when that
 * item changes. Deleting it in time would add work to every rebill.
 */

/** An auto order and the item for which it was parked. */
export interface Parked {
  readonly autoOrderOid: number;
  readonly itemId: string;
}

/** Stores the items for which these locked auto orders were parked. */
export async function rememberParked(
  tx: Database,
  merchantId: string,
  parked: readonly Parked[],
): Promise<void> {
  if (parked.length === 0) return;
  await tx.run(
    `insert into parked_auto_order (merchant_id, item_id_lc, auto_order_oid)
     select m.merchant_id, fold(p.item_id), p.oid
     from ${merchantRow} cross join unnest($2::text[], $3::int[]) as p (item_id, oid)
     on conflict do nothing`,
    [
      merchantId,
      parked.map(({ itemId }) => itemId),
      parked.map(({ autoOrderOid }) => autoOrderOid),
    ],
  );
}

/** Returns the auto orders that were parked for any of these items. */
export async function findParked(
  db: Database,
  merchantId: string,
  itemIds: readonly string[],
): Promise<number[]> {
  const rows = await db.rows<{ auto_order_oid: number }>(
    `select distinct auto_order_oid from parked_auto_order
     where merchant_id = $1
       and item_id_lc = any(select fold(id) from unnest($2::text[]) as given (id))`,
    [merchantId, itemIds],
  );
  return rows.map((row) => row.auto_order_oid);
}

/**
 * Returns the items for which these auto orders were parked, in the catalogue's spelling if they
 * exist. May include items that were fixed since then.
 */
export async function findItemsOfParked(
  db: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<Parked[]> {
  return db.rows(
    `select p.auto_order_oid as "autoOrderOid",
       coalesce(i.merchant_item_id, p.item_id_lc) as "itemId"
     from parked_auto_order p
     left join item i on i.merchant_id = $1 and i.merchant_item_id_lc = p.item_id_lc
     where p.merchant_id = $1 and p.auto_order_oid = any($2::int[])
     order by p.auto_order_oid, p.item_id_lc`,
    [merchantId, oids],
  );
}

/** Deletes the rows of these auto orders, after they have become due. */
export async function forgetParked(
  tx: Database,
  merchantId: string,
  itemIds: readonly string[],
  oids: readonly number[],
): Promise<void> {
  await tx.run(
    `delete from parked_auto_order
     where merchant_id = $1
       and item_id_lc = any(select fold(id) from unnest($2::text[]) as given (id))
       and auto_order_oid = any($3::int[])`,
    [merchantId, itemIds, oids],
  );
}
