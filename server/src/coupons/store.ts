import type { Coupon as WireCoupon } from '@perennial/contract/coupon.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { Temporal } from 'temporal-polyfill';
import { fold } from '../kernel/caseFolding.ts';
import { storedObject } from '../kernel/jsonText.ts';
import { type MomentRange, rangeConditions } from '../kernel/momentRange.ts';
import type { Database } from '../platform/storage/database.ts';
import { wroteUnlessTaken } from '../platform/storage/failures.ts';
import {
  type Bind,
  bindings,
  type JsonList,
  type JsonPage,
  readPage,
  type VersionedJson,
} from '../platform/storage/page.ts';
import { inZone } from '../platform/storage/zone.ts';
import { storedMoment } from './wireCoupon.ts';

/** The ways to name one coupon of a merchant. */
export type CouponKey = { readonly oid: number } | { readonly code: string };

/** Returns the wire's Coupon as one SQL expression (jsonb) of the row `alias`. */
export const couponJson = (alias: string): string =>
  `(${storedObject(alias)} || jsonb_strip_nulls(jsonb_build_object(
    'start_dts', wire_dts(${alias}.start_at), 'expiration_dts', wire_dts(${alias}.expires_at))))`;

const conditionOf = (key: CouponKey): [string, unknown] =>
  'oid' in key ? ['o.coupon_oid = $2', key.oid] : ['o.merchant_code_lc = $2', fold(key.code)];

/** Returns the wire's JSON of a coupon with its version, or undefined. */
export async function readCouponJson(
  db: Database,
  merchantId: string,
  key: CouponKey,
  timeZone: string,
): Promise<VersionedJson | undefined> {
  const [condition, value] = conditionOf(key);
  const [row] = await db.lookup<VersionedJson>(
    `select ${couponJson('o')}::text as json, o.version
     from coupon o where o.merchant_id = $1 and ${condition} and ${inZone('$3')}`,
    [merchantId, value, timeZone],
  );
  return row;
}

/** Returns the wire's JSON of several coupons, in the order of their oids. */
export async function readCouponList(
  db: Database,
  merchantId: string,
  oids: readonly number[],
  timeZone: string,
): Promise<JsonList> {
  const row = await db.row<{ json: string }>(
    `select coalesce(jsonb_agg(${couponJson('o')}
       order by array_position($2::int[], o.coupon_oid)), '[]')::text as json
     from coupon o where o.merchant_id = $1 and o.coupon_oid = any($2::int[])
       and ${inZone('$3')}`,
    [merchantId, oids, timeZone],
  );
  return { json: row?.json ?? '[]', leftOut: [] };
}

/** The coupons that a list contains. All conditions must hold. */
export interface CouponCriteria {
  readonly merchantCode?: string | undefined;
  readonly description?: string | undefined;
  readonly codeOrDescription?: string | undefined;
  readonly type?: string | undefined;
  readonly start: MomentRange;
  readonly end: MomentRange;
  /** Only coupons without an end, or with an end after this moment. */
  readonly notExpiredAt?: Temporal.Instant | undefined;
}

/** The request for a page of coupons. */
export interface CouponList extends CouponCriteria {
  readonly sort: readonly SortField[];
  readonly timeZone: string;
  readonly page: { readonly limit: number; readonly offset: number };
}

/** Reads a page of a merchant's coupons as JSON. */
export function readCouponPage(
  db: Database,
  merchantId: string,
  list: CouponList,
): Promise<JsonPage> {
  const { values, bind } = bindings(merchantId);
  const where = ['o.merchant_id = $1', ...couponConditions(list, bind)];
  const orderBy = list.sort.map(
    ({ field, descending }) => `${sortColumns[field]} ${descending ? 'desc' : 'asc'}`,
  );
  return readPage(
    db,
    {
      table: 'coupon',
      key: 'coupon_oid',
      where,
      values,
      orderBy: [...orderBy, 'o.coupon_oid'],
      zone: list.timeZone,
      json: couponJson('o'),
    },
    list.page,
  );
}

const descriptionColumn = `fold(coalesce(o.document->>'description', ''))`;

