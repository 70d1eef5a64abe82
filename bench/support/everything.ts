import type { AutoOrder } from '../../server/src/autoOrders/autoOrder.ts';
import { insertCoupon } from '../../server/src/coupons/operations.ts';
import { minor } from '../../server/src/kernel/money.ts';
import type { OrderRecord } from '../../server/src/orders/order.ts';
import { insertTaxRate } from '../../server/src/orders/taxOperations.ts';
import type { Context } from '../../server/src/platform/context.ts';
import {
  counted,
  coupons,
  homes,
  shippingMethods,
  taxRates,
} from '../../test/support/randomMarket.ts';
import type { DueTerms } from './dueMerchant.ts';

/*
 * Builds a merchant to whose rebills every rule of a price applies: each auto order has two
 * coupons, an option, a kit, counted items, a shipping method by weight, and taxes of up to four
 * levels.
 */

const addresses = [homes.novato, homes.oakland, homes.reno, homes.vienna].map(
  ({ address }) => address,
);
const large = { label: 'Size', value: 'Large', costChange: minor(500) };
const plenty = 100_000_000;

/** The terms of this merchant's auto orders. */
export const everything: DueTerms = {
  settings: { shipping_methods: shippingMethods, tax_rounding: 'line' },
  items: ([coffee, tea]) => [
    { ...coffee, shipping: counted(plenty), physical: { weight: { uom: 'LB', value: 1.25 } } },
    {
      ...tea,
      kit: true,
      kit_definition: { components: [{ component_merchant_item_id: 'BAG', quantity: 2 }] },
    },
    { ...tea, merchant_item_id: 'BAG', shipping: counted(plenty) },
  ],
  autoOrder: withOption,
  original: withTerms,
  async open(context: Context) {
    for (const rate of taxRates) await insertTaxRate(context, rate);
    for (const coupon of coupons(() => '2040-01-01T00:00:00+00:00'))
      await insertCoupon(context, coupon);
  },
};

function withOption(autoOrder: AutoOrder): AutoOrder {
  const [first, ...others] = autoOrder.items;
  const options = [{ label: large.label, value: large.value }];
  const optioned = first && { ...first, options, agreedOptions: [large] };
  return { ...autoOrder, items: optioned ? [optioned, ...others] : others };
}

function withTerms(original: OrderRecord): OrderRecord {
  const address = addresses[(original.autoOrderOid ?? 0) % addresses.length];
  return {
    ...original,
    document: {
      ...original.document,
      shipping: { ...address, shipping_method: 'Ground' },
      taxes: {},
      coupons: ['FIVER', 'HALFSHIP'].map((code) => ({
        coupon_code: code,
        base_coupon_code: code,
      })),
    },
  };
}
