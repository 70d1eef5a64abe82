// Stories of coupons of an original order, and their effect on its rebills.
import assert from 'node:assert/strict';
import type { Coupon } from '@perennial/contract/coupon.ts';
import type { Customer } from '@perennial/contract/customer.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import { type KindName, kindNames } from '../../server/src/coupons/kinds.ts';
import { kindTrials } from '../support/couponKinds.ts';
import { type Shop, type Subscriber, story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
};
const monthly = [{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }];
const tenPercent = { merchant_code: 'TEN', percent_off_subtotal: { discount_percent: 10 } };
const withTen = { coupons: [{ coupon_code: 'ten' }] };
const full = 'rebill: COFFEE 12.99 = 12.99';
const reduced = 'rebill: COFFEE 12.99 + coupon -1.30 = 11.69';

story('a coupon for three rebills', { on: '2026-01-15T10:00' }, async (shop) => {
  await shop.sells(coffee);
  await shop.offers({ ...tenPercent, expiration_dts: '2026-04-20' });
  const ann = await shop.order(monthly, withTen);
  const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 4 } });
  assert.deepEqual(
    rebills.map(({ total, coupon_rules: [rule] = [] }: PreviewRebill) => [
      total,
      rule?.detail,
      rule?.left,
    ]),
    [
      [11.69, 'from the original order', 11.69],
      [11.69, 'from the original order', 11.69],
      [11.69, 'from the original order', 11.69],
      [12.99, 'has expired', 12.99],
    ],
  );
  await shop.until('2026-05-16T00:00');
  await ann.lived(
    '2026-01-15 10:00 create',
    `2026-02-15 10:00 ${reduced}`,
    `2026-03-15 10:00 ${reduced}`,
    `2026-04-15 10:00 ${reduced}`,
    `2026-05-15 10:00 ${full}`,
  );
  const bills = await ann.bills('coupon');
  assert.deepEqual(
    bills.map(({ coupons }) => coupons?.map(({ base_coupon_code: code }) => code)),
    [['TEN'], ['TEN'], ['TEN'], []],
  );
  const { explanation } = await ann.ask({
    operation: 'explainOrder',
    params: { order_id: bills[0]!.order_id! },
  });
  assert.deepEqual(explanation.coupon_rules, [
    {
      coupon_code: 'ten',
      detail: 'from the original order',
      discount: 1.3,
      shipping_discount: 0,
      left: 11.69,
    },
  ]);
  assert.deepEqual(explanation.differences, []);
});

story(
  'every kind of coupon takes off as much on the rebill as at the purchase',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    const mug = { ...coffee, merchant_item_id: 'MUG', description: 'Mug', pricing: { cost: 8 } };
    await shop.sells(coffee, mug);
    const subscribers: [KindName, Subscriber][] = [];
    for (const [index, name] of kindNames.entries()) {
      const merchant_code = `KIND${index}`;
      await shop.offers({ merchant_code, [name]: kindTrials[name].part });
      const subscriber = await shop.order(
        [
          { ...monthly[0]!, quantity: 2 },
          { ...monthly[0]!, merchant_item_id: 'MUG' },
        ],
        {
          email: `${name}@example.com`,
          coupons: [{ coupon_code: merchant_code }],
          shipping: { country_code: 'US', shipping_method: 'Ground' },
          summary: { arbitrary_shipping_handling_total: { value: 5 } },
        },
      );
      subscribers.push([name, subscriber]);
    }
    const previews = new Map<KindName, number>();
    for (const [name, subscriber] of subscribers) {
      const query = { count: 1 };
      const { rebills } = await subscriber.ask({ operation: 'previewAutoOrder', query });
      previews.set(name, rebills[0].total);
    }
    await shop.until('2026-02-16T00:00');
    for (const [name, subscriber] of subscribers) {
      const { lines, shipping } = kindTrials[name];
      const expected = { lines: [...lines], shipping };
      const [rebill] = await subscriber.bills('summary,item');
      const { auto_order: read } = await subscriber.ask({
        operation: 'getAutoOrder',
        query: { _expand: 'original_order,original_order.summary,original_order.item' },
      });
      assert.deepEqual(takenOff(read.original_order), expected, `the purchase with ${name}`);
      assert.deepEqual(takenOff(rebill!), expected, `the rebill with ${name}`);
      const total = 3898 - lines[0] - lines[1] - shipping;
      assert.equal(rebill?.summary?.total?.value, total / 100);
      assert.equal(previews.get(name), total / 100);
    }
  },
);

/** Returns the amounts in cents that coupons took off the lines and the shipping of an order. */
const takenOff = ({ items = [], summary }: Order) => ({
  lines: items.map(({ discount }) => Math.round((discount?.value ?? 0) * 100)),
  shipping: Math.round((summary?.shipping_handling_total_discount?.value ?? 0) * 100),
});

