import type { Coupon } from '@perennial/contract/coupon.ts';
import { changedKeys, type Draft } from '../kit/draft.ts';
import {
  bodyOf,
  type DraftField,
  draftOf,
  draftText,
  labelIn,
  wireValue,
} from '../kit/draftSpecs.ts';
import { wallOf } from '../kit/moment.ts';
import type { Tone } from '../kit/tone.ts';
import { type DiscountFieldName, discountFields, kindTable } from './kinds.ts';

const users = [
  { value: 'Anyone', label: 'Anyone' },
  { value: 'UniqueCode', label: 'Customers with a one-time code' },
  { value: 'OncePerCustomer', label: 'Each customer once' },
  { value: 'OncePerNewCustomer', label: 'Each new customer once' },
  { value: 'OncePerNewCustomerForItem', label: 'Customers who never bought the items, once each' },
];

/** The fields of a coupon besides its discount. */
export const couponFields: readonly DraftField[] = [
  { key: 'merchant_code', label: 'Code', max: 20, isRequired: true },
  { key: 'description', label: 'Description', max: 50 },
  { key: 'start_dts', label: 'Starts', kind: 'moment' },
  { key: 'expiration_dts', label: 'Ends', kind: 'moment' },
  { key: 'usable_by', label: 'Who may use it', kind: 'choice', choices: users },
  { key: 'skip_on_rebill', label: 'Not on rebills', kind: 'check' },
  { key: 'can_be_used_with_other_coupons', label: 'With other coupons', kind: 'check' },
  { key: 'super_coupon', label: 'With any other coupon (super coupon)', kind: 'check' },
  { key: 'merchant_notes', label: 'Notes for colleagues', kind: 'lines' },
];

const kindKey = 'kind';

/** The field that chooses the discount. A kind that the form does not offer does not change. */
export const kindField = (kind: string): DraftField => ({
  key: kindKey,
  label: 'What it does',
  kind: 'choice',
  choices: [
    ...Object.entries(kindTable).map(([value, { label }]) => ({ value, label })),
    ...(kind in kindTable ? [] : [{ value: kind, label: 'As it is (with tiers)' }]),
  ],
});

/** The fields of the chosen discount. */
export const fieldsOfKind = (kind: string): DraftField[] =>
  (kindTable[kind]?.fields ?? []).map((key) => ({ key, ...discountFields[key] }));

/** The kind of a coupon's discount: the field of the wire that describes it. */
export function kindOf(coupon: Coupon): string {
  const parts = Object.entries(coupon).filter(
    ([, value]) => typeof value === 'object' && value !== null && !Array.isArray(value),
  );
  return parts[0]?.[0] ?? 'percent_off_subtotal';
}

/** The form of a coupon; a new one gives ten percent to everyone. Times are in `zone`. */
export function draftOfCoupon(coupon: Coupon, zone: string): Draft {
  const kind = kindOf(coupon);
  const part = (coupon[kind as keyof Coupon] ?? {}) as Record<string, unknown>;
  const local = (iso: string | undefined) => (iso ? wallOf(iso, zone).slice(0, 16) : undefined);
  return {
    ...draftOf(couponFields, {
      usable_by: 'Anyone',
      ...coupon,
      start_dts: local(coupon.start_dts),
      expiration_dts: local(coupon.expiration_dts),
      merchant_notes: coupon.merchant_notes,
    }),
    [kindKey]: kind,
    ...Object.fromEntries(Object.keys(discountFields).map((key) => [key, draftText(part[key])])),
  };
}

/**
 * The body of an insert or an update: the changed fields, and the whole discount if a part of it
 * changed.
 */
export function couponBody(from: Draft, to: Draft): Coupon {
  const { merchant_notes: _, ...general } = bodyOf(couponFields, from, to);
  const changed = changedKeys(from, to);
  const kind = to[kindKey] ?? '';
  const fields = fieldsOfKind(kind);
  const isDiscountChanged = [kindKey, ...fields.map(({ key }) => key)].some((key) =>
    changed.includes(key),
  );
  return {
    ...general,
    ...(changed.includes('merchant_notes') && {
      merchant_notes: to['merchant_notes']?.trim() ?? '',
    }),
    ...(isDiscountChanged && kind in kindTable && { [kind]: discountPart(fields, from, to) }),
  };
}

/** A field that was empty and still is, is left out. */
function discountPart(fields: readonly DraftField[], from: Draft, to: Draft) {
  const given = fields.filter(({ key }) => from[key] || to[key]);
  return Object.fromEntries(
    given.map((field) => [field.key, wireValue(field, to[field.key] ?? '')]),
  );
}

/** The name of a field. */
export const couponLabel = (key: string): string =>
  key === kindKey
    ? 'What it does'
    : (discountFields[key as DiscountFieldName]?.label ?? labelIn(couponFields)(key));

/** Returns whether a coupon is valid at a moment. */
export function stateOfCoupon(
  { start_dts: start, expiration_dts: end }: Coupon,
  now: string,
): { readonly tone: Tone; readonly word: string } {
  const at = Date.parse(now);
  if (end !== undefined && Date.parse(end) <= at) return { tone: 'quiet', word: 'Ended' };
  if (start !== undefined && Date.parse(start) > at) return { tone: 'note', word: 'Not started' };
  return { tone: 'good', word: 'Valid' };
}

/** Describes who may use a coupon. */
export const usersWords = (usableBy: string | undefined): string =>
  users.find(({ value }) => value === usableBy)?.label ?? 'Anyone';

/** Describes the effect of a coupon on rebills. */
export const rebillWords = (coupon: Coupon): string =>
  coupon.skip_on_rebill ? 'First order only' : 'Rebills too';
