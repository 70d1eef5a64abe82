// Tests the forms of coupons, items, shipping methods and tax rates: what is sent, and the undo.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ItemAutoOrderStep } from '@perennial/contract/item.ts';
import { draftOfItem, fieldsOfPart, itemBody } from '../../web/src/catalogue/forms.ts';
import {
  namingWords,
  pricesByRetry,
  pricesBySignUp,
  repeatWords,
  stepWords,
} from '../../web/src/catalogue/words.ts';
import {
  couponBody,
  draftOfCoupon,
  fieldsOfKind,
  kindField,
  kindOf,
  stateOfCoupon,
} from '../../web/src/coupons/forms.ts';
import { couponQueryOf, parseCouponList } from '../../web/src/coupons/list.ts';
import type { Draft } from '../../web/src/kit/draft.ts';
import {
  changedMethods,
  conditionWords,
  draftOfMethod,
  methodLabel,
  methodOf,
  rateKey,
  rateRows,
} from '../../web/src/shipping/forms.ts';
import {
  adjustmentOf,
  afterWords,
  draftOfStock,
  lowBody,
  stateOfStock,
  stockRows,
} from '../../web/src/stock/forms.ts';
import { draftOfTax, placeWords, ruleWords, taxBody } from '../../web/src/taxes/forms.ts';

const zone = 'America/New_York';
const coupon = {
  merchant_code: 'TEA',
  percent_off_items: { discount_percent: 10, items: ['TEA', 'CUP'] },
  expiration_dts: '2026-07-01T04:00:00Z',
};
const was = draftOfCoupon(coupon, zone);

const couponChanges: [what: string, to: Draft, body: object][] = [
  ['nothing', was, {}],
  ['a text', { ...was, description: ' Tea ' }, { description: 'Tea' }],
  ['an end that is taken away', { ...was, expiration_dts: '' }, { expiration_dts: null }],
  [
    'a part of the discount sends all of it',
    { ...was, discount_percent: '12.5' },
    { percent_off_items: { discount_percent: 12.5, items: ['TEA', 'CUP'] } },
  ],
  ['all items', { ...was, items: '' }, { percent_off_items: { discount_percent: 10, items: [] } }],
  [
    'another kind',
    { ...was, kind: 'free_shipping', shipping_methods: 'Ground\n\n Air ' },
    { free_shipping: { shipping_methods: ['Ground', 'Air'] } },
  ],
  ['a switch', { ...was, skip_on_rebill: 'yes' }, { skip_on_rebill: true }],
];
for (const [what, to, body] of couponChanges)
  test(`coupon: ${what}`, () => assert.deepEqual(couponBody(was, to), body));

test('an undone coupon has the discount that it had', () => {
  const to = { ...was, kind: 'free_shipping' };
  const { percent_off_items: part } = coupon;
  assert.deepEqual(couponBody(to, was), { percent_off_items: part });
});

test('the end of a coupon is shown in the zone of the merchant', () =>
  assert.equal(was['expiration_dts'], '2026-07-01T00:00'));

test('a kind with tiers stays as it is', () => {
  const tiered = { tiered_percent_off_subtotal: { tiers: [{ discount_percent: 5 }] } };
  const draft = draftOfCoupon(tiered, zone);
  assert.equal(kindOf(tiered), 'tiered_percent_off_subtotal');
  assert.equal(kindField(draft['kind'] ?? '').choices?.at(-1)?.label, 'As it is (with tiers)');
  assert.deepEqual(fieldsOfKind(draft['kind'] ?? ''), []);
  const body = couponBody(draft, { ...draft, description: 'Bulk' });
  assert.deepEqual(body, { description: 'Bulk' });
});

test('a coupon is not valid yet, is valid, and has expired', () => {
  const dates = { start_dts: '2026-06-01T00:00:00Z', expiration_dts: '2026-07-01T00:00:00Z' };
  const wordAt = (now: string) => stateOfCoupon(dates, now).word;
  assert.equal(wordAt('2026-05-31T23:59:59Z'), 'Not started');
  assert.equal(wordAt('2026-06-01T00:00:00Z'), 'Valid');
  assert.equal(wordAt('2026-07-01T00:00:00Z'), 'Ended');
  assert.equal(stateOfCoupon({}, '2026-07-01T00:00:00Z').word, 'Valid');
});