const settings: readonly [what: string, settings: object, coupon: object, line: string][] = [
  ['by a coupon that skips rebills', {}, { skip_on_rebill: true }, full],
  ['by the merchant’s setting', { skip_original_coupons: true }, {}, full],
  ['after its end', {}, { expiration_dts: '2026-02-01' }, full],
  [
    'after its end by the merchant’s setting: not',
    { ignore_coupon_expiration: true },
    { expiration_dts: '2026-02-01' },
    reduced,
  ],
];

for (const [what, given, coupon, line] of settings)
  story(
    `a rebill without the coupon of its order, ${what}`,
    { on: '2026-01-15T10:00', settings: given as Record<string, unknown> },
    async (shop: Shop) => {
      await shop.sells(coffee);
      await shop.offers({ ...tenPercent, ...coupon });
      const ann = await shop.order(monthly, withTen);
      await shop.until('2026-02-16T00:00');
      await ann.lived('2026-01-15 10:00 create', `2026-02-15 10:00 ${line}`);
    },
  );

/** Whether a retry can use a coupon of the catalogue, and the amount that is charged with it. */
const retryCoupons: [what: string, coupon: Coupon, charged: number | undefined][] = [
  ['a percentage', { percent_off_subtotal: { discount_percent: 50 } }, 6.5],
  ['an amount', { amount_off_subtotal: { discount_amount: 3 } }, 9.99],
  ['one that has ended', { ...tenPercent, expiration_dts: '2026-02-15T12:00' }, 12.99],
  ['free shipping', { free_shipping: {} }, undefined],
  [
    'one for certain items',
    { amount_off_items: { discount_amount: 1, items: ['COFFEE'] } },
    undefined,
  ],
  [
    'one with a condition',
    { amount_off_subtotal_with_purchase: { discount_amount: 1, purchase_amount: 5 } },
    undefined,
  ],
  ['one for each customer once', { ...tenPercent, usable_by: 'OncePerCustomer' }, undefined],
];

for (const [what, coupon, charged] of retryCoupons)
  story(
    `a retry and a coupon of the catalogue: ${what}`,
    { on: '2026-01-15T10:00' },
    async (shop) => {
      await shop.sells(coffee);
      await shop.offers({ ...coupon, merchant_code: 'STAY' });
      const ann = await shop.order(monthly);
      const setRetries = () =>
        ann.ask({
          operation: 'updateMerchantSettings',
          body: { dunning: { retry_days: [1], retry_coupon_codes: [' stay '] } },
        });
      const setReceivables = () =>
        ann.ask({
          operation: 'updateAccountsReceivableRetryConfig',
          body: {
            active: true,
            daily_activity_list: [{ day: 1, charge: true, coupon_code: 'stay' }],
          },
        });
      if (charged === undefined) {
        await assert.rejects(setRetries(), /retry_coupon_codes\[0\] names .*stay.*cannot|can use/);
        await assert.rejects(setReceivables(), /coupon_code names stay, .*can use/);
        return;
      }
      await setReceivables();
      await setRetries();
      await ann.ask({
        operation: 'updateAutoOrderPayment',
        body: {
          card_number_token: `tok_decline_1x-${what}`,
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      });
      await shop.until('2026-02-16T09:00');
      const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
      assert.equal(rebills[0].total, charged);
      await shop.until('2026-02-17T00:00');
      const [bill] = await ann.bills('summary,coupon');
      assert.equal(bill?.summary?.total?.value, charged);
    },
  );

const half = {
  coupons: [{ code: 'HALF', percent: 50 }],
  dunning: { retry_days: [1], retry_coupon_codes: ['HALF'] },
};
const spared: [
  what: string,
  settings: Readonly<Record<string, unknown>>,
  profile: Customer,
  charged: number,
][] = [
  ['an item that excludes coupons', half, {}, 14.5],
  ['a customer who gets none', half, { no_coupons: true }, 20.99],
  [
    'the retry of Accounts Receivable',
    {
      store_declined_rebills: true,
      coupons: half.coupons,
      dunning: { retry_days: [], at_end: 'disable' },
    },
    {},
    14.5,
  ],
];
for (const [what, settings, profile, charged] of spared)
  story(
    `the coupon of a retry spares ${what}`,
    { on: '2026-01-15T10:00', settings },
    async (shop) => {
      const mug = { ...coffee, merchant_item_id: 'MUG', pricing: { cost: 8 } };
      await shop.sells(coffee, { ...mug, restriction: { exclude_coupon: true } });
      await shop.profile({ email: 'ann@example.com', ...profile });
      const both = [...monthly, { ...monthly[0]!, merchant_item_id: 'MUG' }];
      const ann = await shop.order(both);
      await ann.ask({
        operation: 'updateAccountsReceivableRetryConfig',
        body: {
          active: true,
          daily_activity_list: [{ day: 1, charge: true, coupon_code: 'HALF' }],
        },
      });
      await ann.ask({
        operation: 'updateAutoOrderPayment',
        body: {
          card_number_token: `tok_decline_1x-${what}`,
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      });
      await shop.until('2026-02-18T00:00');
      const [bill] = await ann.bills('summary,coupon');
      assert.equal(bill?.summary?.total?.value, charged);
    },
  );

story(
  'free shipping, and the coupon of a retry on what is left',
  {
    on: '2026-01-15T10:00',
    settings: {
      dunning: { retry_days: [1], retry_coupon_codes: ['HALF'] },
      coupons: [{ code: 'HALF', percent: 50 }],
    },
  },
  async (shop) => {
    await shop.sells(coffee);
    await shop.offers({
      merchant_code: 'TEN',
      percent_off_subtotal_and_free_shipping: { discount_percent: 10 },
    });
    const ann = await shop.order(monthly, {
      ...withTen,
      summary: { arbitrary_shipping_handling_total: { value: 5 } },
    });
    await ann.ask({
      operation: 'updateAutoOrderPayment',
      body: {
        card_number_token: 'tok_decline_1x-coupon',
        card_expiration_month: 12,
        card_expiration_year: 2040,
      },
    });
    await shop.until('2026-02-17T00:00');
    const [bill] = await ann.bills('summary,coupon');
    const { summary = {}, coupons = [] } = bill!;
    assert.deepEqual(
      [
        summary.subtotal?.value,
        summary.subtotal_discount?.value,
        summary.shipping_handling_total?.value,
        summary.shipping_handling_total_discount?.value,
        summary.total?.value,
      ],
      [12.99, 7.14, 5, 5, 5.85],
    );
    assert.deepEqual(
      coupons.map(({ coupon_code: code }) => code),
      ['ten', 'HALF'],
    );
  },
);

story(
  'a customer who gets no coupons any more pays the full price',
  { on: '2026-01-15T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    await shop.offers(tenPercent);
    const change = await shop.profile({ email: 'ann@example.com' });
    const ann = await shop.order(monthly, withTen);
    await shop.until('2026-02-16T00:00');
    await change({ no_coupons: true });
    const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 1 } });
    assert.deepEqual(
      rebills.map(({ total, coupon_rules: [rule] = [] }: PreviewRebill) => [total, rule?.detail]),
      [[12.99, 'is not for this customer']],
    );
    await shop.until('2026-03-16T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      `2026-02-15 10:00 ${reduced}`,
      `2026-03-15 10:00 ${full}`,
    );
  },
);

