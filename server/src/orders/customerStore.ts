import type { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import { sumQuantities } from '../kernel/quantity.ts';
import type { Database } from '../platform/storage/database.ts';
import { facet } from './facets.ts';
import type { OrderDocument } from './order.ts';

/**
 * The orders that a profile takes: those of an email that have no profile, or those of another
 * profile.
 */
export type TakenFrom = { readonly email: string } | { readonly oid: number };

/**
 * Gives at most `limit` orders to a profile and returns their ids. An order whose profile was
 * deleted has none. Locked orders are taken later.
 */
export async function takeOrders(
  tx: Database,
  merchantId: string,
  oid: number,
  from: TakenFrom,
  { limit, at }: { readonly limit: number; readonly at: Temporal.Instant },
): Promise<string[]> {
  const [condition, value] =
    'oid' in from
      ? ['o.customer_profile_oid = $3', from.oid]
      : [`o.facets @> array[$3::text] and ${unowned}`, facet(merchantId, 'email', from.email)];
  const rows = await tx.rows<{ orderId: string }>(
    `select o.order_id as "orderId" from orders o where o.merchant_id = $1 and ${condition}
     order by o.order_id limit $2 for update of o skip locked`,
    [merchantId, limit, value],
  );
  const orderIds = rows.map(({ orderId }) => orderId);
  if (orderIds.length > 0)
    await tx.run(
      `update orders set customer_profile_oid = $2, modified_at = $4
       where merchant_id = $1 and order_id = any($3::text[])`,
      [merchantId, oid, orderIds, at],
    );
  return orderIds;
}

const unowned = `(o.customer_profile_oid is null or not exists (
  select from customer c where c.merchant_id = $1
    and c.customer_profile_oid = o.customer_profile_oid))`;

/** The customer who buys: an email, and its profile. An order may belong only to the profile. */
export interface Buyer {
  /** The folded email. */
  readonly email: string;
  readonly profileOid: number | undefined;
}

/**
 * Whether a customer has an order that is not rejected; with `itemIds`, one with any of these
 * items. Orders that the profile took over from another one, or that were placed with an earlier
 * email, count too.
 */
export async function hasBought(
  db: Database,
  merchantId: string,
  { email, profileOid }: Buyer,
  itemIds: ReadonlySet<string> | undefined,
): Promise<boolean> {
  const items = itemIds && [...itemIds].map((id) => facet(merchantId, 'item_id', id));
  const row = await db.row<{ found: boolean }>(
    `select exists (select from orders o where o.merchant_id = $1
       and (o.facets @> array[$2::text] or o.customer_profile_oid = $4::int)
       and o.current_stage <> 'Rejected'
       and ($3::text[] is null or o.facets && $3::text[])) as found`,
    [merchantId, facet(merchantId, 'email', email), items ?? null, profileOid ?? null],
  );
  return row?.found === true;
}

/**
 * Returns how many units of an item a customer has bought in orders that are not rejected,
 * including rebills. Refunded units do not count.
 */
export async function boughtUnits(
  db: Database,
  merchantId: string,
  { email, profileOid }: Buyer,
  itemId: string,
): Promise<number> {
  const rows = await db.rows<{ items: OrderDocument['items'] | null }>(
    `select o.items from orders o where o.merchant_id = $1
       and (o.facets @> array[$2::text] or o.customer_profile_oid = $4::int)
       and o.facets @> array[$3::text] and o.current_stage <> 'Rejected'`,
    [
      merchantId,
      facet(merchantId, 'email', email),
      facet(merchantId, 'item_id', itemId),
      profileOid ?? null,
    ],
  );
  const own = rows
    .flatMap(({ items }) => items ?? [])
    .filter(({ merchant_item_id: id }) => fold(id ?? '') === fold(itemId));
  return sumQuantities(
    own.map(({ quantity, quantity_refunded }) => (quantity ?? 1) - (quantity_refunded ?? 0)),
  );
}

/** Returns the oids of those coupons that an order of the profile has used. */
export async function couponsOfProfile(
  db: Database,
  merchantId: string,
  couponOids: readonly number[],
  profileOid: number,
): Promise<number[]> {
  const rows = await db.rows<{ oid: number }>(
    `select u.coupon_oid as oid from coupon_use u
     join orders o on o.merchant_id = $1 and o.order_id = u.order_id
       and o.customer_profile_oid = $3
     where u.merchant_id = $1 and u.coupon_oid = any($2::int[])`,
    [merchantId, couponOids, profileOid],
  );
  return rows.map(({ oid }) => oid);
}
