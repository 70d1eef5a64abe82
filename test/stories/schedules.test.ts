// Stories in which nothing goes wrong: when an auto order ships, and for how much.
import assert from 'node:assert/strict';
import type { PreviewRebill } from '@perennial/contract/perennial.ts';
import { story } from '../support/stories.ts';

const coffee = {
  merchant_item_id: 'COFFEE',
  description: 'Coffee',
  pricing: { cost: 12.99 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] },
};
const tea = { merchant_item_id: 'TEA', description: 'Tea', pricing: { cost: 9.5 } };

story(
  'a trial becomes a monthly and then a yearly subscription',
  { on: '2026-01-10T09:00' },
  async (shop) => {
    await shop.sells(
      { merchant_item_id: 'APP', pricing: { cost: 99 } },
      {
        merchant_item_id: 'APP-TRIAL',
        pricing: { cost: 1 },
        auto_order: {
          auto_order_upsell: true,
          steps: [
            {
              type: 'item',
              recurring_merchant_item_id: 'APP',
              schedule: 'Biweekly',
              repeat_count: 1,
              arbitrary_unit_cost: 4.95,
            },
            {
              type: 'item',
              recurring_merchant_item_id: 'APP',
              schedule: 'Monthly',
              repeat_count: 3,
              arbitrary_unit_cost: 9.95,
            },
            { type: 'item', recurring_merchant_item_id: 'APP', schedule: 'Yearly' },
          ],
        },
      },
    );
    const ann = await shop.order([{ merchant_item_id: 'APP-TRIAL' }]);
    await shop.until('2028-06-01T00:00');
    await ann.lived(
      '2026-01-10 09:00 create',
      '2026-01-24 09:00 rebill: APP 4.95 = 4.95',
      '2026-02-24 09:00 rebill: APP 9.95 = 9.95',
      '2026-03-24 09:00 rebill: APP 9.95 = 9.95',
      '2026-04-24 09:00 rebill: APP 9.95 = 9.95',
      '2027-04-24 09:00 rebill: APP 99.00 = 99.00',
      '2028-04-24 09:00 rebill: APP 99.00 = 99.00',
    );
  },
);

