// Tests who may buy which item at which price: limits of items, customers and the merchant, and
// pricing tiers at the purchase, in previews and on rebills.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from '@perennial/contract/item.ts';
import type { OperationId } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderItem } from '@perennial/contract/orderItem.ts';
import { type TestRequest, testApp } from '../../../test/support/app.ts';

const app = await testApp();
await app.setClock('2026-01-15T17:00:00Z');

async function ask<Id extends OperationId>(request: TestRequest<Id>, status = 200) {
  const answer = await app.request(request);
  assert.equal(answer.status, status, answer.text);
  return answer.body;
}

const auto_order = { auto_orderable: true, auto_order_schedules: ['Monthly'] };
const tier = async (body: object): Promise<number> =>
  (await ask({ operation: 'insertPricingTier', body })).pricing_tier.pricing_tier_oid;
const wholesale = await tier({ name: 'Wholesale', default_percentage_discount: 10 });
const club = await tier({ name: 'Club', free_shipping: true, minimum_item_count: 2 });

const items: readonly Item[] = [
  { merchant_item_id: 'PLAIN' },
  { merchant_item_id: 'PAIRS', restriction: { minimum_quantity: 4, multiple_quantity: 2 } },
  { merchant_item_id: 'FEW', restriction: { maximum_quantity: 3 } },
  { merchant_item_id: 'ONCE', restriction: { one_per_customer: true } },
  {
    merchant_item_id: 'SINGLE',
    auto_order: { ...auto_order, auto_order_upsell_one_per_customer: true },
  },
  { merchant_item_id: 'ALONE', restriction: { purchase_separately: true } },
  {
    merchant_item_id: 'RIVAL',
    restriction: {
      items: [{ restrict_merchant_item_id: 'plain', type: 'can not be purchased with' }],
    },
  },
  {
    merchant_item_id: 'REFILL',
    restriction: {
      items: [{ restrict_merchant_item_id: 'PLAIN', type: 'can only be purchased with' }],
    },
  },
  {
    merchant_item_id: 'TIERED',
    pricing: {
      cost: 20,
      tiers: [
        {
          name: 'wholesale',
          discounts: [
            { quantity: 5, cost: 15 },
            { quantity: 10, cost: 12 },
          ],
        },
        { pricing_tier_oid: club, discounts: [{ quantity: 1, cost: 19 }] },
      ],
    },
  },
  {
    merchant_item_id: 'RATIONED',
    pricing: {
      cost: 20,
      tiers: [
        {
          name: 'Wholesale',
          limit: { cumulative_order_limit: 6, individual_order_limit: 4, multiple_quantity: 2 },
        },
      ],
    },
  },
  {
    merchant_item_id: 'ONACCOUNT',
    pricing: {
      cost: 20,
      tiers: [{ name: 'Wholesale', limit: { payment_method_validity: ['Purchase Order'] } }],
    },
  },
  {
    merchant_item_id: 'LONELY',
    pricing: {
      cost: 20,
      tiers: [{ name: 'Club', limit: { exempt_from_minimum_item_count: true } }],
    },
  },
];
for (const item of items)
  await ask({ operation: 'insertItem', body: { pricing: { cost: 20 }, auto_order, ...item } });
for (const body of [
  { email: 'big@example.com', minimum_subtotal: 100, maximum_item_count: 6 },
  { email: 'trade@example.com', pricing_tiers: [{ pricing_tier_oid: wholesale }] },
  { email: 'club@example.com', pricing_tiers: [{ name: 'CLUB' }] },
  { email: 'both@example.com', pricing_tiers: [{ name: 'Club' }, { name: 'Wholesale' }] },
])
  await ask({ operation: 'insertCustomer', body });

const credit_card = {
  card_number_token: 'tok_approve',
  card_expiration_month: 12,
  card_expiration_year: 2040,
};
const bodyOf = (email: string, lines: readonly OrderItem[], more: Order = {}): Order => ({
  billing: { email },
  items: [...lines],
  payment: { payment_method: 'Credit Card', credit_card },
  ...more,
});
const line = (merchant_item_id: string, quantity = 1): OrderItem => ({
  merchant_item_id,
  quantity,
});

