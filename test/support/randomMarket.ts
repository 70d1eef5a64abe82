import type { PricingTier } from '@perennial/contract/catalog.ts';
import type { Coupon } from '@perennial/contract/coupon.ts';
import type { Customer } from '@perennial/contract/customer.ts';
import type { Item } from '@perennial/contract/item.ts';
import type { OrderShipping } from '@perennial/contract/orderShipping.ts';
import type { TaxRate } from '@perennial/contract/tax.ts';
import fc from 'fast-check';
import type { AutoOrderItem } from '../../server/src/autoOrders/autoOrder.ts';
import { minor } from '../../server/src/kernel/money.ts';
import type { OrderRecord } from '../../server/src/orders/order.ts';

/*
 * Makes the costs of a rebill besides its price from a seed: coupons, options, kits, taxes,
 * shipping methods, counted items, store credit, customers and their pricing tiers, and changes
 * halfway (a move, an option, new stock, a tier, a new card that is tested).
 */

/**
 * An address to which orders ship, and the sum of the tax rates there in ten-thousandths of a
 * percent.
 */
export interface Home {
  readonly address: OrderShipping;
  readonly rate: number;
  readonly taxesShipping: boolean;
}

const home = (rate: number, taxesShipping: boolean, address: OrderShipping): Home => ({
  rate,
  taxesShipping,
  address: { first_name: 'Ann', last_name: 'Lee', ...address },
});

const us = { country_code: 'US' };
export const homes = {
  novato: home(77_500, true, {
    ...us,
    state_region: 'CA',
    city: 'Novato',
    postal_code: '94947-12',
  }),
  oakland: home(60_000, true, { ...us, state_region: 'CA', city: 'Oakland' }),
  reno: home(47_375, false, { ...us, state_region: 'NV', city: 'Reno', postal_code: '89501' }),
  portland: home(0, false, { ...us, state_region: 'OR', city: 'Portland' }),
  vienna: home(200_000, true, { country_code: 'AT', city: 'Wien', postal_code: '1010' }),
  paris: home(0, false, { country_code: 'FR', city: 'Paris' }),
} satisfies Record<string, Home>;

/** The tax rates, which add up to the sums of the homes. */
export const taxRates: readonly TaxRate[] = [
  { country_code: 'US', tax_rate: 0, tax_shipping: false },
  { ...us, state_region: 'CA', tax_rate: 6, tax_shipping: true, exempt_digital_items: true },
  { ...us, state_region: 'CA', county: 'Marin', tax_rate: 0.25 },
  { ...us, state_region: 'CA', city: 'Novato', county: 'Marin', tax_rate: 1.5 },
  { ...us, state_region: 'NV', tax_rate: 4.6 },
  { ...us, postal_code: '89501', tax_rate: 0.1375 },
  { country_code: 'AT', tax_rate: 20, tax_shipping: true },
];

// None of the methods ships to France.
export const shippingMethods = [
  {
    name: 'Ground',
    rates: [
      { countries: ['US'], weight_up_to: 5, cost: 7 },
      { countries: ['US'], weight_up_to: 40, cost: 15 },
    ],
    handling: 0.5,
    free_from_subtotal: 75,
  },
  {
    name: 'Air',
    rates: [
      { countries: ['US', 'AT'], quantity_up_to: 4, cost: 19 },
      { countries: ['US', 'AT'], cost: 35.35 },
    ],
  },
];

/** Returns the catalogue of coupons; `day` returns a day from now as items write it. */
export const coupons = (day: (days: number) => string): Coupon[] => [
  { merchant_code: 'TENTH', percent_off_subtotal: { discount_percent: 10 } },
  {
    merchant_code: 'FIVER',
    amount_off_subtotal: { discount_amount: 5 },
    can_be_used_with_other_coupons: true,
  },
  { merchant_code: 'SHIP', free_shipping: {}, super_coupon: true },
  {
    merchant_code: 'SUMMER',
    percent_off_items: { discount_percent: 33.33, items: ['COFFEE', 'HEAVY', 'PARTTAXED'] },
    can_be_used_with_other_coupons: true,
    expiration_dts: day(100),
  },
  { merchant_code: 'SIX', discount_items: { discount_price: 6, items: ['TEA'], limit: 2 } },
  {
    merchant_code: 'HALFSHIP',
    percent_off_shipping: { discount_percent: 50 },
    can_be_used_with_other_coupons: true,
  },
  {
    merchant_code: 'TIERS',
    tiered_percent_off_subtotal: {
      tiers: [
        { subtotal_amount: 20, discount_percent: 5 },
        { subtotal_amount: 60, discount_percent: 12.5 },
      ],
    },
  },
  {
    merchant_code: 'ONCE',
    percent_off_subtotal: { discount_percent: 50 },
    skip_on_rebill: true,
  },
  {
    merchant_code: 'LATER',
    percent_off_subtotal: { discount_percent: 15 },
    start_dts: day(60),
  },
];