story(
  'the 31st of January comes back after short months, in a leap year too',
  { on: '2028-01-31T10:00' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order([{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' }], {
      summary: { arbitrary_shipping_handling_total: { value: 5 } },
      taxes: { arbitrary_tax_rate: 8.25 },
    });
    const bill = 'rebill: COFFEE 12.99 + shipping 5.00 + tax 1.07 = 19.06';
    await shop.until('2028-08-01T00:00');
    await ann.lived(
      '2028-01-31 10:00 create',
      `2028-02-29 10:00 ${bill}`,
      `2028-03-31 10:00 ${bill}`,
      `2028-04-30 10:00 ${bill}`,
      `2028-05-31 10:00 ${bill}`,
      `2028-06-30 10:00 ${bill}`,
      `2028-07-31 10:00 ${bill}`,
    );
    await shop.until('2029-03-01T00:00');
    await ann.lived(
      `2028-08-31 10:00 ${bill}`,
      `2028-09-30 10:00 ${bill}`,
      `2028-10-31 10:00 ${bill}`,
      `2028-11-30 10:00 ${bill}`,
      `2028-12-31 10:00 ${bill}`,
      `2029-01-31 10:00 ${bill}`,
      `2029-02-28 10:00 ${bill}`,
    );
  },
);

story('the night without half past two, in New York', { on: '2026-02-22T02:30' }, async (shop) => {
  await shop.sells(coffee);
  const ann = await shop.order([{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Weekly' }]);
  await shop.until('2026-03-23T00:00');
  const bill = 'rebill: COFFEE 12.99 = 12.99';
  // On 8 March, the clocks go forward from two to three.
  await ann.lived(
    '2026-02-22 02:30 create',
    `2026-03-01 02:30 ${bill}`,
    `2026-03-08 03:30 ${bill}`,
    `2026-03-15 02:30 ${bill}`,
    `2026-03-22 02:30 ${bill}`,
  );
});

story(
  'the night with half past two twice, in Vienna',
  { on: '2026-10-11T02:30', zone: 'Europe/Vienna' },
  async (shop) => {
    await shop.sells(coffee);
    const ann = await shop.order([{ merchant_item_id: 'COFFEE', auto_order_schedule: 'Weekly' }]);
    await shop.until('2026-11-02T00:00');
    const bill = 'rebill: COFFEE 12.99 = 12.99';
    // On 25 October, half past two occurs twice; the customer is billed once.
    await ann.lived(
      '2026-10-11 02:30 create',
      `2026-10-18 02:30 ${bill}`,
      `2026-10-25 02:30 ${bill}`,
      `2026-11-01 02:30 ${bill}`,
    );
  },
);

story('a gift for three more months ends by itself', { on: '2026-01-15T12:00' }, async (shop) => {
  await shop.sells(coffee, {
    merchant_item_id: 'GIFT',
    pricing: { cost: 14 },
    auto_order: {
      auto_order_upsell: true,
      steps: [
        {
          type: 'item',
          recurring_merchant_item_id: 'COFFEE',
          schedule: 'Monthly',
          repeat_count: 3,
          arbitrary_unit_cost: 14,
          preshipment_notice_days: 3,
        },
      ],
    },
  });
  const ann = await shop.order([{ merchant_item_id: 'GIFT', quantity: 2 }]);
  // A preview shows the date of the notice before each rebill, which is the date when it is then
  // sent.
  const { rebills } = await ann.ask({ operation: 'previewAutoOrder' });
  assert.deepEqual(
    (rebills as PreviewRebill[]).map(({ lines }) => lines?.[0]?.notice_dts?.slice(0, 16)),
    ['2026-02-12T12:00', '2026-03-12T12:00', '2026-04-12T12:00'],
  );
  await shop.until('2027-01-01T00:00');
  const bill = 'rebill: 2 × COFFEE 14.00 = 28.00';
  await ann.lived(
    '2026-01-15 12:00 create',
    '2026-02-12 12:00 preshipment',
    `2026-02-15 12:00 ${bill}`,
    '2026-03-12 12:00 preshipment',
    `2026-03-15 12:00 ${bill}`,
    '2026-04-12 12:00 preshipment',
    `2026-04-15 12:00 ${bill}`,
    '2026-04-15 12:00 update: completed',
  );
});

story(
  'what is due on one day is one order, with add-ons for three of them',
  { on: '2026-01-05T08:00' },
  async (shop) => {
    await shop.sells(
      coffee,
      { ...tea, auto_order: coffee.auto_order },
      { merchant_item_id: 'FILTERS', pricing: { cost: 4 } },
    );
    const ann = await shop.order([
      { merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' },
      { merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' },
    ]);
    const [item] = (await ann.read()).items!;
    await ann.ask({
      operation: 'updateAutoOrderItemAddOns',
      params: { auto_order_item_oid: item!.auto_order_item_oid! },
      body: { add_on_items: [{ item_id: 'FILTERS', quantity: 2, next_x_orders: 3 }] },
    });
    await shop.until('2026-05-06T00:00');
    const withFilters = 'rebill: COFFEE 12.99 + TEA 9.50 + 2 × FILTERS 4.00 = 30.49';
    await ann.lived(
      '2026-01-05 08:00 create',
      '2026-01-05 08:00 update',
      `2026-02-05 08:00 ${withFilters}`,
      `2026-03-05 08:00 ${withFilters}`,
      `2026-04-05 08:00 ${withFilters}`,
      '2026-05-05 08:00 rebill: COFFEE 12.99 + TEA 9.50 = 22.49',
    );
  },
);

story(
  'those who signed up early keep their price through two changes',
  { on: '2026-01-10T09:00' },
  async (shop) => {
    const plan = (
      unitCost: number,
      old: readonly (readonly [until: string, unitCost: number])[],
    ) => ({
      merchant_item_id: 'PLAN',
      pricing: { cost: unitCost },
      auto_order: {
        auto_order_upsell: true,
        steps: [
          {
            type: 'item' as const,
            schedule: 'Monthly',
            arbitrary_unit_cost: unitCost,
            grandfather_pricing: old.map(([until, cost]) => ({
              on_or_before_date: `${until}T00:00:00-05:00`,
              unit_cost: cost,
            })),
          },
        ],
      },
    });
    await shop.sells(plan(20, []));
    const early = await shop.order([{ merchant_item_id: 'PLAN' }], { email: 'early@example.com' });
    await shop.until('2026-03-01T00:00');
    await shop.changes('PLAN', plan(25, [['2026-02-28', 20]]));
    const later = await shop.order([{ merchant_item_id: 'PLAN' }], { email: 'later@example.com' });
    await shop.until('2026-05-01T00:00');
    await shop.changes(
      'PLAN',
      plan(30, [
        ['2026-02-28', 20],
        ['2026-04-30', 25],
      ]),
    );
    const last = await shop.order([{ merchant_item_id: 'PLAN' }], { email: 'last@example.com' });
    await shop.until('2026-06-15T00:00');
    await early.lived(
      '2026-01-10 09:00 create',
      '2026-02-10 09:00 rebill: PLAN 20.00 = 20.00',
      '2026-03-10 09:00 rebill: PLAN 20.00 = 20.00',
      '2026-04-10 09:00 rebill: PLAN 20.00 = 20.00',
      '2026-05-10 09:00 rebill: PLAN 20.00 = 20.00',
      '2026-06-10 09:00 rebill: PLAN 20.00 = 20.00',
    );
    await later.lived(
      '2026-03-01 00:00 create',
      '2026-04-01 00:00 rebill: PLAN 25.00 = 25.00',
      '2026-05-01 00:00 rebill: PLAN 25.00 = 25.00',
      '2026-06-01 00:00 rebill: PLAN 25.00 = 25.00',
    );
    await last.lived('2026-05-01 00:00 create', '2026-06-01 00:00 rebill: PLAN 30.00 = 30.00');
  },
);
