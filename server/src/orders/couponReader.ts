import type { Order } from '@perennial/contract/order.ts';
import { autoApplyOf, codesOf } from '../coupons/autoApply.ts';
import { findCoupons, findUses, returnUses, takeCode, takeUse } from '../coupons/codeStore.ts';
import { couponOf } from '../coupons/wireCoupon.ts';
import { emailKey, findCustomerOid } from '../customers/store.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import {
  type CouponClaim,
  type CouponTerms,
  claimsOf,
  type NamedCoupon,
  noCouponTerms,
} from './couponUse.ts';
import { type Buyer, couponsOfProfile, hasBought } from './customerStore.ts';
import type { OrderRecord } from './order.ts';

/**
 * Reads the facts on which the coupons of a new order depend. Reads nothing if it has no coupons.
 */
export async function readCouponTerms(context: Context, order: Order): Promise<CouponTerms> {
  const { merchantId, settings, currency } = context.merchant;
  const automatic = autoApplyOf(settings);
  const codes = (order.coupons ?? []).flatMap(({ coupon_code: code }) => code?.trim() || []);
  const all = [...codes, ...codesOf(automatic)];
  if (all.length === 0) return noCouponTerms;
  const customerKey = order.billing?.email ? emailKey(order.billing.email) : undefined;
  const found = await findCoupons(context.db, merchantId, all);
  const named = new Map(
    found.map(({ key, document, oneTime }): [string, NamedCoupon] => [
      key,
      {
        coupon: couponOf(document, currency),
        isOneTime: oneTime !== undefined,
        unusable: codeWords(context, oneTime),
      },
    ]),
  );
  const once = await onceWords(context, named, customerKey);
  return {
    named: new Map(
      [...named].map(([key, each]) => [
        key,
        { ...each, unusable: each.unusable ?? once.get(each.coupon.oid) },
      ]),
    ),
    automatic,
    customerKey,
  };
}

function codeWords(
  { now }: Context,
  oneTime: Awaited<ReturnType<typeof findCoupons>>[number]['oneTime'],
): string | undefined {
  if (oneTime === undefined) return undefined;
  if (oneTime.orderId !== null) return 'was used by another order';
  const end = oneTime.expiresAt?.epochMilliseconds;
  return end !== undefined && now.epochMilliseconds >= end ? 'has expired' : undefined;
}

/** Returns, by oid, why this customer cannot use coupons that each customer can use once. */
async function onceWords(
  context: Context,
  named: ReadonlyMap<string, NamedCoupon>,
  customerKey: string | undefined,
): Promise<ReadonlyMap<number, string>> {
  const { db, merchant } = context;
  const once = [...named.values()]
    .map(({ coupon }) => coupon)
    .filter(({ usableBy }) => usableBy.startsWith('OncePer'));
  if (once.length === 0) return new Map();
  if (customerKey === undefined)
    return new Map(
      once.map(({ oid }) => [oid, 'needs billing.email, because each customer can use it once']),
    );
  const { merchantId } = merchant;
  const buyer = {
    email: customerKey,
    profileOid: await findCustomerOid(db, merchantId, customerKey),
  };
  const used = await usedBy(context, once, buyer);
  const words = new Map<number, string>();
  for (const coupon of once) {
    const isForNew = coupon.usableBy !== 'OncePerCustomer';
    const only = coupon.usableBy === 'OncePerNewCustomerForItem' ? coupon.off?.only : undefined;
    if (used.has(coupon.oid)) words.set(coupon.oid, 'was used by this customer before');
    else if (isForNew && (await hasBought(db, merchantId, buyer, only)))
      words.set(coupon.oid, 'is for new customers');
  }
  return words;
}

/** Returns the oids of the coupons that a customer has used, with this or an earlier email. */
async function usedBy(
  { db, merchant: { merchantId } }: Context,
  coupons: readonly { readonly oid: number }[],
  { email, profileOid }: Buyer,
): Promise<ReadonlySet<number>> {
  const oids = coupons.map(({ oid }) => oid);
  const used = await findUses(db, merchantId, oids, email);
  const more =
    profileOid === undefined ? [] : await couponsOfProfile(db, merchantId, oids, profileOid);
  return new Set([...used, ...more]);
}

/**
 * Takes one-time codes, and coupons that each customer can use once, in the transaction that stores
 * the order. Refuses the order if another order took one at the same time.
 */
export async function takeCoupons(
  context: Context,
  order: OrderRecord,
  claims: readonly CouponClaim[],
): Promise<void> {
  const taken = await firstTaken(context, order, claims);
  if (taken === undefined) return;
  refuse('invalid_field', {
    field: 'coupons',
    reason: `contains ${taken.code}, which another order used at the same moment`,
    fix: 'Nothing was stored or charged. Send the order without it',
  });
}

/** Gives back the coupons of an order that can be used once, so that they can be used again. */
export async function returnCoupons(
  { db }: Context,
  { merchantId, orderId, document }: OrderRecord,
): Promise<void> {
  if ((document.coupons ?? []).length > 0) await returnUses(db, merchantId, orderId);
}

/**
 * Takes again the coupons that {@link returnCoupons} gave back. Refuses if another order has used
 * one.
 */
export async function retakeCoupons(context: Context, order: OrderRecord): Promise<void> {
  const { coupons } = order.document;
  if ((coupons ?? []).length === 0) return;
  const { named, customerKey } = await readCouponTerms(context, order.document);
  const own = new Set((coupons ?? []).map(({ coupon_code: code }) => fold(code?.trim() ?? '')));
  const claims = [...named].flatMap(([code, each]) =>
    own.has(code) ? claimsOf(code, each, customerKey) : [],
  );
  const taken = await firstTaken(context, order, claims);
  if (taken === undefined) return;
  refuse(
    'state_conflict',
    {
      reason: `The coupon ${taken.code} of order ${order.orderId} was used by another order meanwhile`,
      fix: 'Insert a new order without it',
    },
    { objectId: order.orderId },
  );
}

/** Takes these for an order. If another order already has one, stops and returns it. */
async function firstTaken(
  context: Context,
  { merchantId, orderId }: OrderRecord,
  claims: readonly CouponClaim[],
): Promise<CouponClaim | undefined> {
  const use = { orderId, at: context.now };
  // They are always taken in the same order, so that two orders with the same codes cannot
  // deadlock.
  const sorted = [...claims].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (const claim of sorted) {
    const isTaken =
      claim.kind === 'code'
        ? await takeCode(context.db, merchantId, claim.code, use)
        : await takeUse(context.db, merchantId, claim, use);
    if (!isTaken) return claim;
  }
  return undefined;
}

const keyOf = (claim: CouponClaim): string =>
  claim.kind === 'code' ? `code ${claim.code.toLowerCase()}` : `customer ${claim.oid}`;