let guests = 0;
const guest = () => `guest${++guests}@example.com`;
const big = 'big@example.com';
const limits: readonly [what: string, email: string, lines: OrderItem[], refusal?: RegExp][] = [
  [
    'fewer than the minimum',
    guest(),
    [line('PAIRS', 2)],
    /^items\[0\]\.quantity is 2, but an order must contain at least 4/,
  ],
  ['not a multiple', guest(), [line('PAIRS', 5)], /PAIRS is sold in multiples of 2/],
  ['a multiple in two lines', guest(), [line('PAIRS', 1), line('pairs', 3)]],
  ['more than the maximum', guest(), [line('FEW', 4)], /an order may contain at most 3 of FEW/],
  ['as many as the maximum', guest(), [line('FEW', 3)]],
  ['as many as the maximum, in parts', guest(), [2.1, 0.8, 0.1].map((each) => line('FEW', each))],
  ['two of one for each customer', guest(), [line('ONCE', 2)], /at most 1 of ONCE/],
  ['something with what is sold alone', guest(), [line('ALONE'), line('PLAIN')], /sold alone/],
  ['what is sold alone', guest(), [line('ALONE', 2)]],
  ['rivals', guest(), [line('RIVAL'), line('PLAIN')], /RIVAL is not sold together with plain/],
  ['a refill without its item', guest(), [line('REFILL')], /sold only together with plain/],
  ['a refill with its item', guest(), [line('PLAIN'), line('REFILL')]],
  ['less than the customer’s minimum', big, [line('PLAIN', 4)], /items cost 80 USD, but an order/],
  ['as much as that minimum', big, [line('PLAIN', 5)]],
  ['more items than the customer may', big, [line('PLAIN', 7)], /items are 7, .* at most 6/],
  [
    'fewer items than the tier wants',
    'club@example.com',
    [line('PLAIN')],
    /items are 1, .* least 2/,
  ],
];

for (const [what, email, lines, refusal] of limits)
  test(`${refusal ? 'refused' : 'accepted'}: ${what}`, async () => {
    const body = bodyOf(email, lines);
    const { billing = {}, items = [] } = body;
    const { estimate } = await ask({
      operation: 'estimatePricing',
      body: { billing, items },
    });
    assert.equal(estimate.refusals.length, refusal ? 1 : 0);
    const captures = app.books.captures().length;
    const answer = await ask({ operation: 'insertOrder', body }, refusal ? 400 : 200);
    if (refusal === undefined) return;
    assert.match(answer.error.user_message, refusal);
    assert.match(estimate.refusals[0], refusal);
    assert.equal(app.books.captures().length, captures);
    const channel_partner = { skip_payment_processing: true };
    const elsewhere = await ask({
      operation: 'insertOrder',
      body: bodyOf(email, lines, { channel_partner }),
    });
    assert.equal(elsewhere.warning.warning_code, 'purchase_rule');
  });

// Each row tests limits of the pricing tier Wholesale for its items, or what exempts an order from
// the limits of the tier Club.
const tierLimits: readonly [
  what: string,
  email: string,
  lines: OrderItem[],
  refusal?: RegExp | undefined,
  payment?: Order['payment'],
][] = [
  [
    'more than the tier may have in one order',
    'trade@example.com',
    [line('RATIONED', 3), line('rationed', 3)],
    /^items\[0\]\.quantity is 6, but an order may contain at most 4 of RATIONED for customers of the pricing tier W/,
  ],
  [
    'not a multiple of the tier',
    'trade@example.com',
    [line('RATIONED', 3)],
    /multiples of 2 for customers of the pricing tier Wholesale/,
  ],
  ['the same for everyone else', guest(), [line('RATIONED', 5)]],
  ['as the tier wants it', 'trade@example.com', [line('RATIONED', 4)]],
  [
    'more than is left for the customer',
    'trade@example.com',
    [line('RATIONED', 4)],
    /at most 6 of RATIONED .* tier Wholesale, and this one has bought 4. Send 2 or less/,
  ],
  ['what is left', 'trade@example.com', [line('RATIONED', 2)]],
  [
    'nothing is left',
    'trade@example.com',
    [line('RATIONED', 2)],
    /and this one has bought 6. Leave it out/,
  ],
  [
    'a payment method that the tier does not have',
    'trade@example.com',
    [line('ONACCOUNT')],
    /^payment\.payment_method is Credit Card, .* must pay for ONACCOUNT by Purchase Order/,
    { payment_method: 'Credit Card', credit_card },
  ],
  [
    'one that it has',
    'trade@example.com',
    [line('ONACCOUNT')],
    undefined,
    { payment_method: 'Purchase Order', purchase_order: { purchase_order_number: 'P1' } },
  ],
  ['one item, where it frees the order from the minimum', 'club@example.com', [line('LONELY')]],
];

