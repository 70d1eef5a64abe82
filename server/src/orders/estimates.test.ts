// Tests the price of a cart: an estimate is the same as the price of an order inserted after it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { PricingEstimateRequest } from '@perennial/contract/pricing.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';

const app = await testApp();

async function ask<Id extends OperationId>(request: TestRequest<Id>, status = 200) {
  const answer = await app.request(request);
  assert.equal(answer.status, status, answer.text);
  return answer.body;
}

await ask({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 20, auto_order_cost: 18 },
    physical: { weight: { uom: 'LB', value: 2 } },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    shipping: {
      track_inventory: true,
      distribution_centers: [
        { distribution_center_code: 'DFLT', handles: true, inventory_level: 10 },
      ],
    },
  },
});
await ask({
  operation: 'updateMerchantSettings',
  body: {
    shipping_methods: [
      { name: 'Air', rates: [{ cost: 20 }] },
      { name: 'Ground', handling: 0.5, rates: [{ countries: ['US'], cost: 7 }] },
    ],
  },
});
await ask({
  operation: 'insertTaxRate',
  body: { country_code: 'US', state_region: 'NV', tax_rate: 4.6, tax_shipping: true },
});
await ask({
  operation: 'insertTaxRate',
  body: { country_code: 'US', state_region: 'NV', city: 'Reno', tax_rate: 3.665 },
});
await ask({
  operation: 'insertCoupons',
  body: { coupons: [{ merchant_code: 'TEN', percent_off_subtotal: { discount_percent: 10 } }] },
});
await ask({
  operation: 'insertCustomer',
  body: { email: 'exempt@example.com', tax_exempt: true },
});

const reno = { country_code: 'US', state_region: 'NV', city: 'Reno' };
const cart = (change: PricingEstimateRequest = {}): PricingEstimateRequest => ({
  items: [{ merchant_item_id: 'TEA', quantity: 2 }],
  shipping: { ...reno, shipping_method: 'Ground' },
  ...change,
});

const carts: readonly [what: string, cart: PricingEstimateRequest][] = [
  ['a cart', cart()],
  ['of nothing that ships', cart({ shipping: reno })],
  ['with a coupon', cart({ coupons: [{ coupon_code: 'TEN' }] })],
  ['on auto order', cart({ items: [{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }] })],
  [
    'with options',
    cart({
      items: [
        {
          merchant_item_id: 'TEA',
          quantity: 3,
          options: [
            { label: 'Bag', value: 'paper', cost_change: { value: 1.5 } },
            { label: 'Tin', value: 'yes', cost_change: { value: 4 }, one_time_fee: true },
          ],
        },
      ],
    }),
  ],
  ['of a tax exempt customer', cart({ billing: { email: 'exempt@example.com' } })],
  ['with a named tax', cart({ taxes: { arbitrary_tax_rate: 5 } })],
  ['elsewhere', cart({ shipping: { country_code: 'CA', shipping_method: 'Air' } })],
];

for (const [what, body] of carts)
  test(`the estimate is what the order costs: ${what}`, async () => {
    const { estimate } = await ask({ operation: 'estimatePricing', body });
    const { order } = await ask({
      operation: 'insertOrder',
      query: { _expand: 'summary' },
      body: {
        billing: { email: 'new@example.com' },
        ...body,
        payment: { payment_method: 'Check' },
      },
    });
    const { summary } = order;
    assert.deepEqual(
      [
        estimate.subtotal,
        estimate.discount,
        estimate.shipping,
        estimate.shipping_discount,
        estimate.tax,
        estimate.total,
      ],
      [
        summary.subtotal.value,
        summary.subtotal_discount.value,
        summary.shipping_handling_total.value,
        summary.shipping_handling_total_discount.value,
        summary.tax.value,
        summary.total.value,
      ],
    );
    assert.equal(estimate.tax_rules.at(-1)?.tax, estimate.tax);
    assert.deepEqual(estimate.refusals, []);
  });

test('an estimate names the rules, and every method that ships there', async () => {
  const { estimate } = await ask({
    operation: 'estimatePricing',
    body: cart({ coupons: [{ coupon_code: 'TEN' }] }),
  });
  assert.deepEqual(estimate.lines, [
    {
      merchant_item_id: 'TEA',
      quantity: 2,
      unit_cost: 20,
      subtotal: 40,
      discount: 4,
      total: 36,
    },
  ]);
  assert.deepEqual(
    estimate.shipping_rules.map(({ rule, amount }: { rule: string; amount: number }) => [
      rule,
      amount,
    ]),
    [
      ['Ground', 7],
      ['handling', 7.5],
    ],
  );
  assert.deepEqual(
    estimate.tax_rules.map(({ rule, tax }: { rule: string; tax: number }) => [rule, tax]),
    [
      ['state rate', 2],
      ['city rate', 3.6],
    ],
  );
  assert.deepEqual(estimate.shipping_methods, [
    { shipping_method: 'Ground', shipping: 7.5, shipping_discount: 0, tax: 3.6, total: 47.1 },
    { shipping_method: 'Air', shipping: 20, shipping_discount: 0, tax: 4.63, total: 60.63 },
  ]);
});

test('what an insert would refuse or warn of is told with the price', async () => {
  const { estimate } = await ask({
    operation: 'estimatePricing',
    body: cart({
      items: [{ merchant_item_id: 'TEA', quantity: 11 }],
      shipping: { country_code: 'CA', shipping_method: 'Ground' },
      coupons: [{ coupon_code: 'NONE' }],
    }),
  });
  assert.equal(estimate.total, 220);
  assert.match(
    estimate.refusals[0],
    /^shipping\.shipping_method Ground does not ship this order\./,
  );
  assert.match(estimate.refusals[1], /items\[0\].*only \d+ of TEA are left/);
  assert.match(estimate.warnings[0], /NONE is not a coupon/);
});

test('no coupon lowers the price of an item that excludes them, nor on rebills', async () => {
  await ask({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'FIXED',
      pricing: { cost: 50 },
      restriction: { exclude_coupon: true },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
  const items = [
    { merchant_item_id: 'FIXED', auto_order_schedule: 'Monthly' },
    { merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' },
  ];
  const body = { items, coupons: [{ coupon_code: 'TEN' }] };
  const { estimate } = await ask({ operation: 'estimatePricing', body });
  assert.deepEqual([estimate.lines[0].discount, estimate.lines[1].discount], [0, 1.8]);
  const { order } = await ask({
    operation: 'insertOrder',
    query: { _expand: 'item,auto_order' },
    body: {
      ...body,
      billing: { email: 'fixed@example.com' },
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_approve',
          card_expiration_month: 12,
          card_expiration_year: 2040,
        },
      },
    },
  });
  assert.equal(order.items[0].exclude_coupon, true);
  const params = { auto_order_oid: order.auto_order.auto_order_oid };
  const { rebills } = await ask({
    operation: 'previewAutoOrder',
    params,
    query: { count: 1 },
  });
  assert.equal(rebills[0].discount, 1.8);
});

test('a cart without a price is refused', async () => {
  const refused = async (body: PricingEstimateRequest) =>
    (await ask({ operation: 'estimatePricing', body }, 400)).error.user_message;
  assert.match(await refused({}), /^items is missing/);
  assert.match(
    await refused(cart({ items: [{ merchant_item_id: 'NOTHING' }] })),
    /^items\[0\]\.merchant_item_id is not an item of the catalogue/,
  );
});
