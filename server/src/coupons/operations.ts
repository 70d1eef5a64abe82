import { Coupon, type CouponQuery } from '@perennial/contract/coupon.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { merged, writable } from '../platform/http/document.ts';
import { fieldsWithoutEffect } from '../platform/http/ignoredFields.ts';
import { refuseOtherVersion } from '../platform/http/preconditions.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import type { JsonList, JsonPage, VersionedJson } from '../platform/storage/page.ts';
import { findTakenCodes, lockCodes } from './codeStore.ts';
import { kindNames, kindsOf, kindWords } from './kinds.ts';
import {
  type CouponCriteria,
  type CouponKey,
  type CouponList,
  deleteCoupons,
  insertCoupon as insert,
  lockCoupon,
  lockCoupons,
  readCouponJson,
  readCouponList,
  readCouponPage,
  saveCoupon,
} from './store.ts';
import { couponFault } from './validation.ts';
import { derivedFields } from './wireCoupon.ts';

/** Returns the JSON of one coupon with its version. */
export async function getCoupon(context: Context, key: CouponKey): Promise<VersionedJson> {
  const { merchantId, timeZone } = context.merchant;
  return (await readCouponJson(context.db, merchantId, key, timeZone)) ?? noCoupon(key);
}

/** Refuses a request for a coupon that does not exist. */
export const noCoupon = (key: CouponKey): never =>
  'oid' in key
    ? refuse('not_found', { what: 'coupon', id: key.oid })
    : refuse('not_found', { what: 'coupon', id: key.code, by: 'code' });

/** Returns a page of coupons. */
export function getCoupons(
  context: Context,
  query: CouponQuery,
  { page, sort }: Pick<CouponList, 'page' | 'sort'>,
): Promise<JsonPage> {
  const { merchantId, timeZone } = context.merchant;
  const criteria = couponCriteria(context, query);
  return readCouponPage(context.db, merchantId, { ...criteria, page, sort, timeZone });
}

/** Reads the criteria of a search, with its dates as moments. */
export function couponCriteria(
  { merchant: { timeZone }, now }: Pick<Context, 'merchant' | 'now'>,
  query: CouponQuery,
): CouponCriteria {
  const moment = (field: Exclude<keyof CouponQuery, 'exclude_expired'>) =>
    filterDate(query[field], field, timeZone);
  return {
    merchantCode: query.merchant_code ?? undefined,
    description: query.description ?? undefined,
    codeOrDescription: query.merchant_code_or_description ?? undefined,
    type: knownType(query.coupon_type ?? undefined),
    start: { begin: moment('start_dts_begin'), end: moment('start_dts_end') },
    end: { begin: moment('expiration_dts_begin'), end: moment('expiration_dts_end') },
    notExpiredAt: query.exclude_expired ? now : undefined,
  };
}

/** A filter by a type that no coupon can have would silently find nothing. */
function knownType(type: string | undefined): string | undefined {
  const words = kindNames.map(kindWords);
  if (type && !words.some((each) => fold(each) === fold(type)))
    refuse('unknown_enum', { field: 'coupon_type', allowed: words });
  return type;
}

/** The JSON of a written coupon, and the fields of the request that had no effect. */
export interface WrittenCoupon extends VersionedJson {
  readonly ignored: readonly string[];
}

/** Adds a coupon and returns its JSON. */
export async function insertCoupon(context: Context, body: Coupon): Promise<WrittenCoupon> {
  return inTransaction(context, async (context) => {
    const { oid, ignored } = await insertOne(context, body, '');
    return { ...(await getCoupon(context, { oid })), ignored };
  });
}

/** The JSON of several written coupons, and the fields that had no effect. */
export type WrittenCoupons = JsonList & { readonly ignored: readonly string[] };

/** Adds several coupons, all or none, and returns their JSON. */
export function insertCoupons(
  context: Context,
  bodies: readonly Coupon[],
): Promise<WrittenCoupons> {
  return eachOf(context, bodies, insertOne);
}

/** Changes several coupons, all or none, and returns their JSON. Each is named by its oid. */
export function updateCoupons(
  context: Context,
  bodies: readonly Coupon[],
): Promise<WrittenCoupons> {
  const oidOf = ({ coupon_oid: oid }: Coupon) => oid ?? undefined;
  const update = (context: Context, body: Coupon, path: string) => {
    const oid = oidOf(body) ?? refuse('missing_field', { field: `${path}coupon_oid` });
    return updateOne(context, oid, body, { path });
  };
  return eachOf(
    context,
    bodies,
    update,
    bodies.flatMap((body) => oidOf(body) ?? []),
  );
}

interface Written {
  readonly oid: number;
  readonly ignored: readonly string[];
}