for (const [what, email, lines, refusal, payment] of tierLimits)
  test(`${refusal ? 'refused' : 'accepted'}: ${what}`, async () => {
    const body = bodyOf(email, lines, payment ? { payment } : {});
    const { estimate } = await ask({
      operation: 'estimatePricing',
      body: { billing: { email }, items: lines },
    });
    // An estimate contains no payment, so it cannot refuse one.
    assert.equal(estimate.refusals.length, refusal && !payment ? 1 : 0);
    const captures = app.books.captures().length;
    const answer = await ask({ operation: 'insertOrder', body }, refusal ? 400 : 200);
    if (refusal === undefined) return;
    assert.match(answer.error.user_message, refusal);
    assert.equal(app.books.captures().length, captures);
  });

test('of two orders for the last units of a customer, one is refused before its charge', async () => {
  const body = bodyOf('both@example.com', [line('RATIONED', 4)]);
  const captures = app.books.captures().length;
  const answers = await Promise.all(
    [1, 2].map(() => app.request({ operation: 'insertOrder', body })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 400]));
  assert.equal(app.books.captures().length, captures + 1);
});

test('the merchant’s minimum counts for every order, and not for rebills', async () => {
  await ask({ operation: 'updateMerchantSettings', body: { minimum_subtotal: 30 } });
  const small = bodyOf(guest(), [{ ...line('PLAIN'), auto_order_schedule: 'Monthly' }]);
  const refused = await ask({ operation: 'insertOrder', body: small }, 400);
  assert.match(refused.error.user_message, /items cost 20 USD, but an order must cost at least 30/);
  const two = bodyOf(guest(), [{ ...line('PLAIN', 2), auto_order_schedule: 'Monthly' }]);
  await ask({ operation: 'insertOrder', body: two });
  await ask({ operation: 'updateMerchantSettings', body: { minimum_subtotal: 0 } });
  await ask({ operation: 'insertOrder', body: small });
});

test('an item that a customer buys once is refused the second time, also at the same moment', async () => {
  const body = bodyOf(guest(), [line('ONCE')]);
  const answers = await Promise.all(
    [1, 2].map(() => app.request({ operation: 'insertOrder', body })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 400]));
  const again = await ask({ operation: 'insertOrder', body }, 400);
  assert.match(again.error.user_message, /ONCE is sold once to each customer/);
  await ask({ operation: 'insertOrder', body: bodyOf(guest(), [line('ONCE')]) });
});

async function subscribed(email: string, itemId: string, quantity: number) {
  const body = bodyOf(email, [{ ...line(itemId, quantity), auto_order_schedule: 'Monthly' }]);
  const query = { _expand: 'item,summary,auto_order' };
  const { order } = await ask({ operation: 'insertOrder', query, body });
  const auto_order_oid: number = order.auto_order.auto_order_oid;
  return { order, params: { auto_order_oid } };
}

