// Tests each rule of a price in both lists: the preview of the next rebill shows what the
// explanation of that rebill shows afterwards, with the same names, order and amounts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import type { ChargeExplanation } from '@perennial/contract/timeline.ts';
import { kindNames } from '../../server/src/coupons/kinds.ts';
import { kindTrials } from '../support/couponKinds.ts';
import { type Line, type Shop, type Subscriber, story } from '../support/stories.ts';

type Settings = Readonly<Record<string, unknown>>;

/**
 * A case: the merchant's settings, the customer's order, and the rules that set the price of the
 * rebill.
 */
interface Row {
  readonly what: string;
  /** The rules that both lists must contain, in any order. */
  readonly rules: readonly string[];
  readonly settings?: Settings;
  readonly order: (shop: Shop) => Promise<Subscriber>;
  /** The moment at which the preview is read. Absent: after the order. */
  readonly from?: string;
}

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 19.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly' as const] },
  physical: { weight: { uom: 'LB' as const, value: 1.5 } },
};
const named = (merchant_item_id: string, more: object = {}) => ({
  ...coffee,
  merchant_item_id,
  description: merchant_item_id,
  ...more,
});
const monthly = (merchant_item_id = 'COFFEE', more: object = {}): Line => ({
  merchant_item_id,
  auto_order_schedule: 'Monthly',
  ...more,
});
const reno = { country_code: 'US', state_region: 'NV', city: 'Reno', postal_code: '89501' };
const rates = [
  { country_code: 'US', tax_rate: 1, tax_shipping: true },
  { country_code: 'US', state_region: 'NV', tax_rate: 4.6 },
  { country_code: 'US', state_region: 'NV', county: 'Washoe', tax_rate: 0.25 },
  { country_code: 'US', state_region: 'NV', city: 'Reno', county: 'Washoe', tax_rate: 1.5 },
  { country_code: 'US', postal_code: '89501', tax_rate: 0.1375 },
];
const methods = {
  shipping_methods: [
    {
      name: 'Ground',
      rates: [{ countries: ['US'], quantity_up_to: 5, cost: 7 }],
      handling: 0.5,
      free_from_subtotal: 60,
    },
    { name: 'Air', rates: [{ cost: 19 }] },
  ],
};
const byGround = { shipping: { ...reno, shipping_method: 'Ground' } };
const counted = (inventory_level: number) => ({
  track_inventory: true,
  distribution_centers: [{ distribution_center_code: 'DFLT', handles: true, inventory_level }],
});