test('the address of the list becomes its request', () => {
  const state = parseCouponList({ q: 'tea', ended: 'hidden', sort: 'nonsense' });
  assert.deepEqual(couponQueryOf(state), {
    merchant_code_or_description: 'tea',
    exclude_expired: true,
  });
  assert.equal(state.sort, undefined);
});

const item = {
  description: 'Tea',
  pricing: { cost: 10, auto_order_cost: 9 },
  auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  options: [{ option_oid: 7, label: 'Grind', values: [{ option_value_oid: 8, value: 'Fine' }] }],
};
const itemWas = draftOfItem(item);
const itemChanges: [what: string, to: Draft, body: object][] = [
  ['nothing', itemWas, {}],
  ['a price', { ...itemWas, cost: '11.5' }, { pricing: { cost: 11.5 } }],
  ['no other price', { ...itemWas, auto_order_cost: '' }, { pricing: { auto_order_cost: null } }],
  [
    'the server refuses what is not a number',
    { ...itemWas, cost: 'x' },
    { pricing: { cost: 'x' } },
  ],
  [
    'schedules',
    { ...itemWas, auto_order_schedules: 'Monthly\nWeekly' },
    { auto_order: { auto_order_schedules: ['Monthly', 'Weekly'] } },
  ],
  [
    'a kit',
    { ...itemWas, components: 'CUP 2\nTEA BAG' },
    {
      kit: true,
      kit_definition: {
        components: [
          { component_merchant_item_id: 'CUP', quantity: 2 },
          { component_merchant_item_id: 'TEA BAG', quantity: 1 },
        ],
      },
    },
  ],
  [
    'an option keeps its ids',
    { ...itemWas, 'option:0:0': '1.25' },
    {
      options: [
        {
          option_oid: 7,
          label: 'Grind',
          values: [{ option_value_oid: 8, value: 'Fine', cost_change: 1.25 }],
        },
      ],
    },
  ],
];
for (const [what, to, body] of itemChanges)
  test(`item: ${what}`, () => assert.deepEqual(itemBody(item, itemWas, to), body));

test('each choice of an option has a field', () =>
  assert.deepEqual(
    fieldsOfPart('options', item).map(({ label }) => label),
    ['Grind: Fine'],
  ));

test('steps in words', () => {
  const steps = [
    { type: 'item', recurring_merchant_item_id: 'TEA', schedule: 'Monthly', repeat_count: 3 },
    { type: 'pause', pause_days: 90 },
    { type: 'pause until', pause_until_day_of_month: 28 },
    { type: 'loop' },
  ] as const;
  assert.deepEqual(
    steps.map((step) => `${stepWords(step)} | ${repeatWords(step)}`),
    [
      'TEA, Monthly | 3 ×',
      'Wait 90 days | –',
      'Wait until day 28 of the month | –',
      'Begin again | –',
    ],
  );
});

test('prices of steps that depend on the sign-up or on a retry', () => {
  const steps = [
    { type: 'item', grandfather_pricing: [{ on_or_before_date: '2024-01-01', unit_cost: 21 }] },
    { type: 'pause', pause_days: 90 },
    {
      type: 'item',
      arbitrary_unit_cost_schedules: [
        { retry_days: 3, arbitrary_unit_cost: 18 },
        { retry_days: 7, arbitrary_unit_cost: 15 },
      ],
    },
  ] satisfies ItemAutoOrderStep[];
  assert.deepEqual(pricesBySignUp(steps), [{ step: 1, when: '2024-01-01', cost: 21 }]);
  assert.deepEqual(pricesByRetry(steps), [
    { step: 3, when: '3', cost: 18 },
    { step: 3, when: '7', cost: 15 },
  ]);
});

const ground = {
  name: 'Ground',
  weight_uom: 'LB',
  free_from_subtotal: 75,
  rates: [{ countries: ['US', 'CA'], weight_up_to: 5, cost: 4.95 }, { cost: 12 }],
} as const;

test('a shipping method comes out of its form as it was', () => {
  const draft = draftOfMethod({ ...ground, rates: [...ground.rates] } as never);
  assert.deepEqual(methodOf(draft), ground);
  assert.equal(rateRows(draft), 3);
  const emptied = { ...draft, [rateKey(1, 'cost')]: '' };
  assert.equal(methodOf(emptied).rates?.length, 1);
  assert.equal(methodLabel(rateKey(1, 'cost')), 'Rate 2, cost');
});