test('a changed quantity of an auto order keeps the limits of its item', async () => {
  const { params } = await subscribed(guest(), 'PAIRS', 4);
  const query = { _expand: 'items' };
  const { auto_order: read } = await ask({ operation: 'getAutoOrder', params, query });
  const [item] = read.items;
  const put = (change: object, status: number) =>
    ask(
      { operation: 'updateAutoOrder', params, body: { items: [{ ...item, ...change }] } },
      status,
    );
  const refused = await put({ original_quantity: 5 }, 400);
  assert.match(refused.error.user_message, /^items\[0\]\.original_quantity is 5, but PAIRS/);
  assert.match(
    (await put({ arbitrary_quantity: 2 }, 400)).error.user_message,
    /^items\[0\]\.arbitrary_quantity is 2, but an order must contain at least 4 of PAIRS/,
  );
  await put({ original_quantity: 6 }, 200);
  // Lines that stay are not checked against limits that were set later.
  await ask({
    operation: 'updateItem',
    params: { merchant_item_oid: await oidOf('PAIRS') },
    body: { restriction: { minimum_quantity: 8 } },
  });
  await put({ original_quantity: 6, no_order_after_dts: '2030-01-01T00:00:00Z' }, 200);
});

const newLine = (original_item_id: string, original_quantity: number) => ({
  original_item_id,
  original_quantity,
  frequency: 'Monthly',
});
/** Returns the first words of the refusal, or `kept` when the change was accepted. */
const refusalOf = ({ status, body }: Awaited<ReturnType<typeof app.request>>): string =>
  status === 200 ? 'kept' : String(body.error.user_message).split(', but ', 1).join();

/** Starts an auto order of two FEW. An order may contain at most three. */
async function twoFew() {
  const { order, params } = await subscribed(guest(), 'FEW', 2);
  const read = await ask({ operation: 'getAutoOrder', params, query: { _expand: 'items' } });
  const [few] = read.auto_order.items;
  return { order, params, few };
}

test('lines and add-ons of the same item count together in an update', async () => {
  const { params, few } = await twoFew();
  const put = async (body: object) =>
    refusalOf(await app.request({ operation: 'updateAutoOrder', params, body }));
  assert.equal(
    await put({ items: [few, newLine('few', 2)] }),
    'items[1].original_quantity is 4',
    'at most 3 of FEW',
  );
  assert.equal(
    await put({ items: [few], add_ons: [{ item_id: 'FEW', quantity: 2 }] }),
    'add_ons[0].quantity is 4',
  );
  assert.equal(
    await put({ items: [{ ...few, add_ons: [{ item_id: 'PAIRS', quantity: 5 }] }] }),
    'items[0].add_ons[0].quantity is 5',
  );
  assert.equal(
    await put({ items: [few, newLine('PAIRS', 4), newLine('PAIRS', 4)] }),
    'kept',
    'from 8 on (since the test above), and an insert takes two lines too',
  );
});

test('add-ons of one item, and items in the place of another, keep the limits', async () => {
  const { order, params, few } = await twoFew();
  const ownParams = { ...params, auto_order_item_oid: few.auto_order_item_oid };
  const add_on_items = [{ item_id: 'FEW', quantity: 1 }];
  await ask({ operation: 'updateAutoOrderItemAddOns', params: ownParams, body: { add_on_items } });
  assert.match(
    (
      await ask(
        {
          operation: 'updateAutoOrderItemAddOns',
          params: ownParams,
          body: { add_on_items: [{ item_id: 'PLAIN' }, { item_id: 'FEW', quantity: 2 }] },
        },
        400,
      )
    ).error.user_message,
    /^add_on_items\[1\]\.quantity is 4, but an order may contain at most 3 of FEW/,
  );
  const cancel = async (body: object) =>
    refusalOf(
      await app.request({
        operation: 'cancelAutoOrderItemByReferenceOrderId',
        params: { reference_order_id: order.order_id, original_item_id: 'FEW' },
        body: { auto_order_item_oid: few.auto_order_item_oid, ...body },
      }),
    );
  assert.equal(
    await cancel({ append_items: [newLine('PLAIN', 1), newLine('FEW', 4)] }),
    'append_items[1].original_quantity is 4',
  );
  const later = { ...newLine('FEW', 3), next_shipment_dts: '2026-07-01T10:00:00Z' };
  assert.equal(
    await cancel({ no_orders_after_dts: '2026-06-01T00:00:00Z', append_items: [later] }),
    'kept',
    'the old line ends before the new one ships',
  );
});