const prices: readonly Row[] = [
  {
    what: 'an option, a quantity, a one-time fee, a kit and an add-on',
    rules: ['catalog price', 'option', 'quantity'],
    async order(shop) {
      const kit_definition = {
        components: [{ component_merchant_item_id: 'BAG', quantity: 2 }],
      };
      await shop.sells(coffee, named('BAG', { shipping: counted(50) }));
      await shop.sells(named('BOX', { kit: true, kit_definition }));
      const options = [
        { label: 'Size', value: 'Large', cost_change: { value: 5 } },
        { label: 'Tin', value: 'yes', cost_change: { value: 4 }, one_time_fee: true },
      ];
      const ann = await shop.order([monthly('COFFEE', { quantity: 3, options }), monthly('BOX')]);
      await ann.update({ add_ons: [{ item_id: 'BAG', quantity: 2 }] });
      return ann;
    },
  },
  {
    what: 'the prices of auto orders and of a sale',
    rules: ['auto order price', 'sale price'],
    async order(shop) {
      await shop.sells(
        named('AUTO', { pricing: { cost: 20, auto_order_cost: 18 } }),
        named('SALE', { pricing: { cost: 20, sale_cost: 17, sale_end: '2026-12-31T00:00:00Z' } }),
      );
      return shop.order([monthly('AUTO'), monthly('SALE')]);
    },
  },
  {
    what: 'the price of a step and of those who signed up early',
    rules: ['step price', 'grandfathered price'],
    async order(shop) {
      await shop.sells(stepped({ grandfather_pricing: [earlyPrice] }));
      return shop.order([{ merchant_item_id: 'PLAN' }]);
    },
  },
  {
    what: 'the price and the coupon of a retry',
    rules: ['retry price', 'coupon HALF'],
    settings: {
      dunning: { retry_days: [2], retry_coupon_codes: ['HALF'] },
      coupons: [{ code: 'HALF', percent: 50 }],
    },
    from: '2026-02-16T00:00',
    async order(shop) {
      const arbitrary_unit_cost_schedules = [{ retry_days: 1, arbitrary_unit_cost: 15 }];
      await shop.sells(stepped({ arbitrary_unit_cost_schedules }));
      const ann = await shop.order([{ merchant_item_id: 'PLAN' }]);
      await ann.ask({
        operation: 'updateAutoOrderPayment',
        body: {
          card_number_token: 'tok_decline_1x-rules',
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      });
      return ann;
    },
  },
  {
    what: 'what staff agreed: a unit cost and a percentage',
    rules: ['arbitrary unit cost', 'percentage discount'],
    async order(shop) {
      await shop.sells(coffee);
      const ann = await shop.order([monthly()]);
      await ann.updateItem({
        arbitrary_unit_cost: 15.55,
        arbitrary_unit_cost_remaining_orders: 2,
        arbitrary_percentage_discount: 12.5,
      });
      return ann;
    },
  },
  {
    what: 'the pricing tier of the customer',
    rules: ['pricing tier'],
    async order(shop) {
      await shop.sells(coffee);
      await shop.tiers({ name: 'Club', default_percentage_discount: 20 });
      await shop.profile({ email: 'ann@example.com', pricing_tiers: [{ name: 'Club' }] });
      return shop.order([monthly()]);
    },
  },
  {
    what: 'store credit that pays a part',
    rules: ['store credit'],
    async order(shop) {
      await shop.sells(coffee);
      await shop.credit('ann@example.com', 30);
      const summary = { internal_gift_certificate_amount: { value: 19.99 } };
      return shop.order([monthly()], { billing: { email: 'ann@example.com' }, summary });
    },
  },
  {
    what: 'an item that is short is left out',
    rules: ['catalog price'],
    settings: { sold_out_rebills: 'split' },
    async order(shop) {
      await shop.sells(coffee, named('LAST', { shipping: counted(1) }));
      return shop.order([monthly(), monthly('LAST')]);
    },
  },
];

const earlyPrice = { on_or_before_date: '2026-06-30T00:00:00-05:00', unit_cost: 21 };
function stepped(more: object) {
  const step = { type: 'item' as const, schedule: 'Monthly', arbitrary_unit_cost: 25, ...more };
  return named('PLAN', { auto_order: { auto_order_upsell: true, steps: [step] } });
}

const taxes: readonly Row[] = [
  {
    what: 'rates of every level, an exempt item, a gift and shipping',
    rules: ['country rate', 'state rate', 'county rate', 'city rate', 'postal code rate'],
    settings: methods,
    async order(shop) {
      const exemptions = [{ country_code: 'US', state_code: 'NV' }];
      await shop.sells(coffee, named('HONEY', { tax: { exemptions } }));
      await shop.taxes(...rates);
      const gift = { gift: true, gift_charge: { value: 3 } };
      return shop.order([monthly(), monthly('HONEY')], { ...byGround, gift });
    },
  },
  {
    what: 'a customer who pays no tax',
    rules: ['tax exempt customer'],
    async order(shop) {
      await shop.sells(coffee);
      await shop.taxes(...rates);
      await shop.profile({ email: 'ann@example.com', tax_exempt: true });
      return shop.order([monthly()], { shipping: reno });
    },
  },
  {
    what: 'a place without a rate',
    rules: ['no rate'],
    async order(shop) {
      await shop.sells(coffee);
      await shop.taxes(rates[1]!);
      return shop.order([monthly()], { shipping: { country_code: 'US', state_region: 'OR' } });
    },
  },
  {
    what: 'a rate that was named with the order',
    rules: ['rate of the original order'],
    async order(shop) {
      await shop.sells(coffee);
      return shop.order([monthly()], { shipping: reno, taxes: { arbitrary_tax_rate: 8.25 } });
    },
  },
  {
    what: 'a named rate after the customer moved',
    rules: ['address changed'],
    async order(shop) {
      await shop.sells(coffee);
      const ann = await shop.order([monthly()], {
        shipping: reno,
        taxes: { arbitrary_tax_rate: 8.25 },
      });
      const shipping = { ...reno, state_region: 'OR', city: 'Portland', postal_code: '97201' };
      await ann.update({ original_order: { shipping } });
      return ann;
    },
  },
];

const shipped = (what: string, rules: readonly string[], order: Row['order']): Row => ({
  what,
  rules,
  order,
  settings: methods,
});

const shipping: readonly Row[] = [
  shipped('the rate of a method, and its handling', ['Ground', 'handling'], async (shop) => {
    await shop.sells(coffee);
    return shop.order([monthly()], byGround);
  }),
  shipped('a free threshold', ['free shipping'], async (shop) => {
    await shop.sells(coffee);
    return shop.order([monthly('COFFEE', { quantity: 4 })], byGround);
  }),
  shipped('an item that ships free', ['ships free'], async (shop) => {
    await shop.sells(named('FREE', { shipping: { free_shipping: true } }));
    return shop.order([monthly('FREE')], byGround);
  }),
  shipped('too many for its method', ['another method', 'Air'], async (shop) => {
    await shop.sells(named('CHEAP', { pricing: { cost: 1 } }));
    const ann = await shop.order([monthly('CHEAP')], byGround);
    await ann.updateItem({ original_quantity: 8 });
    return ann;
  }),
  shipped('a customer without handling', ['no handling'], async (shop) => {
    await shop.sells(coffee);
    await shop.profile({ email: 'ann@example.com', exempt_shipping_handling_charge: true });
    return shop.order([monthly()], byGround);
  }),
  shipped('a customer who ships free', ['free for the customer'], async (shop) => {
    await shop.sells(coffee);
    await shop.profile({ email: 'ann@example.com', free_shipping: true });
    return shop.order([monthly()], byGround);
  }),
];

const coupons: readonly Row[] = [
  ...kindNames.map(
    (name): Row => ({
      what: `a coupon with ${name}`,
      rules: [`coupon ${name.toUpperCase()}`.slice(0, 27)],
      async order(shop) {
        const merchant_code = name.toUpperCase().slice(0, 20);
        await shop.sells(
          named('COFFEE', { pricing: { cost: 12.99 } }),
          named('MUG', { pricing: { cost: 8 } }),
        );
        await shop.offers({ merchant_code, [name]: kindTrials[name].part });
        return shop.order([monthly('COFFEE', { quantity: 2 }), monthly('MUG')], {
          coupons: [{ coupon_code: merchant_code }],
          shipping: { country_code: 'US', shipping_method: 'Ground' },
          summary: { arbitrary_shipping_handling_total: { value: 5 } },
        });
      },
    }),
  ),
  {
    what: 'coupons that do not count on rebills',
    rules: ['coupon SKIP', 'coupon ENDS'],
    async order(shop) {
      await shop.sells(coffee);
      const both = {
        percent_off_subtotal: { discount_percent: 10 },
        can_be_used_with_other_coupons: true,
      };
      await shop.offers(
        { merchant_code: 'SKIP', skip_on_rebill: true, ...both },
        { merchant_code: 'ENDS', expiration_dts: '2026-02-01', ...both },
      );
      const used = ['SKIP', 'ENDS'].map((coupon_code) => ({ coupon_code }));
      return shop.order([monthly()], { coupons: used });
    },
  },
];

const rows = [...prices, ...taxes, ...shipping, ...coupons];

for (const { what, rules, settings, order, from } of rows)
  story(
    `both lists agree: ${what}`,
    { on: '2026-01-15T10:00', ...(settings && { settings }) },
    async (shop) => {
      const ann = await order(shop);
      if (from !== undefined) await shop.until(from);
      const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
      const previewed: PreviewRebill = rebills[0];
      await shop.until('2026-02-19T00:00');
      const [bill] = await ann.bills('summary');
      assert.ok(bill, (await ann.read()).failure_reason);
      const params = { order_id: bill.order_id! };
      const { explanation } = await ann.ask({ operation: 'explainOrder', params });
      assert.equal(explanation.plan, 'kept');
      assert.deepEqual(listOf(explanation), listOf(previewed));
      assert.equal(bill.summary?.total?.value, previewed.total);
      for (const rule of rules) assert.ok(namesOf(previewed).includes(rule), rule);
    },
  );

/** Returns the content of a list without the dates: only the preview explains a future date. */
const listOf = (shown: PreviewRebill | ChargeExplanation) => ({
  lines: shown.lines?.map(({ date_rules: _, notice_dts: __, ...line }) => line),
  coupons: shown.coupon_rules,
  shippingRules: shown.shipping_rules,
  taxRules: shown.tax_rules,
  amounts: [shown.subtotal, shown.discount, shown.shipping, shown.tax],
  credit: shown.store_credit,
  total: shown.total,
});

const namesOf = (shown: PreviewRebill): string[] => [
  ...(shown.lines ?? []).flatMap(({ price_rules = [] }) => price_rules.map(({ rule }) => rule!)),
  ...(shown.shipping_rules ?? []).map(({ rule }) => rule!),
  ...(shown.tax_rules ?? []).map(({ rule }) => rule!),
  ...(shown.coupon_rules ?? []).map(({ coupon_code: code }) => `coupon ${code}`),
  ...(shown.store_credit === undefined ? [] : ['store credit']),
];

/** Rules that never apply to a rebill. */
const ofPurchases = ['rate of the order'];

test('every rule of the code is in a row', () => {
  const shown = new Set(rows.flatMap(({ rules }) => rules));
  const missing = rulesOfCode().filter((rule) => !shown.has(rule) && !ofPurchases.includes(rule));
  assert.deepEqual(missing, []);
});

function rulesOfCode(): string[] {
  const read = (file: string) =>
    readFileSync(new URL(`../../server/src/${file}`, import.meta.url), 'utf8');
  const found = [
    ...namesIn(read('autoOrders/pricing.ts'), /^export type PriceRule =([^;]*);/m),
    ...namesIn(read('orders/taxTerms.ts'), /readonly rule:([^;]*);/),
    ...[...read('orders/shippingMethod.ts').matchAll(/\brule\('([^']+)'/g)].map(
      ([, name]) => name!,
    ),
  ];
  assert.ok(found.length >= 24, `${found.length} rules found`);
  return found;
}

const namesIn = (text: string, union: RegExp): string[] =>
  [...(union.exec(text)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, name]) => name!);
