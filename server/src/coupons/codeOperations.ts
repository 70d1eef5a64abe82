import {
  CouponAutoApplyConditions as ConditionsModel,
  type CouponAutoApplyConditions,
  type CouponCodesRequest,
  couponUsers,
} from '@perennial/contract/coupon.ts';
import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fold } from '../kernel/caseFolding.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { dateOf } from '../platform/http/dates.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { FindUnknown } from '../platform/http/unknownNames.ts';
import type { JsonPage } from '../platform/storage/page.ts';
import {
  findMerchant,
  lockMerchant,
  saveSettingsSection,
} from '../platform/tenancy/merchantStore.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import {
  type AutoApply,
  autoApplyFault,
  autoApplyOf,
  autoApplySection,
  codesOf,
} from './autoApply.ts';
import { addCodes, findCoupons, findTakenCodes, readCodePage } from './codeStore.ts';
import { kindNames, kindWords } from './kinds.ts';
import { namedByConditions } from './namedRecords.ts';
import { getCoupon, noCoupon } from './operations.ts';
import { type CouponKey, lockCoupon } from './store.ts';
import { isCode } from './validation.ts';

const quantityMax = 10_000;

/** One-time codes that were generated, and their end. */
export interface MadeCodes {
  readonly codes: readonly string[];
  readonly expirationDts?: string | undefined;
}

/** Generates one-time codes for a coupon. */
export async function generateCodes(
  context: Context,
  key: CouponKey,
  { quantity, prefix = '', ...end }: CouponCodesRequest,
): Promise<MadeCodes> {
  const { merchantId, timeZone } = context.merchant;
  if (quantity === undefined || quantity === null)
    return refuse('missing_field', { field: 'quantity' });
  if (quantity < 1 || quantity > quantityMax)
    refuse('out_of_range', { field: 'quantity', min: 1, max: quantityMax });
  if (prefix && !isCode(prefix))
    refuse('invalid_field', {
      field: 'prefix',
      reason: 'is not a valid prefix of a code',
      fix: 'Send up to 8 characters without spaces and slashes',
    });
  const expiresAt = endOf(context, end);
  return inTransaction(context, async (context) => {
    const stored = (await lockCoupon(context.db, merchantId, key)) ?? noCoupon(key);
    const oid = required(stored.coupon.coupon_oid, 'coupon_oid');
    const codes: string[] = [];
    while (codes.length < quantity) {
      const made = Array.from(
        { length: quantity - codes.length },
        () => `${prefix ?? ''}${context.ids.autoOrderCode()}`,
      );
      const added = await addCodes(context.db, merchantId, oid, made, expiresAt);
      codes.push(...made.filter((code) => added.has(fold(code))));
    }
    return { codes, expirationDts: expiresAt && wireDate(expiresAt, timeZone) };
  });
}

function endOf(
  { now, merchant: { timeZone } }: Context,
  { expiration_dts: at, expiration_seconds: seconds }: CouponCodesRequest,
): Temporal.Instant | undefined {
  if (at) return dateOf(at, 'expiration_dts', timeZone);
  if (!seconds) return undefined;
  if (seconds < 0)
    refuse('out_of_range', { field: 'expiration_seconds', min: 1, max: 2 ** 31 - 1 });
  return now.add({ seconds });
}

/** The outcome of an upload of codes. */
export interface UploadedCodes {
  readonly uploaded: readonly string[];
  readonly duplicates: readonly string[];
  readonly rejected: readonly string[];
}

/** Stores one-time codes that were generated elsewhere. */
export async function uploadCodes(
  context: Context,
  oid: number,
  given: readonly string[],
): Promise<UploadedCodes> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    if (!(await lockCoupon(context.db, merchantId, { oid }))) noCoupon({ oid });
    const codes = given.map((code) => code.trim());
    const valid = codes.filter(isCode);
    const fresh = [...new Map(valid.map((code) => [fold(code), code])).entries()];
    const added = await addCodes(
      context.db,
      merchantId,
      oid,
      fresh.map(([, code]) => code),
      undefined,
    );
    const uploaded = fresh.filter(([key]) => added.has(key)).map(([, code]) => code);
    const left = [...uploaded];
    const duplicates = valid.filter((code) => {
      const place = left.indexOf(code);
      if (place === -1) return true;
      left.splice(place, 1);
      return false;
    });
    return { uploaded, duplicates, rejected: codes.filter((code) => !isCode(code)) };
  });
}

/** Returns a page of a coupon's one-time codes. */
export async function getCodes(
  context: Context,
  oid: number,
  page: { readonly limit: number; readonly offset: number },
): Promise<JsonPage> {
  const { merchantId, timeZone } = context.merchant;
  await getCoupon(context, { oid });
  return readCodePage(context.db, merchantId, oid, timeZone, page);
}

/** Whether a coupon or a one-time code has this code. */
export async function codeExists({ db, merchant }: Context, code: string): Promise<boolean> {
  return (await findTakenCodes(db, merchant.merchantId, [code])).size > 0;
}

/** Returns the stored conditions under which coupons are applied without a code. */
export async function getAutoApply({ db, merchant }: Context): Promise<AutoApply> {
  return autoApplyOf(required(await findMerchant(db, merchant.merchantId), 'merchant').settings);
}

/** Replaces the conditions. Other processes use the new ones within a second. */
export async function updateAutoApply(
  context: Context,
  merchants: Merchants,
  body: CouponAutoApplyConditions,
  findUnknown: FindUnknown,
): Promise<void> {
  const { merchantId, timeZone } = context.merchant;
  const given = writable(ConditionsModel, body, timeZone);
  await inTransaction(context, async (context) => {
    const merchant = required(await lockMerchant(context.db, merchantId), 'merchant');
    const before = autoApplyOf(merchant.settings);
    const after = merged<AutoApply>(before, {
      required_items: given.required_items ?? [],
      subtotal_levels: given.subtotal_levels ?? [],
    });
    await refuseUnusable(context, after, findUnknown);
    await saveSettingsSection(context.db, merchantId, autoApplySection, after);
    await recordAct(context, {
      act: 'updateAutoApply',
      objectType: 'settings',
      objectId: merchantId,
      before,
      after,
    });
  });
  merchants.forget(merchantId);
}

/** Refuses conditions that name a coupon or an item that does not exist. */
async function refuseUnusable(
  context: Context,
  conditions: AutoApply,
  findUnknown: FindUnknown,
): Promise<void> {
  const { merchantId, currency } = context.merchant;
  const coupons = await findCoupons(context.db, merchantId, codesOf(conditions));
  const known = new Set(
    coupons.filter(({ oneTime }) => oneTime === undefined).map(({ key }) => key),
  );
  const fault = autoApplyFault(conditions, known, currency);
  if (fault) refuse('invalid_field', fault);
  const [missing] = await findUnknown(context, namedByConditions(conditions));
  if (missing)
    refuse('invalid_field', {
      field: missing.field,
      reason: `is ${missing.name}, and there is no such item`,
      fix: 'Send the id of an item, or insert that item first',
    });
}

/** Returns the choices that a form for coupons offers. */
export const editorValues = ({ merchant }: Context) => ({
  types: kindNames.map(kindWords),
  shownTypes: kindNames.map((name) => ({ name: kindWords(name), localized: kindWords(name) })),
  currencies: [merchant.currency],
  users: couponUsers.map((value) => ({ display: value, value })),
});