test('an added item or a changed quantity keeps the limits of the customer', async () => {
  const email = 'puts@example.com';
  await ask({
    operation: 'insertCustomer',
    body: { email, pricing_tiers: [{ name: 'Wholesale' }], minimum_subtotal: 60 },
  });
  const { params } = await subscribed(email, 'PLAIN', 4);
  const read = await ask({ operation: 'getAutoOrder', params, query: { _expand: 'items' } });
  const [plain] = read.auto_order.items;
  const put = async (items: object[], status = 200) => {
    const body = { items: [...items] };
    const preview = await ask(
      { operation: 'previewAutoOrderChange', params, body: { auto_order: body } },
      status,
    );
    const answer = await ask({ operation: 'updateAutoOrder', params, body }, status);
    if (status === 200)
      assert.deepEqual(preview.warnings.join(' '), answer.warning?.warning_message ?? '');
    return status === 200 ? answer.warning?.warning_message : answer.error.user_message;
  };
  const added = (original_item_id: string, original_quantity: number) => [
    plain,
    { original_item_id, original_quantity, frequency: 'Monthly' },
  ];
  assert.match(
    await put(added('RATIONED', 3), 400),
    /^items\[1\]\.original_quantity is 3, .*multiples of 2/,
  );
  assert.match(await put(added('RATIONED', 8), 400), /at most 4 of RATIONED/);
  assert.match(await put(added('ONCE', 2), 400), /at most 1 of ONCE/);
  assert.match(await put(added('SINGLE', 2), 400), /at most 1 of SINGLE/);
  await ask({ operation: 'insertOrder', body: bodyOf(email, [line('ONCE'), line('PLAIN', 3)]) });
  assert.match(
    await put(added('ONCE', 1), 400),
    /ONCE is sold once .* has bought it. Leave it out/,
  );
  await ask({ operation: 'insertOrder', body: bodyOf(email, [line('RATIONED', 4)]) });
  assert.match(await put(added('RATIONED', 4), 400), /at most 6 of RATIONED .* bought 4/);
  assert.match(
    await put(added('ALONE', 1)),
    /would be refused for what .* \(ALONE is sold alone\)\. The limits/,
  );
  assert.match(
    await put([{ ...plain, original_quantity: 1 }]),
    /\(items cost 18 USD, but an order must cost at least 60\)\./,
  );
  assert.equal(await put([{ ...plain, original_quantity: 4 }]), undefined);
});

test('the item that ships frees an auto order from the minimum of a tier, not the one it replaces', async () => {
  const { params } = await subscribed('club@example.com', 'PLAIN', 6);
  const query = { _expand: 'items' };
  const { auto_order: read } = await ask({ operation: 'getAutoOrder', params, query });
  const put = async (change: object) => {
    const body = { items: [{ ...read.items[0], ...change }] };
    return (await ask({ operation: 'updateAutoOrder', params, body })).warning?.warning_message;
  };
  assert.match(await put({ original_quantity: 1 }), /limits of orders do not stop rebills/);
  assert.equal(await put({ original_quantity: 1, arbitrary_item_id: 'LONELY' }), undefined);
});

const oidOf = async (merchant_item_id: string): Promise<number> =>
  (await ask({ operation: 'getItemByMerchantItemId', params: { merchant_item_id } })).item
    .merchant_item_oid;

const prices: readonly [email: string, quantity: number, unitCost: number, tier?: string][] = [
  ['nobody@example.com', 10, 20],
  ['trade@example.com', 1, 18, 'Wholesale'],
  ['trade@example.com', 5, 15, 'Wholesale'],
  ['trade@example.com', 12, 12, 'Wholesale'],
  ['club@example.com', 2, 19, 'Club'],
  ['both@example.com', 2, 18, 'Wholesale'],
];

