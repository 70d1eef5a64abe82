// Tests that amounts and quantities too large to be added up, and card types that no response can
// contain, are refused on input. The refusal names the field and the fix.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestAnswer, testApp } from '../support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

const tooLarge = 10_000_000_001;
const largest = 10_000_000_000;
const line = { merchant_item_id: 'TEA', quantity: 1, auto_order_schedule: 'Monthly' };

const insertOrder = (change: object, lines: readonly object[] = [{}]) =>
  app.request({
    operation: 'insertOrder',
    body: {
      billing: { first_name: 'Ann', email: 'ann@example.com', country_code: 'US' },
      items: lines.map((each) => ({ ...line, ...each })),
      payment: { payment_method: 'Cash' },
      ...change,
    },
    query: { _expand: 'summary' },
  });

const money = (value: number) => ({ value });
const options = (...changes: readonly number[]) =>
  changes.map((value) => ({ label: 'Size', value: 'L', cost_change: money(value) }));

const orders: readonly (readonly [
  what: string,
  field: string,
  () => ReturnType<typeof insertOrder>,
])[] = [
  [
    'a unit cost',
    'items[0].arbitrary_unit_cost',
    () => insertOrder({}, [{ arbitrary_unit_cost: money(tooLarge) }]),
  ],
  [
    'a negative unit cost',
    'items[0].arbitrary_unit_cost',
    () => insertOrder({}, [{ arbitrary_unit_cost: money(-1) }]),
  ],
  ['no quantity', 'items[0].quantity', () => insertOrder({}, [{ quantity: 0 }])],
  ['a negative quantity', 'items[0].quantity', () => insertOrder({}, [{ quantity: -1 }])],
  ['a quantity', 'items[0].quantity', () => insertOrder({}, [{ quantity: 100_001 }])],
  [
    'a quantity of five decimals',
    'items[0].quantity',
    () => insertOrder({}, [{ quantity: 0.00001 }]),
  ],
  [
    'a line',
    'items[0].quantity',
    () => insertOrder({}, [{ quantity: 100_000, arbitrary_unit_cost: money(100_001) }]),
  ],
  [
    'an option',
    'items[0].options[0].cost_change',
    () => insertOrder({}, [{ options: options(tooLarge) }]),
  ],
  [
    'options together',
    'items[0].quantity',
    () => insertOrder({}, [{ options: options(largest, largest) }]),
  ],
  [
    'an option’s fee',
    'items[0].quantity',
    () =>
      insertOrder({}, [
        { options: options(largest, largest).map((each) => ({ ...each, one_time_fee: true })) },
      ]),
  ],
  [
    'a taxable cost with its quantity',
    'items[0].quantity',
    () => insertOrder({}, [{ quantity: 100_000, taxable_cost: money(largest) }]),
  ],
  [
    'a fee of a small quantity',
    'items[0].quantity',
    () =>
      insertOrder({}, [
        { quantity: 0.0001, options: [{ ...options(largest)[0], one_time_fee: true }] },
      ]),
  ],
  [
    'lines together',
    'items',
    () =>
      insertOrder({}, [
        { arbitrary_unit_cost: money(largest) },
        { arbitrary_unit_cost: money(largest) },
      ]),
  ],
  [
    'shipping',
    'summary.arbitrary_shipping_handling_total',
    () => insertOrder({ summary: { arbitrary_shipping_handling_total: money(tooLarge) } }),
  ],
  [
    'shipping with the line',
    'items',
    () => insertOrder({ summary: { arbitrary_shipping_handling_total: money(largest) } }),
  ],
  ['a gift', 'gift.gift_charge', () => insertOrder({ gift: { gift_charge: money(tooLarge) } })],
  ['a tax', 'taxes.arbitrary_tax', () => insertOrder({ taxes: { arbitrary_tax: tooLarge } })],
  [
    'a tax rate',
    'taxes.arbitrary_tax_rate',
    () => insertOrder({ taxes: { arbitrary_tax_rate: 101 } }),
  ],
  ['a tax with the line', 'items', () => insertOrder({ taxes: { arbitrary_tax: largest } })],
  [
    'an exchange rate',
    'exchange_rate',
    () => insertOrder({ currency_code: 'JPY', exchange_rate: 999_999_999_999 }),
  ],
  [
    'an exchange rate with its order',
    'exchange_rate',
    () =>
      insertOrder({ currency_code: 'KRW', exchange_rate: 1_300 }, [
        { arbitrary_unit_cost: money(largest) },
      ]),
  ],
  [
    'an exchange rate of 0',
    'exchange_rate',
    () => insertOrder({ currency_code: 'JPY', exchange_rate: 0 }),
  ],
  [
    'a negative exchange rate',
    'exchange_rate',
    () => insertOrder({ currency_code: 'JPY', exchange_rate: -1 }),
  ],
];

