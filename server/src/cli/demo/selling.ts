import type { Coupon } from '@perennial/contract/coupon.ts';
import type { ShippingMethod } from '@perennial/contract/shippingMethod.ts';
import type { Temporal } from 'temporal-polyfill';
import { findCoupons } from '../../coupons/codeStore.ts';
import type { Coupon as CouponRule } from '../../coupons/coupon.ts';
import { insertCoupon } from '../../coupons/store.ts';
import { couponOf, derivedFields } from '../../coupons/wireCoupon.ts';
import { addDays, wireDate } from '../../kernel/calendar.ts';
import { fold } from '../../kernel/caseFolding.ts';
import { takeNumbers } from '../../platform/storage/counters.ts';
import type { Database } from '../../platform/storage/database.ts';
import type { Merchant } from '../../platform/tenancy/merchant.ts';

/** The shipping methods of the demo merchant, with their prices. Its orders use their names. */
export const demoShippingMethods: readonly ShippingMethod[] = [
  {
    name: 'USPS: Ground Advantage',
    rates: [
      { countries: ['US'], quantity_up_to: 2, cost: 4.95 },
      { countries: ['US'], cost: 7.5 },
    ],
    free_from_subtotal: 75,
  },
  { name: 'International Parcel', rates: [{ cost: 14.5 }], handling: 2 },
];

/**
 * Adds the coupons of the demo data that the merchant does not have: one for a first order, one for
 * rebills, one that has ended. Returns those that the demo data uses, by folded code.
 */
export async function ensureDemoCoupons(
  db: Database,
  { merchantId, currency, timeZone }: Merchant,
  now: Temporal.Instant,
): Promise<ReadonlyMap<string, CouponRule>> {
  const wanted = demoCoupons(wireDate(addDays(now, -endedDays, timeZone), timeZone));
  const codes = wanted.map(({ merchant_code: code = '' }) => code);
  const existing = new Set((await findCoupons(db, merchantId, codes)).map(({ key }) => key));
  const missing = wanted.filter(({ merchant_code: code = '' }) => !existing.has(fold(code)));
  await db.transaction(async (tx) => {
    const first = await takeNumbers(tx, merchantId, 'coupon', missing.length);
    for (const [index, coupon] of missing.entries()) {
      const document = { ...coupon, coupon_oid: first + index, ...derivedFields(coupon, currency) };
      await insertCoupon(tx, merchantId, document, now);
    }
  });
  const found = await findCoupons(db, merchantId, Object.values(usedCoupons));
  return new Map(found.map(({ key, document }) => [key, couponOf(document, currency)]));
}

/** The coupons that orders of the demo data have. */
export const usedCoupons = { club: 'COFFEECLUB', shipping: 'SHIPFREE', summer: 'SUMMER5' } as const;

/** The items to which the coupon for each bag of coffee applies. */
export const clubItems: readonly string[] = ['COFFEE-HOUSE', 'COFFEE-DARK'];

/** The summer coupon ended this number of days ago. */
export const endedDays = 30;

const demoCoupons = (ended: string): Coupon[] => [
  {
    merchant_code: 'WELCOME10',
    description: 'Ten percent off the first order',
    usable_by: 'OncePerNewCustomer',
    skip_on_rebill: true,
    percent_off_subtotal: { discount_percent: 10 },
  },
  {
    merchant_code: usedCoupons.club,
    description: 'Two dollars off each bag, on rebills too',
    amount_off_items: { discount_amount: 2, items: [...clubItems] },
  },
  {
    merchant_code: usedCoupons.shipping,
    description: 'Free shipping from 40 dollars on',
    can_be_used_with_other_coupons: true,
    free_shipping_with_subtotal: { purchase_amount: 40 },
  },
  {
    merchant_code: usedCoupons.summer,
    description: 'Five dollars off in summer',
    expiration_dts: ended,
    amount_off_subtotal: { discount_amount: 5 },
  },
];