for (const [email, quantity, unitCost, tierName] of prices)
  test(`${quantity} for ${email} cost ${unitCost} each, at once and on rebills`, async () => {
    const { order, params } = await subscribed(email, 'TIERED', quantity);
    assert.equal(order.items[0].cost.value, unitCost);
    assert.equal(order.items[0].pricing_tier_name, tierName);
    assert.equal(order.summary.total.value, unitCost * quantity);
    const { rebills } = await ask({ operation: 'previewAutoOrder', params, query: { count: 1 } });
    const [rebill] = rebills;
    assert.equal(rebill.total, unitCost * quantity);
    const rules = rebill.lines[0].price_rules.map(({ rule }: { rule: string }) => rule);
    assert.equal(rules.includes('pricing tier'), tierName !== undefined);
  });

test('a customer who leaves a tier pays the ordinary price, unless the merchant keeps what was agreed', async () => {
  const email = 'leaving@example.com';
  const { customer } = await ask({
    operation: 'insertCustomer',
    body: { email, pricing_tiers: [{ name: 'Wholesale' }] },
  });
  const { params } = await subscribed(email, 'TIERED', 5);
  const totalOf = async () =>
    (await ask({ operation: 'previewAutoOrder', params, query: { count: 1 } })).rebills[0].total;
  assert.equal(await totalOf(), 75);
  await ask({
    operation: 'updateCustomer',
    params: { customer_profile_oid: customer.customer_profile_oid },
    body: { pricing_tiers: [] },
  });
  assert.equal(await totalOf(), 100);
  await ask({ operation: 'updateMerchantSettings', body: { rebill_tiers: 'agreed' } });
  assert.equal(await totalOf(), 75);
  await app.setClock('2026-02-15T17:00:01Z');
  await app.work('rebill');
  const { auto_order: read } = await ask({
    operation: 'getAutoOrder',
    params,
    query: { _expand: 'rebill_orders,rebill_orders.summary,rebill_orders.item' },
  });
  assert.equal(read.rebill_orders[0].summary.total.value, 75);
});

/**
 * Orders an item with a coupon, and returns the order with the estimate that was requested before
 * it.
 */
async function orderedAsEstimated(email: string) {
  const body: Order = {
    billing: { email },
    shipping: { country_code: 'US', state_region: 'NV' },
    items: [{ ...line('PLAIN'), auto_order_schedule: 'Monthly' }],
    coupons: [{ coupon_code: 'HALF' }],
  };
  const { estimate } = await ask({ operation: 'estimatePricing', body });
  const payment = { payment_method: 'Credit Card', credit_card } as const;
  const { order, warning } = await ask({
    operation: 'insertOrder',
    query: { _expand: 'summary,auto_order' },
    body: { ...body, payment },
  });
  assert.equal(order.summary.total.value, estimate.total);
  const { auto_order_oid } = order.auto_order;
  return { total: order.summary.total.value, warning, estimate, params: { auto_order_oid } };
}

test('a pricing tier frees from tax and from coupons, at the purchase and on rebills', async () => {
  await ask({ operation: 'insertTaxRate', body: { country_code: 'US', tax_rate: 10 } });
  await ask({
    operation: 'insertCoupon',
    body: { merchant_code: 'HALF', percent_off_subtotal: { discount_percent: 50 } },
  });
  const reseller = await tier({ name: 'Reseller', tax_exempt: true, no_coupons: true });
  const email = 'reseller@example.com';
  const { customer } = await ask({ operation: 'insertCustomer', body: { email } });
  const { total, params } = await orderedAsEstimated(email);
  const preview = async () =>
    (await ask({ operation: 'previewAutoOrder', params, query: { count: 1 } })).rebills[0];
  // The total is 20 less 10, plus 10 % tax.
  assert.deepEqual([total, (await preview()).total], [11, 11]);

  await ask({
    operation: 'updateCustomer',
    params: { customer_profile_oid: customer.customer_profile_oid },
    body: { pricing_tiers: [{ pricing_tier_oid: reseller }] },
  });
  const free = await orderedAsEstimated(email);
  const exemption = ['tax exempt customer', 'by the pricing tier Reseller'];
  assert.equal(free.total, 20);
  assert.match(free.warning.warning_message, /HALF is not for this customer, who gets no coupons/);
  const [rule] = free.estimate.tax_rules;
  assert.deepEqual([rule?.rule, rule?.detail], exemption);
  const { total: previewed, coupon_rules } = await preview();
  assert.deepEqual([previewed, coupon_rules[0].detail], [20, 'is not for this customer']);

  await app.setClock('2026-04-15T17:00:01Z');
  await app.work('rebill');
  const query = { _expand: 'rebill_orders,rebill_orders.summary' };
  const { auto_order: billed } = await ask({ operation: 'getAutoOrder', params, query });
  const [first] = billed.rebill_orders;
  assert.equal(first.summary.total.value, 20);
  const { order_id } = first;
  const { explanation } = await ask({ operation: 'explainOrder', params: { order_id } });
  assert.deepEqual(
    [explanation.total, explanation.tax_rules[0].detail, explanation.coupon_rules[0].detail],
    [20, exemption[1], 'is not for this customer'],
  );
});