story(
  'a pricing tier that is not valid with coupons counts when the coupon of the order has ended',
  {
    on: '2026-01-15T10:00',
    settings: { shipping_methods: [{ name: 'Ground', rates: [{ countries: ['US'], cost: 5 }] }] },
  },
  async (shop) => {
    await shop.sells(coffee);
    await shop.offers({ ...tenPercent, expiration_dts: '2026-03-01' });
    await shop.tiers({
      name: 'Club',
      default_percentage_discount: 20,
      free_shipping: true,
      not_valid_when_coupon_present: true,
    });
    await shop.profile({ email: 'ann@example.com', pricing_tiers: [{ name: 'Club' }] });
    const shipping = { country_code: 'US', shipping_method: 'Ground' };
    const ann = await shop.order(monthly, { ...withTen, shipping });
    const estimated = async (...codes: string[]) => {
      const body = {
        billing: { email: 'ann@example.com' },
        shipping,
        items: monthly,
        coupons: codes.map((coupon_code) => ({ coupon_code })),
      };
      return (await ann.ask({ operation: 'estimatePricing', body })).estimate.total;
    };
    // The first is 12.99 less 10 % and 5.00 for shipping. The others are 12.99 less 20 %, with free
    // shipping.
    assert.deepEqual(
      await Promise.all([estimated('ten'), estimated(), estimated('no')]),
      [16.69, 10.39, 10.39],
    );
    const { auto_order: read } = await ann.ask({
      operation: 'getAutoOrder',
      query: { _expand: 'original_order,original_order.summary' },
    });
    assert.equal(read.original_order.summary.total.value, 16.69);
    const { rebills } = await ann.ask({ operation: 'previewAutoOrder', query: { count: 3 } });
    assert.deepEqual(
      rebills.map(({ total }: PreviewRebill) => total),
      [16.69, 10.39, 10.39],
    );
    await shop.until('2026-03-16T00:00');
    await ann.lived(
      '2026-01-15 10:00 create',
      '2026-02-15 10:00 rebill: COFFEE 12.99 + coupon -1.30 + shipping 5.00 = 16.69',
      '2026-03-15 10:00 rebill: COFFEE 10.39 = 10.39',
    );
  },
);
