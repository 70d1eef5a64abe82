import type { Coupon as WireCoupon } from '@perennial/contract/coupon.ts';
import type { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import { lockCounter } from '../platform/storage/counters.ts';
import type { Database } from '../platform/storage/database.ts';
import { type JsonPage, readPage } from '../platform/storage/page.ts';
import { merchantRow } from '../platform/storage/recordset.ts';

/** A coupon, and the code that names it. */
export interface CouponOfCode {
  /** The folded code. */
  readonly key: string;
  readonly document: WireCoupon;
  /** Present if the code is a one-time code. */
  readonly oneTime?:
    | { readonly orderId: string | null; readonly expiresAt: Temporal.Instant | null }
    | undefined;
}

/** Reads the coupons that these codes name: coupon codes or one-time codes. */
export async function findCoupons(
  db: Database,
  merchantId: string,
  codes: readonly string[],
): Promise<CouponOfCode[]> {
  const keys = [...new Set(codes.map(fold))];
  if (keys.length === 0) return [];
  const rows = await db.rows<{
    key: string;
    document: WireCoupon;
    is_one_time: boolean;
    order_id: string | null;
    expires_at: Temporal.Instant | null;
  }>(
    `select o.merchant_code_lc as key, o.document, false as is_one_time,
       null::text as order_id, null::timestamptz as expires_at
     from coupon o where o.merchant_id = $1 and o.merchant_code_lc = any($2::text[])
     union all
     select k.code_lc, c.document, true, k.order_id, k.expires_at
     from coupon_code k join coupon c on c.merchant_id = $1 and c.coupon_oid = k.coupon_oid
     where k.merchant_id = $1 and k.code_lc = any($2::text[])`,
    [merchantId, keys],
  );
  return rows.map(({ key, document, is_one_time, order_id, expires_at }) => ({
    key,
    document,
    ...(is_one_time && { oneTime: { orderId: order_id, expiresAt: expires_at } }),
  }));
}

/** Returns the folded codes among these that a coupon or a one-time code already has. */
export async function findTakenCodes(
  db: Database,
  merchantId: string,
  codes: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ key: string }>(
    `select merchant_code_lc as key from coupon
     where merchant_id = $1 and merchant_code_lc = any($2::text[])
     union all
     select code_lc from coupon_code where merchant_id = $1 and code_lc = any($2::text[])`,
    [merchantId, codes.map(fold)],
  );
  return new Set(rows.map(({ key }) => key));
}

/**
 * Lets one transaction at a time assign codes, because a code must be unique across two tables. The
 * next statement sees the codes of the transactions before it.
 */
export const lockCodes = (tx: Database, merchantId: string): Promise<void> =>
  lockCounter(tx, merchantId, 'coupon');

/**
 * Adds one-time codes to a coupon. Returns the folded codes that were added; the others already
 * exist.
 */
export async function addCodes(
  tx: Database,
  merchantId: string,
  oid: number,
  codes: readonly string[],
  expiresAt: Temporal.Instant | undefined,
): Promise<ReadonlySet<string>> {
  await lockCodes(tx, merchantId);
  const rows = await tx.rows<{ key: string }>(
    `insert into coupon_code (merchant_id, code_lc, code, coupon_oid, expires_at)
     select m.merchant_id, given.key, given.code, $2, $5
     from ${merchantRow} cross join unnest($3::text[], $4::text[]) as given (key, code)
     where not exists (
       select from coupon c where c.merchant_id = $1 and c.merchant_code_lc = given.key)
     on conflict (merchant_id, code_lc) do nothing
     returning code_lc as key`,
    [merchantId, oid, codes.map(fold), codes, expiresAt ?? null],
  );
  return new Set(rows.map(({ key }) => key));
}

/** The order that uses a code or a coupon, and when. */
export interface Use {
  readonly orderId: string;
  readonly at: Temporal.Instant;
}

/**
 * Marks a one-time code as used. Returns false when another order has used it. If two orders use it
 * at the same time, the second waits for the first one's row. An order may take a code again that
 * it already has.
 */
export async function takeCode(
  tx: Database,
  merchantId: string,
  code: string,
  { orderId, at }: Use,
): Promise<boolean> {
  const taken = await tx.run(
    `update coupon_code set order_id = $3, used_at = $4
     where merchant_id = $1 and code_lc = $2 and (order_id is null or order_id = $3)`,
    [merchantId, fold(code), orderId, at],
  );
  return taken === 1;
}

/** Records that a customer used a coupon. Returns false when the customer already used it. */
export async function takeUse(
  tx: Database,
  merchantId: string,
  { oid, customerKey }: { readonly oid: number; readonly customerKey: string },
  { orderId, at }: Use,
): Promise<boolean> {
  const taken = await tx.run(
    `insert into coupon_use (merchant_id, coupon_oid, customer_key, order_id, used_at)
     values ($1, $2, $3, $4, $5)
     on conflict (merchant_id, coupon_oid, customer_key) do update set used_at = excluded.used_at
     where coupon_use.order_id = excluded.order_id`,
    [merchantId, oid, customerKey, orderId, at],
  );
  return taken === 1;
}

/**
 * Returns the one-time codes and the coupons that an order used, so that they can be used again.
 */
export async function returnUses(tx: Database, merchantId: string, orderId: string): Promise<void> {
  await tx.run(
    `update coupon_code set order_id = null, used_at = null
     where merchant_id = $1 and order_id = $2`,
    [merchantId, orderId],
  );
  await tx.run('delete from coupon_use where merchant_id = $1 and order_id = $2', [
    merchantId,
    orderId,
  ]);
}

/** Returns which of these coupons a customer has used. */
export async function findUses(
  db: Database,
  merchantId: string,
  oids: readonly number[],
  customerKey: string,
): Promise<ReadonlySet<number>> {
  const rows = await db.rows<{ oid: number }>(
    `select coupon_oid as oid from coupon_use
     where merchant_id = $1 and coupon_oid = any($2::int[]) and customer_key = $3`,
    [merchantId, oids, customerKey],
  );
  return new Set(rows.map(({ oid }) => oid));
}

/** Reads a page of a coupon's one-time codes as JSON. */
export function readCodePage(
  db: Database,
  merchantId: string,
  oid: number,
  timeZone: string,
  page: { readonly limit: number; readonly offset: number },
): Promise<JsonPage> {
  return readPage(
    db,
    {
      table: 'coupon_code',
      key: 'code_lc',
      where: ['o.merchant_id = $1', 'o.coupon_oid = $2'],
      values: [merchantId, oid],
      orderBy: ['o.code_lc'],
      zone: timeZone,
      json: `jsonb_strip_nulls(jsonb_build_object('code', o.code, 'order_id', o.order_id,
        'expiration_dts', wire_dts(o.expires_at), 'used_dts', wire_dts(o.used_at)))`,
    },
    page,
  );
}