test('a profile that is not approved yet gives no better terms, at the purchase and on rebills', async () => {
  const email = 'pending@example.com';
  await ask({ operation: 'updateMerchantSettings', body: { rebill_tiers: 'present' } });
  const { customer } = await ask({
    operation: 'insertCustomer',
    body: {
      email,
      unapproved: true,
      tax_exempt: true,
      auto_approve_purchase_order: true,
      pricing_tiers: [{ name: 'Wholesale' }],
    },
  });
  const { params } = await subscribed(email, 'TIERED', 5);
  const invoice: Order['payment'] = {
    payment_method: 'Purchase Order',
    purchase_order: { purchase_order_number: 'PO-7' },
  };
  const found = async () => {
    const { rebills } = await ask({ operation: 'previewAutoOrder', params, query: { count: 1 } });
    const { order } = await ask({
      operation: 'insertOrder',
      body: { ...bodyOf(email, [line('PLAIN')]), payment: invoice },
    });
    return [rebills[0].total, order.current_stage];
  };
  assert.deepEqual(await found(), [100, 'Accounts Receivable']);
  await ask({
    operation: 'updateCustomer',
    params: { customer_profile_oid: customer.customer_profile_oid },
    body: { unapproved: false },
  });
  assert.deepEqual(await found(), [75, 'Completed Order']);
});

test('what a merged profile bought, or one with an earlier email, counts for its customer', async () => {
  const profile = async (email: string) =>
    (await ask({ operation: 'insertCustomer', body: { email } })).customer.customer_profile_oid;
  await ask({
    operation: 'insertCoupon',
    body: {
      merchant_code: 'HELLO',
      usable_by: 'OncePerCustomer',
      amount_off_subtotal: { discount_amount: 1 },
    },
  });
  const [kept, merged] = [await profile('kept@example.com'), await profile('merged@example.com')];
  const coupons = [{ coupon_code: 'HELLO' }];
  await ask({
    operation: 'insertOrder',
    body: bodyOf('merged@example.com', [line('ONCE'), line('PLAIN', 3)], { coupons }),
  });
  const again = (email: string) =>
    app.request({ operation: 'insertOrder', body: bodyOf(email, [line('ONCE')]) });
  const withCoupon = async (email: string) =>
    (await ask({ operation: 'insertOrder', body: bodyOf(email, [line('PLAIN', 3)], { coupons }) }))
      .warning?.warning_message;
  assert.equal((await again('kept@example.com')).status, 200);
  assert.equal(await withCoupon('other@example.com'), undefined);
  await ask({
    operation: 'mergeCustomer',
    params: { customer_profile_oid: kept },
    body: { customer_profile_oid: merged },
  });
  const params = { customer_profile_oid: kept };
  await ask({ operation: 'updateCustomer', params, body: { email: 'moved@example.com' } });
  const { body } = await again('moved@example.com');
  assert.match(
    body.error.user_message,
    /ONCE is sold once to each customer, and this one has bought it/,
  );
  assert.match(
    (await withCoupon('moved@example.com')) ?? '',
    /HELLO was used by this customer before/,
  );
});