/** The pricing tiers of the market. Items have prices for the second one. */
export const pricingTiers: readonly PricingTier[] = [
  {
    name: 'Trade',
    default_percentage_discount: 7.5,
    free_shipping: true,
    free_shipping_minimum: 90,
  },
  { name: 'Club', exempt_shipping_handling_charge: true },
  { name: 'Reseller', tax_exempt: true, no_coupons: true },
];

const clubPrices = (...discounts: { quantity: number; cost: number }[]) => ({
  tiers: [{ name: 'Club', discounts }],
});

/** The customers by their special property. */
export const customers = {
  exempt: { email: 'exempt@example.com', tax_exempt: true },
  freeShipper: { email: 'free@example.com', free_shipping: true, free_shipping_minimum: 30 },
  noHandling: { email: 'bare@example.com', exempt_shipping_handling_charge: true },
  trader: { email: 'trade@example.com', pricing_tiers: [{ name: 'Trade' }] },
  reseller: { email: 'resale@example.com', pricing_tiers: [{ name: 'Reseller' }] },
  member: { email: 'member@example.com', pricing_tiers: [{ name: 'club' }, { name: 'Trade' }] },
} satisfies Record<string, Customer>;

/** The parts of the market that apply to one auto order. */
export type Market = ReturnType<typeof market> extends fc.Arbitrary<infer Value> ? Value : never;

const options = {
  large: { label: 'Size', value: 'Large', costChange: minor(500) },
  noBag: { label: 'Bag', value: 'none', costChange: minor(-49) },
};

const sometimes = <Value>(value: fc.Arbitrary<Value>, nil: number) =>
  fc.option(value, { nil: undefined, freq: nil });

/** Draws the parts of the market that apply to an auto order. */
function market() {
  const homeName = fc.constantFrom(...(Object.keys(homes) as (keyof typeof homes)[]));
  const customer = fc.constantFrom(...(Object.keys(customers) as (keyof typeof customers)[]));
  return fc.record({
    /** The item of the first line. `COUNTED`, `KIT` and `TOUR` belong to this auto order only. */
    itemId: fc.constantFrom(
      undefined,
      undefined,
      'HEAVY',
      'EBOOK',
      'PARTTAXED',
      'COUNTED',
      'KIT',
      'TOUR',
    ),
    coupons: fc.subarray(
      ['TENTH', 'FIVER', 'SHIP', 'SUMMER', 'SIX', 'HALFSHIP', 'TIERS', 'ONCE', 'LATER'],
      { maxLength: 2 },
    ),
    home: homeName,
    method: fc.constantFrom(undefined, 'Ground', 'ground', 'Air', 'Zeppelin'),
    customer: sometimes(customer, 1),
    /** The store credit in cents of a customer who has only this auto order. */
    credit: sometimes(fc.integer({ min: 1, max: 20_000 }), 3),
    getsNewCard: fc.boolean(),
    namedRate: sometimes(fc.constantFrom(82_500, 0), 1),
    options: fc.subarray(Object.values(options)),
    stock: fc.integer({ min: 0, max: 30 }),
    backOrder: sometimes(fc.integer({ min: 0, max: 4 }), 1),
    movesTo: sometimes(homeName, 1),
    restock: sometimes(fc.integer({ min: 1, max: 40 }), 1),
    dropsOptions: fc.boolean(),
  });
}

/** Returns the parts of the market that apply to each auto order of a seed. */
export const marketsOf = (seed: number, count: number): Market[] =>
  fc.sample(market(), { seed, numRuns: count });

/** Returns the items that all auto orders of the market may have. */
export function marketCatalogue(orderable: NonNullable<Item['auto_order']>): Item[] {
  const sold = (merchant_item_id: string, cost: number, more: Item): Item => ({
    merchant_item_id,
    description: merchant_item_id.toLowerCase(),
    auto_order: orderable,
    ...more,
    pricing: { cost, ...more.pricing },
  });
  const weighs = (value: number) => ({ physical: { weight: { uom: 'LB' as const, value } } });
  return [
    sold('HEAVY', 41.17, {
      ...weighs(3.5),
      pricing: clubPrices({ quantity: 1, cost: 40.01 }, { quantity: 3, cost: 33.33 }),
      // Purchase limits do not apply to rebills.
      restriction: { minimum_quantity: 50 },
    }),
    sold('EBOOK', 7.77, { tax: { tax_product_type: 'digital' } }),
    sold('PARTTAXED', 22.22, {
      tax: { taxable_cost: 13.13 },
      restriction: { exclude_coupon: true },
      ...weighs(0.5),
    }),
  ];
}

/** Returns the ids of the items that only one auto order has. */
export const ownIds = (oid: number) => ({
  COUNTED: `COUNTED${oid}`,
  KIT: `KIT${oid}`,
  TOUR: `TOUR${oid}`,
});

/**
 * Returns the counted item of an auto order, a kit with two of it, and an item whose steps ship
 * both in turn.
 */