async function eachOf(
  context: Context,
  bodies: readonly Coupon[],
  write: (context: Context, body: Coupon, path: string) => Promise<Written>,
  named: readonly number[] = [],
): Promise<WrittenCoupons> {
  return inTransaction(context, async (context) => {
    await lockCoupons(context.db, context.merchant.merchantId, named);
    const written: Written[] = [];
    for (const [index, body] of bodies.entries())
      written.push(await write(context, body, `coupons[${index}].`));
    const oids = written.map(({ oid }) => oid);
    const { merchantId, timeZone } = context.merchant;
    return {
      ...(await readCouponList(context.db, merchantId, oids, timeZone)),
      ignored: written.flatMap(({ ignored }) => ignored),
    };
  });
}

async function insertOne(context: Context, body: Coupon, path: string): Promise<Written> {
  const { merchantId, timeZone } = context.merchant;
  const given = merged<Coupon>({}, writable(Coupon, body, timeZone));
  const oid = await takeNumbers(context.db, merchantId, 'coupon', 1);
  const coupon = validateCoupon(context, { ...given, coupon_oid: oid }, path);
  await refuseTaken(context, coupon, path);
  if (!(await insert(context.db, merchantId, coupon, context.now))) takenCode(coupon, path);
  return { oid, ignored: ignoredOf(context, body, coupon, undefined, path) };
}

/** Changes a coupon and returns its JSON. Absent fields stay, an explicit null clears. */
export async function updateCoupon(
  context: Context,
  oid: number,
  body: Coupon,
  ifMatch?: number,
): Promise<WrittenCoupon> {
  return inTransaction(context, async (context) => {
    const { ignored } = await updateOne(context, oid, body, { path: '', ifMatch });
    return { ...(await getCoupon(context, { oid })), ignored };
  });
}

async function updateOne(
  context: Context,
  oid: number,
  body: Coupon,
  { path, ifMatch }: { readonly path: string; readonly ifMatch?: number | undefined },
): Promise<Written> {
  const { merchantId, timeZone } = context.merchant;
  const { coupon: stored, version } =
    (await lockCoupon(context.db, merchantId, { oid })) ?? noCoupon({ oid });
  refuseOtherVersion(version, ifMatch, String(oid));
  const change = writable(Coupon, body, timeZone);
  const coupon = validateCoupon(context, merged(withoutReplaced(stored, change), change), path);
  if (fold(coupon.merchant_code ?? '') !== fold(stored.merchant_code ?? ''))
    await refuseTaken(context, coupon, path);
  if (!(await saveCoupon(context.db, merchantId, coupon, context.now))) takenCode(coupon, path);
  return { oid, ignored: ignoredOf(context, body, coupon, stored, path) };
}

/** A new kind of discount replaces the stored one; the same kind is changed. */
function withoutReplaced(stored: Coupon, change: Coupon): Coupon {
  const given = kindsOf(change);
  if (given.length === 0) return stored;
  const dropped = new Set<string>(kindsOf(stored).filter((name) => !given.includes(name)));
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !dropped.has(name)));
}

function validateCoupon(context: Context, coupon: Coupon, path: string): Coupon {
  const { currency } = context.merchant;
  const fault = couponFault(coupon, currency);
  if (fault) refuseAt(path, fault);
  return { ...coupon, ...derivedFields(coupon, currency) };
}

const refuseAt = (path: string, fault: FieldFault): never =>
  refuse('invalid_field', { ...fault, field: path + fault.field });

async function refuseTaken(context: Context, coupon: Coupon, path: string): Promise<void> {
  const code = coupon.merchant_code ?? '';
  await lockCodes(context.db, context.merchant.merchantId);
  const taken = await findTakenCodes(context.db, context.merchant.merchantId, [code]);
  if (taken.size > 0) takenCode(coupon, path);
}

function takenCode({ merchant_code: code }: Coupon, path: string): never {
  return refuse('state_conflict', {
    reason: `${path}merchant_code ${code} is taken by another coupon or a one-time code`,
    fix: 'Send an unused code, or update that coupon',
  });
}

const ignoredOf = (
  { merchant: { timeZone: zone } }: Context,
  body: Coupon,
  after: Coupon,
  before: Coupon | undefined,
  path: string,
): string[] =>
  fieldsWithoutEffect(Coupon, body, { before, after, zone }).map((field) => path + field);

/** Deletes coupons with their one-time codes, all or none. */
export function removeCoupons(
  context: Context,
  keys: readonly CouponKey[],
  ifMatch?: number,
): Promise<void> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const oids: number[] = [];
    for (const key of keys) {
      const { coupon, version } = (await lockCoupon(context.db, merchantId, key)) ?? noCoupon(key);
      refuseOtherVersion(version, ifMatch, String(coupon.coupon_oid));
      oids.push(coupon.coupon_oid ?? 0);
    }
    await deleteCoupons(context.db, merchantId, oids);
  });
}
