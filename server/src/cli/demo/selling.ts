import type { Coupon } from '@perennial/contract/coupon.ts';
import type { ShippingMethod } from '@perennial/contract/shippingMethod.ts';
import type { Temporal } from 'temporal-polyfill';
import { insertCoupon } from '../../coupons/store.ts';
import { derivedFields } from '../../coupons/wireCoupon.ts';
import { addDays, wireDate } from '../../kernel/calendar.ts';
import { takeNumbers } from '../../platform/storage/counters.ts';
import type { Database } from '../../platform/storage/database.ts';
import type { Merchant } from '../../platform/tenancy/merchant.ts';

/** What shipments of the demo merchant cost. Its orders name these methods. */
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

/** Adds the coupons of the demo merchant: one for a first order, one for rebills, one that ended. */
export async function addDemoCoupons(
  tx: Database,
  { merchantId, currency, timeZone }: Merchant,
  now: Temporal.Instant,
): Promise<void> {
  const ended = wireDate(addDays(now, -30, timeZone), timeZone);
  const coupons = demoCoupons(ended);
  const first = await takeNumbers(tx, merchantId, 'coupon', coupons.length);
  for (const [index, coupon] of coupons.entries())
    await insertCoupon(
      tx,
      merchantId,
      { ...coupon, coupon_oid: first + index, ...derivedFields(coupon, currency) },
      now,
    );
}

const demoCoupons = (ended: string): Coupon[] => [
  {
    merchant_code: 'WELCOME10',
    description: 'Ten percent off the first order',
    usable_by: 'OncePerNewCustomer',
    skip_on_rebill: true,
    percent_off_subtotal: { discount_percent: 10 },
  },
  {
    merchant_code: 'COFFEECLUB',
    description: 'Two dollars off each bag, on rebills too',
    amount_off_items: { discount_amount: 2, items: ['COFFEE-HOUSE', 'COFFEE-DARK'] },
  },
  {
    merchant_code: 'SHIPFREE',
    description: 'Free shipping from 40 dollars on',
    can_be_used_with_other_coupons: true,
    free_shipping_with_subtotal: { purchase_amount: 40 },
  },
  {
    merchant_code: 'SUMMER5',
    description: 'Five dollars off in summer',
    expiration_dts: ended,
    amount_off_subtotal: { discount_amount: 5 },
  },
];