for (const [what, field, send] of orders)
  test(`an order: ${what}`, async () => isRefused(await send(), field));

test('an order at the bounds is accepted and billed as it is', async () => {
  const { status, body, text } = await insertOrder({}, [
    { quantity: 100_000, arbitrary_unit_cost: money(100_000) },
  ]);
  assert.equal(status, 200, text);
  assert.equal(body.order.summary?.total?.value, largest);
});

test('a unit price that cannot be counted in the currency that is shown', async () => {
  const shown = { currency_code: 'KRW', exchange_rate: 90_000 };
  const { status, body, text } = await app.request({
    operation: 'insertOrder',
    body: {
      ...shown,
      billing: { first_name: 'Ann', email: 'ann@example.com', country_code: 'US' },
      items: [{ ...line, quantity: 0.0001, arbitrary_unit_cost: money(largest) }],
      payment: { payment_method: 'Cash' },
    },
    query: { _expand: 'item' },
  });
  assert.equal(status, 200, text);
  const cost = body.order.items?.[0]?.cost;
  assert.deepEqual([cost?.value, cost?.localized], [largest, largest * 90_000]);
});

const smallest = [1e-99, 1e-100, Number.MIN_VALUE];

test('the smallest numbers that a client can write are numbers', async () => {
  for (const [index, tiny] of smallest.entries()) {
    const shown = { currency_code: 'EUR', exchange_rate: tiny };
    assert.equal((await insertOrder(shown)).status, 200, `an exchange rate of ${tiny}`);
    const taxed = await insertOrder({ taxes: { arbitrary_tax_rate: tiny } });
    assert.equal(taxed.status, 200, `a tax rate of ${tiny}`);
    const merchant_code = `TINY${index}`;
    const body = { merchant_code, percent_off_subtotal: { discount_percent: tiny } };
    assert.equal((await app.request({ operation: 'insertCoupon', body })).status, 200);
    const off = await insertOrder({ coupons: [{ coupon_code: merchant_code }] });
    assert.equal(off.body.order?.summary?.total?.value, 10, `a coupon of ${tiny} %`);
  }
});

const items: readonly (readonly [field: string, body: object])[] = [
  ['pricing.cost', { pricing: { cost: tooLarge } }],
  ['pricing.sale_cost', { pricing: { cost: 1, sale_cost: tooLarge } }],
  ['pricing.auto_order_cost', { pricing: { cost: 1, auto_order_cost: -1 } }],
  [
    'auto_order.steps[0].arbitrary_unit_cost',
    {
      pricing: { cost: 1 },
      auto_order: {
        auto_order_upsell: true,
        steps: [{ type: 'item', schedule: 'Monthly', arbitrary_unit_cost: tooLarge }],
      },
    },
  ],
];

for (const [index, [field, body]] of items.entries())
  test(`an item: ${field}`, async () =>
    isRefused(
      await app.request({
        operation: 'insertItem',
        body: { merchant_item_id: `ITEM${index}`, ...body },
      }),
      field,
    ));