test('a rate in words', () => {
  const money = (amount: number) => `$${amount}`;
  const [first, second] = ground.rates;
  assert.equal(conditionWords(first as never, 'LB', money), 'US, CA, up to 5 LB');
  assert.equal(conditionWords(second, 'LB', money), 'Everything else');
  assert.equal(conditionWords({ subtotal_up_to: 50 }, 'LB', money), 'up to $50');
});

test('one method changes, the others stay', () => {
  const [a, b, c] = [{ name: 'A' }, { name: 'B' }, { name: 'C' }];
  assert.deepEqual(changedMethods([a, b], 'A', c), [c, b]);
  assert.deepEqual(changedMethods([a, b], undefined, c), [a, b, c]);
  assert.deepEqual(changedMethods([a, b], 'A', undefined), [b]);
});

test('a tax rate: what changed is sent, and a choice can go back to the wider place', () => {
  const rate = { country_code: 'US', state_region: 'NY', tax_rate: 4, tax_shipping: true };
  const from = draftOfTax(rate);
  assert.deepEqual(taxBody(from, { ...from, tax_rate: '4.5', tax_shipping: '' }), {
    tax_rate: 4.5,
    tax_shipping: null,
  });
  assert.deepEqual(taxBody(from, { ...from, tax_shipping: 'no' }), { tax_shipping: false });
  assert.equal(placeWords(rate), 'NY, US');
  assert.equal(
    ruleWords({ ...rate, exempt_digital_items: true }),
    'shipping taxed · digital items not taxed',
  );
});

const counted = (id: string, level: number, more = {}) => ({
  merchant_item_id: id,
  shipping: {
    track_inventory: true,
    distribution_centers: [
      {
        distribution_center_code: 'DFLT',
        inventory_level: level,
        reorder_inventory_level: 5,
        sku: 'S1',
        ...more,
      },
    ],
  },
});

test('what needs a person is first in the stock', () => {
  const once = { merchant_item_id: 'PDF', shipping: { distribution_centers: [] } };
  const promised = counted('C', 9, { available_to_allocate: 0 });
  const rows = stockRows([counted('A', 6), counted('B', 5), promised, counted('D', 0), once]);
  assert.deepEqual(
    rows.map((row) => `${row.itemId} ${stateOfStock(row).word}`),
    ['C Sold out', 'D Sold out', 'B Low', 'A Enough'],
  );
});

test('an adjustment changes what is there and what is free, and nothing else', () => {
  const item = counted('A', 6.1, { available_to_allocate: 4 });
  const draft = draftOfStock(item, 'DFLT');
  assert.deepEqual(draft, { change: '', reason: '', low_at: '5' });
  assert.equal(adjustmentOf('DFLT', draft), undefined);
  assert.deepEqual(adjustmentOf('DFLT', { ...draft, change: '-0.2', reason: ' Broken ' }), {
    distribution_center_code: 'DFLT',
    change: -0.2,
    reason: 'Broken',
  });
  const wrong = adjustmentOf('DFLT', { ...draft, change: 'some' });
  assert.equal(wrong?.change, 'some' as never, 'the server names the fault');
  const [center] = lowBody(item, 'DFLT', '').shipping!.distribution_centers!;
  assert.deepEqual(center, {
    distribution_center_code: 'DFLT',
    inventory_level: 6.1,
    available_to_allocate: 4,
    sku: 'S1',
  });
  const [low] = lowBody(item, 'DFLT', '9').shipping!.distribution_centers!;
  assert.equal(low?.reorder_inventory_level, 9);
  assert.equal(
    afterWords(item, 'DFLT', { ...draft, change: '2' }),
    'There are 6.1 now, and 8.1 afterwards.',
  );
});

test('the uses of an item are counted and named', () => {
  const table: [use: Parameters<typeof namingWords>[0], words: string][] = [
    [{ kind: 'kit', count: 1, names: ['BOX'] }, '1 kit contains it: BOX'],
    [{ kind: 'step', count: 3, names: ['A', 'B'] }, '3 items have a step with it: A, B and 1 more'],
    [{ kind: 'next_item', count: 1 }, '1 auto order ships it next'],
    [{ kind: 'next_item', count: 10_000 }, '10,000+ auto orders ship it next'],
  ];
  for (const [use, words] of table) assert.equal(namingWords(use), words);
});