/** Returns the criteria as SQL conditions on the row `o`. */
export function couponConditions(list: CouponCriteria, bind: Bind): string[] {
  const part = (text: string) => `strpos(%, ${bind(fold(text))}) > 0`;
  const has = (column: string, text: string | undefined) =>
    text ? [part(text).replace('%', column)] : [];
  const either = list.codeOrDescription && part(list.codeOrDescription);
  return [
    ...has('o.merchant_code_lc', list.merchantCode),
    ...has(descriptionColumn, list.description),
    ...(either
      ? [
          `(${either.replace('%', 'o.merchant_code_lc')} or ${either.replace('%', descriptionColumn)})`,
        ]
      : []),
    ...(list.type ? [`fold(o.document->>'coupon_type') = ${bind(fold(list.type))}`] : []),
    ...rangeConditions('o.start_at', list.start, bind),
    ...rangeConditions('o.expires_at', list.end, bind),
    ...(list.notExpiredAt
      ? [`(o.expires_at is null or o.expires_at > ${bind(list.notExpiredAt)}::timestamptz)`]
      : []),
  ];
}

const sortColumns: Readonly<Record<string, string>> = {
  coupon_oid: 'o.coupon_oid',
  merchant_code: 'o.merchant_code_lc',
  description: `${descriptionColumn} collate "C"`,
  coupon_type: `(o.document->>'coupon_type') collate "C"`,
  start_dts: 'o.start_at',
  expiration_dts: 'o.expires_at',
};

/**
 * Reads the stored document of a coupon and locks its row until the transaction ends. Returns
 * undefined when there is none.
 */
export async function lockCoupon(
  tx: Database,
  merchantId: string,
  key: CouponKey,
): Promise<{ readonly coupon: WireCoupon; readonly version: number } | undefined> {
  const [condition, value] = conditionOf(key);
  const row = await tx.row<{ document: WireCoupon; version: number }>(
    `select o.document, o.version from coupon o where o.merchant_id = $1 and ${condition}
     for update`,
    [merchantId, value],
  );
  return row && { coupon: row.document, version: row.version };
}

/**
 * Locks coupons in the order of their numbers, so that two requests with the same coupons wait for
 * each other instead of failing with a deadlock.
 */
export async function lockCoupons(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<void> {
  if (oids.length === 0) return;
  await tx.rows(
    `select coupon_oid from coupon where merchant_id = $1 and coupon_oid = any($2::int[])
     order by coupon_oid for update`,
    [merchantId, oids],
  );
}

/** Inserts a coupon. Returns false when another coupon has its code. */
export async function insertCoupon(
  tx: Database,
  merchantId: string,
  coupon: WireCoupon,
  at: Temporal.Instant,
): Promise<boolean> {
  const inserted = await tx.run(
    `insert into coupon (merchant_id, coupon_oid, merchant_code, document, start_at, expires_at,
       created_at, modified_at)
     values ($1, $2, $3, $4::jsonb, $5, $6, $7, $7)
     on conflict on constraint coupon_merchant_code do nothing`,
    [merchantId, coupon.coupon_oid, coupon.merchant_code, ...columnsOf(coupon), at],
  );
  return inserted === 1;
}

/** Saves a locked coupon. Returns false when another coupon has its code. */
export async function saveCoupon(
  tx: Database,
  merchantId: string,
  coupon: WireCoupon,
  at: Temporal.Instant,
): Promise<boolean> {
  const saving = tx.run(
    `update coupon set merchant_code = $3, document = $4::jsonb, start_at = $5, expires_at = $6,
       modified_at = $7, version = version + 1
     where merchant_id = $1 and coupon_oid = $2
       and not exists (
         select 1 from coupon other where other.merchant_id = $1
           and other.merchant_code_lc = fold($3) and other.coupon_oid <> $2)`,
    [merchantId, coupon.coupon_oid, coupon.merchant_code, ...columnsOf(coupon), at],
  );
  return wroteUnlessTaken(saving);
}

const columnsOf = (coupon: WireCoupon): unknown[] => [
  JSON.stringify(coupon),
  storedMoment(coupon.start_dts) ?? null,
  storedMoment(coupon.expiration_dts) ?? null,
];

/** Deletes locked coupons with their one-time codes and the records of their uses. */
export async function deleteCoupons(
  tx: Database,
  merchantId: string,
  oids: readonly number[],
): Promise<void> {
  const values = [merchantId, oids];
  await tx.run(
    'delete from coupon_code where merchant_id = $1 and coupon_oid = any($2::int[])',
    values,
  );
  await tx.run(
    'delete from coupon_use where merchant_id = $1 and coupon_oid = any($2::int[])',
    values,
  );
  await tx.run('delete from coupon where merchant_id = $1 and coupon_oid = any($2::int[])', values);
}