const profiles: readonly (readonly [field: string, change: object])[] = [
  // It would have shipped free from the first cent.
  ['free_shipping_minimum', { free_shipping: true, free_shipping_minimum: 40.005 }],
  ['free_shipping_minimum', { free_shipping: true, free_shipping_minimum: -1 }],
  ['minimum_subtotal', { minimum_subtotal: tooLarge }],
];
for (const [index, [field, change]] of profiles.entries())
  test(`a customer: ${JSON.stringify(change)}`, async () => {
    const body = { email: `profile${index}@example.com`, ...change };
    isRefused(await app.request({ operation: 'insertCustomer', body }), field);
  });

const changes: readonly (readonly [field: string, change: object])[] = [
  ['original_quantity', { original_quantity: 100_001 }],
  ['original_quantity', { original_quantity: 0 }],
  ['arbitrary_quantity', { arbitrary_quantity: -1 }],
  ['arbitrary_quantity', { arbitrary_quantity: 1e11 }],
  ['arbitrary_unit_cost', { arbitrary_unit_cost: tooLarge }],
  ['arbitrary_unit_cost', { arbitrary_unit_cost: -0.01 }],
  ['arbitrary_unit_cost', { arbitrary_unit_cost: 0.001 }],
  ['arbitrary_quantity', { arbitrary_unit_cost: largest, arbitrary_quantity: 2 }],
  ['life_time_value', { life_time_value: tooLarge }],
  ['rebill_value', { rebill_value: tooLarge }],
  ['arbitrary_percentage_discount', { arbitrary_percentage_discount: 101 }],
  ['add_ons[0].quantity', { add_ons: [{ item_id: 'TEA', quantity: 100_001 }] }],
  ['add_ons[0].quantity', { add_ons: [{ item_id: 'TEA', quantity: -1 }] }],
  [
    'add_ons[0].arbitrary_unit_cost',
    { add_ons: [{ item_id: 'TEA', arbitrary_unit_cost: tooLarge }] },
  ],
  [
    'add_ons[0].quantity',
    { add_ons: [{ item_id: 'TEA', quantity: 100_000, arbitrary_unit_cost: largest }] },
  ],
];

const autoOrder = await subscribed();
for (const [field, change] of changes)
  test(`an auto order: ${JSON.stringify(change)}`, async () => {
    const body = { items: [{ auto_order_item_oid: autoOrder.item, ...change }] };
    const params = { auto_order_oid: autoOrder.oid };
    isRefused(
      await app.request({ operation: 'updateAutoOrder', params, body }),
      `items[0].${field}`,
    );
  });

const cards: readonly (readonly [sent: string, stored: string | undefined])[] = [
  ['VISA', 'VISA'],
  ['Mastercard', 'MasterCard'],
  ['Monopoly', undefined],
];
for (const [card_type, stored] of cards)
  test(`a card of the type ${card_type}`, async () => {
    const answer = await app.request({
      operation: 'updateAutoOrderPayment',
      params: { auto_order_oid: autoOrder.oid },
      body: {
        card_number_token: 'tok_new',
        card_expiration_month: 12,
        card_expiration_year: 2030,
        card_type,
      },
    });
    if (stored === undefined) return isRefused(answer, 'card_type');
    assert.equal(answer.status, 200, answer.text);
    const { body } = await app.request({
      operation: 'getAutoOrder',
      params: { auto_order_oid: autoOrder.oid },
      query: { _expand: 'original_order,original_order.payment' },
    });
    assert.equal(body.auto_order.original_order?.payment?.credit_card?.card_type, stored);
  });

async function subscribed(): Promise<{ oid: number; item: number }> {
  const { body: inserted } = await insertOrder({});
  const { body } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: inserted.order.order_id },
    query: { _expand: 'items' },
  });
  const { auto_order_oid: oid, items: lines } = body.auto_order;
  return { oid, item: lines[0].auto_order_item_oid };
}

/**
 * Asserts that the request is refused with 400, and that the message names the field and the fix.
 */
function isRefused({ status, text, body }: TestAnswer, field: string): void {
  assert.equal(status, 400, text);
  const message: string = body.error.user_message;
  assert.ok(message.includes(field), message);
  assert.match(message, /Send |Give /);
}