export function ownCatalogue(
  oid: number,
  { itemId, stock, backOrder }: Market,
  orderable: NonNullable<Item['auto_order']>,
): Item[] {
  if (itemId === undefined || !(itemId in ownIds(oid))) return [];
  const ids = ownIds(oid);
  const base = { description: 'counted', auto_order: orderable };
  return [
    {
      ...base,
      merchant_item_id: ids.COUNTED,
      pricing: { cost: 9.05 },
      shipping: counted(stock, backOrder),
      physical: { weight: { uom: 'LB', value: 1.25 } },
    },
    {
      ...base,
      merchant_item_id: ids.KIT,
      pricing: { cost: 16.6 },
      kit: true,
      kit_definition: {
        components: [{ component_merchant_item_id: ids.COUNTED, quantity: 2 }],
      },
    },
    {
      ...base,
      merchant_item_id: ids.TOUR,
      pricing: { cost: 16.6 },
      auto_order: {
        auto_order_upsell: true,
        steps: [
          {
            type: 'item',
            recurring_merchant_item_id: ids.KIT,
            schedule: 'Monthly',
            repeat_count: 2,
          },
          {
            type: 'item',
            recurring_merchant_item_id: 'TEA',
            schedule: 'Biweekly',
            repeat_count: 1,
          },
          { type: 'loop' },
        ],
      },
    },
  ];
}

/** Returns how many pieces of the counted item the lines of an auto order took. */
export const countedIn = (
  oid: number,
  lines: readonly { readonly merchant_item_id?: string; readonly quantity?: number }[],
): number =>
  lines.reduce((sum, { merchant_item_id: id, quantity = 1 }) => {
    const { COUNTED, KIT } = ownIds(oid);
    return sum + (id === COUNTED ? quantity : id === KIT ? 2 * quantity : 0);
  }, 0);

/** Returns the shipping of an item with this number of pieces in stock. */
export const counted = (level: number, backOrder?: number): NonNullable<Item['shipping']> => ({
  track_inventory: true,
  allow_back_order: backOrder !== undefined,
  distribution_centers: [
    {
      distribution_center_code: 'DFLT',
      handles: true,
      inventory_level: level,
      ...(backOrder ? { maximum_backorder: backOrder } : {}),
    },
  ],
});

/** Returns the first line of an auto order with its parts of the market. */
export function marketLine(item: AutoOrderItem, oid: number, drawn: Market): AutoOrderItem {
  const own: Readonly<Record<string, string>> = ownIds(oid);
  const itemId = drawn.itemId && (own[drawn.itemId] ?? drawn.itemId);
  const agreed = drawn.options.length > 0;
  return {
    ...item,
    ...(itemId && { originalItemId: itemId }),
    ...(agreed && {
      options: drawn.options.map(({ label, value }) => ({ label, value })),
      agreedOptions: drawn.options,
    }),
  };
}

/**
 * The profiles of the special customers, and those with store credit by the oid of their auto
 * order.
 */
export interface CustomerOids {
  readonly special: Readonly<Record<keyof typeof customers, number>>;
  readonly creditors: ReadonlyMap<number, number>;
}

/** Returns the store credit in cents of an auto order's only customer, or 0. */
export const creditOf = ({ customer, credit }: Market): number =>
  customer === undefined ? (credit ?? 0) : 0;

/** Returns an original order with its parts of the market. */
export function marketOriginal(
  original: OrderRecord,
  { coupons: codes, home: where, method, customer, namedRate }: Market,
  oids: CustomerOids,
): OrderRecord {
  const { document, autoOrderOid = 0 } = original;
  const creditor = oids.creditors.get(autoOrderOid);
  const profileOid = customer ? oids.special[customer] : creditor;
  const rate = namedRate === undefined ? undefined : namedRate / 10_000;
  return {
    ...original,
    ...(profileOid !== undefined && { customerProfileOid: profileOid }),
    document: {
      ...document,
      // Rebills use store credit because the original order used some.
      ...(creditor !== undefined && {
        summary: { ...document.summary, internal_gift_certificate_amount: { value: 1 } },
      }),
      shipping: { ...homes[where].address, ...(method && { shipping_method: method }) },
      taxes: rate === undefined ? {} : { arbitrary_tax_rate: rate, tax_rate: rate },
      coupons: codes.map((code) => ({ coupon_code: code, base_coupon_code: code })),
    },
  };
}

/** Returns how the oracle taxes a rebill. `isMoved` is true when it ships to the second home. */
export function expectedTax(
  { home: first, movesTo, customer, namedRate }: Market,
  isMoved: boolean,
): { readonly rate: number; readonly taxesShipping: boolean } {
  if (customer === 'exempt' || customer === 'reseller') return { rate: 0, taxesShipping: false };
  const where = isMoved && movesTo ? movesTo : first;
  return namedRate !== undefined && where === first
    ? { rate: namedRate, taxesShipping: false }
    : homes[where];
}
