import type { CustomerWishListItem } from '@perennial/contract/customerLists.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { inZone } from '../platform/storage/zone.ts';

/** The ways to name a wish of a merchant's customer. */
export interface WishKey {
  readonly customerOid: number;
  readonly wishOid: number;
}

const wishJson = `(w.document || jsonb_build_object(
  'customer_wishlist_item_oid', w.customer_wishlist_item_oid,
  'customer_profile_oid', w.customer_profile_oid, 'add_dts', wire_dts(w.added_at)))`;

/** Returns the wire's wishes of a customer, in the order in which they were added. */
export async function listWishes(
  db: Database,
  merchantId: string,
  customerOid: number,
  timeZone: string,
): Promise<CustomerWishListItem[]> {
  const rows = await db.rows<{ wish: CustomerWishListItem }>(
    `select ${wishJson} as wish from wish_list_item w
     where w.merchant_id = $1 and w.customer_profile_oid = $2 and ${inZone('$3')}
     order by w.customer_wishlist_item_oid`,
    [merchantId, customerOid, timeZone],
  );
  return rows.map((row) => row.wish);
}

/** Returns the wire's wish, or undefined. */
export async function readWish(
  db: Database,
  merchantId: string,
  { customerOid, wishOid }: WishKey,
  timeZone: string,
): Promise<CustomerWishListItem | undefined> {
  const row = await db.row<{ wish: CustomerWishListItem }>(
    `select ${wishJson} as wish from wish_list_item w
     where w.merchant_id = $1 and w.customer_profile_oid = $2
       and w.customer_wishlist_item_oid = $3 and ${inZone('$4')}`,
    [merchantId, customerOid, wishOid, timeZone],
  );
  return row?.wish;
}

/** Returns the stored wish and locks it until the transaction ends, or undefined. */
export async function lockWish(
  tx: Database,
  merchantId: string,
  { customerOid, wishOid }: WishKey,
): Promise<CustomerWishListItem | undefined> {
  const row = await tx.row<{ document: CustomerWishListItem }>(
    `select document from wish_list_item
     where merchant_id = $1 and customer_profile_oid = $2 and customer_wishlist_item_oid = $3
     for update`,
    [merchantId, customerOid, wishOid],
  );
  return row?.document;
}

/** Inserts a wish, or saves it in its current form. */
export async function putWish(
  tx: Database,
  merchantId: string,
  { customerOid, wishOid }: WishKey,
  wish: CustomerWishListItem,
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into wish_list_item
       (merchant_id, customer_profile_oid, customer_wishlist_item_oid, document, added_at)
     values ($1, $2, $3, $4, $5)
     on conflict (merchant_id, customer_profile_oid, customer_wishlist_item_oid)
     do update set document = excluded.document`,
    [merchantId, customerOid, wishOid, JSON.stringify(wish), at],
  );
}

/** Deletes a wish. Returns whether there was one. */
export async function deleteWish(
  tx: Database,
  merchantId: string,
  { customerOid, wishOid }: WishKey,
): Promise<boolean> {
  const count = await tx.run(
    `delete from wish_list_item
     where merchant_id = $1 and customer_profile_oid = $2 and customer_wishlist_item_oid = $3`,
    [merchantId, customerOid, wishOid],
  );
  return count > 0;
}

/** Gives a customer the wishes of another customer. */
export async function moveWishes(
  tx: Database,
  merchantId: string,
  fromOid: number,
  toOid: number,
): Promise<void> {
  await tx.run(
    `update wish_list_item set customer_profile_oid = $3
     where merchant_id = $1 and customer_profile_oid = $2`,
    [merchantId, fromOid, toOid],
  );
}
