// Tests orders over HTTP that are made from other orders, reduced or deleted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderReplacement } from '@perennial/contract/orderCopy.ts';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 10 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});
await app.request({
  operation: 'insertItem',
  body: { merchant_item_id: 'MUG', pricing: { cost: 8 }, tax: { tax_free: true } },
});

const card = {
  payment_method: 'Credit Card',
  credit_card: {
    card_number_token: 'tok_approve',
    card_expiration_month: 12,
    card_expiration_year: 2040,
  },
} as const;
const on = (order_id: string) => ({ params: { order_id } });
const query = {
  _expand: 'item,summary,payment,payment.transaction,auto_order,shipping,internal,checkout',
};

/** Orders three coffees taxed with 10 %, a mug without tax, and 5.00 for shipping: 46.00 in all. */
async function placed(change: Order = {}): Promise<string> {
  const { status, body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { email: 'ann@example.com' },
      items: [
        { merchant_item_id: 'COFFEE', quantity: 3, auto_order_schedule: 'Monthly' },
        { merchant_item_id: 'MUG', quantity: 1 },
      ],
      summary: { arbitrary_shipping_handling_total: { value: 5 } },
      taxes: { arbitrary_tax_rate: 10 },
      payment: card,
      channel_partner: { store_completed: false },
      ...change,
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.order.order_id;
}

const unpaid = () => placed({ payment: { payment_method: 'Check' } });
const read = async (id: string): Promise<Order> =>
  (await app.request({ operation: 'getOrder', ...on(id), query })).body.order;
const captured = (id: string): number[] =>
  app.books
    .captures()
    .filter(({ key }) => key.startsWith(`order:${app.merchant.merchantId}:${id}`))
    .map(({ amount }) => amount);

test('a duplicate waits for its payment and then ships, without an auto order', async () => {
  const id = await placed();
  await app.request({
    operation: 'shipOrders',
    params: { distribution_center_code: 'DFLT' },
    body: { shipments: [{ order_id: id, tracking_numbers: ['1Z'] }] },
  });
  const { status, body } = await app.request({ operation: 'duplicateOrder', ...on(id), query });
  assert.equal(status, 200, JSON.stringify(body));
  const copy: Order & { order_id: string } = body.order;
  assert.notEqual(copy.order_id, id);
  assert.deepEqual(
    [copy.current_stage, copy.payment?.payment_status, copy.summary?.total?.value],
    ['Accounts Receivable', 'Unprocessed', 46],
  );
  assert.deepEqual([copy.payment?.transactions, copy.shipping?.tracking_numbers], [[], []]);
  assert.ok(copy.items?.every((line) => !line.shipped_dts && !line.auto_order_schedule));
  assert.equal(copy.internal?.merchant_notes, `Duplicate of order ${id}.`);
  const paid = await app.request({
    operation: 'processPayment',
    ...on(copy.order_id),
    body: {},
  });
  assert.equal(paid.status, 200, JSON.stringify(paid.body));
  const after = await read(copy.order_id);
  assert.deepEqual([after.current_stage, after.auto_order], ['Shipping Department', undefined]);
  assert.deepEqual(captured(copy.order_id), [4600]);
});

for (const [name, change, expected] of [
  // The expected lines as [quantity × unit cost, …], then the total with 10 % tax on them and 5.00
  // of shipping.
  ['fewer pieces', [{ merchant_item_id: 'COFFEE', quantity: 1 }], [[[1, 10]], 16]],
  [
    'another price and a further item of the catalogue',
    [
      { merchant_item_id: 'MUG', quantity: 1 },
      { merchant_item_id: 'coffee', quantity: 3, cost: { value: 9.99 } },
      { merchant_item_id: 'COFFEE', quantity: 2 },
    ],
    [
      [
        [1, 8],
        [3, 9.99],
        [2, 10],
      ],
      67.97,
    ],
  ],
  // Published sample, duplicateOrder: the request contains a new list of lines, each with a cost.
  [
    'something that the catalogue does not have',
    [{ merchant_item_id: 'TEAPOT', quantity: 1, cost: { value: 9.99 } }],
    [[[1, 9.99]], 15.99],
  ],
] as const)
  test(`an unpaid duplicate gets ${name}: its amounts follow, and are charged`, async () => {
    const id = await placed();
    const { body: made } = await app.request({ operation: 'duplicateOrder', ...on(id), query });
    const copy = { ...made.order, items: change };
    const { status, body } = await app.request({
      operation: 'updateOrder',
      ...on(copy.order_id),
      body: copy,
      query,
    });
    assert.equal(status, 200, JSON.stringify(body));
    const { items, summary } = body.order as Order;
    const [lines, total] = expected;
    assert.deepEqual(
      items?.map(({ quantity, cost }) => [quantity, cost?.value]),
      lines,
    );
    assert.deepEqual([summary?.total?.value, summary?.shipping_handling_total?.value], [total, 5]);
    // Writing the order back as it was read changes nothing more.
    const again = await app.request({
      operation: 'updateOrder',
      ...on(copy.order_id),
      body: body.order,
      query,
    });
    assert.deepEqual(again.body.order.summary, summary);
    await app.request({ operation: 'processPayment', ...on(copy.order_id), body: {} });
    assert.deepEqual(captured(copy.order_id), [Math.round(total * 100)]);
    const items1 = [{ merchant_item_id: 'MUG', quantity: 9 }];
    const late = await app.request({
      operation: 'updateOrder',
      ...on(copy.order_id),
      body: { items: items1 },
    });
    assert.match(late.body.error.user_message, /Only the lines of an unpaid duplicate may change/);
  });

for (const [name, items, fault] of [
  ['no lines', [], /items is missing/],
  ['an unknown item without a price', [{ merchant_item_id: 'TEAPOT' }], /is not an item/],
  ['no piece', [{ merchant_item_id: 'MUG', quantity: 0 }], /is not a valid quantity/],
] as const)
  test(`an unpaid duplicate with ${name} is refused and stays`, async () => {
    const id = await placed();
    const { body } = await app.request({ operation: 'duplicateOrder', ...on(id), query });
    const { order_id } = body.order;
    const refused = await app.request({
      operation: 'updateOrder',
      ...on(order_id),
      body: { items },
    });
    assert.equal(refused.status, 400);
    assert.match(refused.body.error.user_message, fault);
    assert.equal((await read(order_id)).summary?.total?.value, 46);
  });

const replace = (id: string, body: OrderReplacement) =>
  app.request({ operation: 'replacement', ...on(id), body });

for (const [name, request, expected] of [
  ['free', { free: true }, ['Shipping Department', 'Skipped', 0, undefined, []]],
  ['taken as paid', { skip_payment: true }, ['Shipping Department', 'Skipped', 8, undefined, []]],
  [
    'charged at once',
    { immediate_charge: true },
    ['Shipping Department', 'Processed', 8, true, [800]],
  ],
  ['to be paid later', {}, ['Accounts Receivable', 'Unprocessed', 8, undefined, []]],
] as const)
  test(`a replacement, ${name}: ${expected[0]}`, async () => {
    const id = await placed();
    const items = [{ merchant_item_id: 'MUG', quantity: 1 }];
    const notes = { additional_merchant_notes_original_order: 'Broken mug.' };
    const { status, body } = await replace(id, {
      items,
      ...notes,
      custom_field1: 'R1',
      ...request,
    });
    assert.equal(status, 200, JSON.stringify(body));
    const order = await read(body.orderId);
    assert.deepEqual(
      [
        order.current_stage,
        order.payment?.payment_status,
        order.summary?.total?.value,
        body.chargeSuccessful,
        captured(body.orderId),
      ],
      expected,
    );
    assert.deepEqual([order.checkout?.custom_field1, order.auto_order], ['R1', undefined]);
    assert.equal(
      (await read(id)).internal?.merchant_notes,
      `Replaced by order ${body.orderId}. Broken mug.`,
    );
  });

test('a replacement of something that recurs starts no second auto order', async () => {
  const id = await placed();
  const items = [{ merchant_item_id: 'COFFEE', quantity: 1, arbitrary_unit_cost: 4 }];
  const { body } = await replace(id, { items, skip_payment: true });
  const order = await read(body.orderId);
  assert.deepEqual([order.summary?.total?.value, order.auto_order], [4.4, undefined]);
  const fault = (await replace(id, { items: [] })).body.error.user_message;
  assert.match(fault, /items is missing/);
  const other = await replace(id, { items: [{ merchant_item_id: 'TEA' }], free: true });
  assert.match(other.body.error.user_message, /TEA is not in the catalogue/);
});

test('a replacement is shown in the currency of its order, and ships free by any method', async () => {
  const ground = { name: 'Ground', rates: [{ cost: 7 }] };
  const settings = (...shipping_methods: object[]) =>
    app.request({ operation: 'updateMerchantSettings', body: { shipping_methods } });
  await settings(ground);
  const id = await placed({
    currency_code: 'EUR',
    exchange_rate: 0.5,
    language_iso_code: 'GER',
    shipping: { shipping_method: 'Ground' },
  });
  const replaced = async () => {
    const { status, body } = await replace(id, {
      items: [{ merchant_item_id: 'MUG', quantity: 1 }],
      skip_payment: true,
    });
    assert.equal(status, 200, JSON.stringify(body));
    const { currency_code, language_iso_code, summary, shipping } = await read(body.orderId);
    const { value, localized, currency_code: shown } = summary!.total!;
    return [currency_code, language_iso_code, value, localized, shown, shipping?.shipping_method];
  };
  assert.deepEqual(await replaced(), ['EUR', 'GER', 8, 4, 'EUR', 'Ground']);
  await settings({ ...ground, name: 'Air' });
  assert.deepEqual(await replaced(), ['EUR', 'GER', 8, 4, 'EUR', 'Ground']);
  await settings();
});

const adjust = (order_id: string, desired_total: string) =>
  app.request({ operation: 'adjustOrderTotal', params: { order_id, desired_total } });

for (const desired of ['40.00', '45.99', '30', '12.34', '5.01'])
  test(`an unpaid total is lowered to ${desired}, and its parts add up`, async () => {
    const id = await unpaid();
    const { status, body } = await adjust(id, desired);
    assert.equal(status, 200, JSON.stringify(body));
    const { items = [], summary } = await read(id);
    const cents = (value = 0) => Math.round(value * 100);
    const total = cents(summary?.total?.value);
    const lines = items.reduce((all, line) => all + cents(line.total_cost_with_discount?.value), 0);
    assert.equal(total, lines + 500 + cents(summary?.tax?.value));
    assert.equal(cents(summary?.subtotal?.value) - cents(summary?.subtotal_discount?.value), lines);
    const taxed = cents(items[0]?.total_cost_with_discount?.value);
    assert.ok(Math.abs(cents(summary?.tax?.value) - taxed / 10) <= 1);
    if (body.warning === undefined) assert.equal(total, Math.round(Number(desired) * 100));
    else assert.ok(Math.round(Number(desired) * 100) - total === 1, body.warning.warning_message);
  });

for (const [name, make, desired, fault] of [
  ['a paid order', placed, '10', /is paid\. Refund the difference/],
  ['a higher total', unpaid, '50', /at least 5 and below 46/],
  ['less than the shipping', unpaid, '4.99', /at least 5 and below 46/],
  ['a text', unpaid, 'cheap', /desired_total is not a valid amount/],
] as const)
  test(`${name}: the total stays`, async () => {
    const id = await make();
    const before = await read(id);
    const { status, body } = await adjust(id, desired);
    assert.equal(status, 400);
    assert.match(body.error.user_message, fault);
    assert.deepEqual(await read(id), before);
  });

test('an order without money is deleted, and its event has it as it was', async () => {
  const id = await unpaid();
  const before = await read(id);
  assert.equal((await app.request({ operation: 'deleteOrder', ...on(id) })).status, 204);
  assert.equal((await app.request({ operation: 'getOrder', ...on(id) })).status, 404);
  const event = await app.db.row<{ name: string; data: { object: Order } }>(
    `select name, data from event where merchant_id = $1 and object_type = 'order'
       and object_id = $2 order by object_sequence desc limit 1`,
    [app.merchant.merchantId, id],
  );
  assert.equal(event?.name, 'order_delete');
  assert.deepEqual([event?.data.object.order_id, event?.data.object.summary], [id, before.summary]);
});

test('an unpaid order that is deleted gives its store credit back; a paid one is not deleted', async () => {
  const email = 'credit@example.com';
  const { body } = await app.request({ operation: 'insertCustomer', body: { email } });
  const params = { customer_profile_oid: body.customer.customer_profile_oid };
  await app.request({ operation: 'addCustomerStoreCredit', params, body: { amount: 60 } });
  const available = async () => {
    const answer = await app.request({ operation: 'getCustomerStoreCredit', params });
    return answer.body.customer_store_credit.available;
  };
  const ordered = async (value: number, no_realtime_payment_processing: boolean) => {
    const answer = await app.request({
      operation: 'insertOrder',
      body: {
        billing: { email },
        items: [{ merchant_item_id: 'MUG', quantity: 1 }],
        summary: { internal_gift_certificate_amount: { value } },
        channel_partner: { no_realtime_payment_processing },
        payment: { payment_method: 'Check' },
      },
    });
    return on(answer.body.order.order_id);
  };
  const owed = await ordered(1, true);
  assert.equal(await available(), 59);
  assert.equal((await app.request({ operation: 'deleteOrder', ...owed })).status, 204);
  assert.equal(await available(), 60);
  const paid = await ordered(50, false);
  const refused = await app.request({ operation: 'deleteOrder', ...paid });
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.user_message, /was paid with store credit/);
});

for (const [name, make, fault] of [
  ['an original order', placed, /belongs to the auto order/],
  [
    'a charged order',
    () => placed({ items: [{ merchant_item_id: 'MUG' }] }),
    /was charged by a gateway/,
  ],
] as const)
  test(`${name} is not deleted`, async () => {
    const id = await make();
    const { status, body } = await app.request({ operation: 'deleteOrder', ...on(id) });
    assert.equal(status, 400);
    assert.match(body.error.user_message, fault);
    assert.equal((await read(id)).order_id, id);
  });
