import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import type { AnswerBody } from '../../../test/support/answerBody.ts';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'COFFEE',
    description: 'Coffee beans',
    pricing: { cost: 19.99, auto_order_cost: 17.5 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});
await app.request({
  operation: 'insertItem',
  body: { merchant_item_id: 'MUG', pricing: { cost: 8 }, tax: { tax_free: true } },
});

const everything = {
  _expand:
    'billing,shipping,item,payment,payment.transaction,summary,taxes,channel_partner,' +
    'checkout,internal,current_stage_histories,properties,tags,gift,coupon',
};

/**
 * An order as a partner sends it: two bags of coffee that recur and one mug, with tax and shipping.
 */
const placed: Order = {
  billing: {
    email: 'Jane@Example.com',
    first_name: 'Jane',
    last_name: 'Doe',
    city: 'Berlin',
    country_code: 'DE',
    day_phone: '030-1234',
    cc_emails: ['boss@example.com'],
  },
  shipping: {
    first_name: 'Max',
    last_name: 'Muster',
    city: 'Paris',
    country_code: 'FR',
    postal_code: '75001',
    shipping_method: 'Post',
  },
  items: [
    {
      merchant_item_id: 'coffee',
      quantity: 2,
      auto_order_schedule: 'Monthly',
      options: [{ label: 'Grind', value: 'fine' }],
    },
    { merchant_item_id: 'MUG' },
  ],
  payment: {
    payment_method: 'Credit Card',
    credit_card: {
      card_number_token: 'tok_visa_4242',
      card_expiration_month: 4,
      card_expiration_year: 2030,
      card_type: 'VISA',
    },
  },
  summary: { arbitrary_shipping_handling_total: { value: 4.95 } },
  taxes: { arbitrary_tax_rate: 8.25 },
  checkout: { custom_field1: 'spring', screen_branding_theme_code: 'SF' },
};

const insert = (body: unknown, query: Record<string, string> = everything) =>
  app.request({ operation: 'insertOrder', query, body });
const read = (orderId: string, query: Record<string, string> = everything) =>
  app.request({ operation: 'getOrder', params: { order_id: orderId }, query });
const put = (orderId: string, body: unknown) =>
  app.request({ operation: 'updateOrder', params: { order_id: orderId }, query: everything, body });
const eventsOf = async (orderId: string) =>
  (
    await app.db.rows<{ name: string }>(
      `select name from event where merchant_id = 'TEST' and object_id = $1 order by event_id`,
      [orderId],
    )
  ).map(({ name }) => name);
const money = (value: number, formatted: string) => ({
  currency_code: 'USD',
  exchange_rate: 1,
  localized: value,
  localized_formatted: formatted,
  value,
});

test('an order paid by card: totals, stage, card and events', async () => {
  const { status, body } = await insert(placed);
  assert.deepEqual([status, body.warning], [200, undefined], JSON.stringify(body));
  const { order } = body;
  assert.match(order.order_id, /^TEST-\d{10}$/);
  assert.equal(order.current_stage, 'Completed Order');
  assert.equal(order.creation_dts, '2026-01-15T12:00:00-05:00');
  assert.deepEqual(order.summary, {
    subtotal: money(43, '$43.00'),
    subtotal_discount: money(0, '$0.00'),
    taxable_subtotal: money(35, '$35.00'),
    taxable_subtotal_discount: money(0, '$0.00'),
    shipping_handling_total: money(4.95, '$4.95'),
    shipping_handling_total_discount: money(0, '$0.00'),
    tax: money(2.89, '$2.89'),
    total: money(50.84, '$50.84'),
  });
  assert.equal(order.taxes.tax_rate, 8.25);
  const [coffee, mug] = order.items;
  assert.deepEqual(
    [
      coffee.merchant_item_id,
      coffee.description,
      coffee.item_index,
      coffee.cost,
      coffee.total_cost_with_discount,
    ],
    ['COFFEE', 'Coffee beans', 1, money(17.5, '$17.50'), money(35, '$35.00')],
  );
  assert.deepEqual([mug.quantity, mug.tax_free, mug.cost.value], [1, true, 8]);
  const { payment } = order;
  assert.equal(payment.payment_status, 'Processed');
  assert.equal(payment.payment_dts, '2026-01-15T12:00:00-05:00');
  assert.equal(payment.credit_card.card_number, 'XXXXXXXXXXXX4242');
  assert.equal(payment.credit_card.card_number_token, undefined);
  assert.deepEqual([payment.transactions.length, payment.transactions[0].successful], [1, true]);
  assert.deepEqual(
    order.current_stage_histories.map((each: { after_stage: string }) => each.after_stage),
    ['Pending Clearance', 'Completed Order'],
  );
  assert.deepEqual(await eventsOf(order.order_id), [
    'order_create',
    'order_payment_process',
    'order_stage_change',
  ]);
  const { card_token } = (await app.db.row<{ card_token: string }>(
    `select card_token from orders where merchant_id = 'TEST' and order_id = $1`,
    [order.order_id],
  ))!;
  assert.equal(card_token, 'tok_visa_4242');
});

const token = (card_number_token: string) => ({ credit_card: { card_number_token } });
const partner = (flags: object) => ({ channel_partner: flags });
const payments: {
  name: string;
  change: object;
  stage: string;
  status: string;
  paid: boolean;
  events: string[];
}[] = [
  {
    name: 'a declined card',
    change: { payment: token('tok_decline') },
    stage: 'Rejected',
    status: 'Declined',
    paid: false,
    events: ['order_create', 'order_payment_failed', 'order_stage_change', 'order_reject'],
  },
  {
    name: 'a declined card that is kept',
    change: { payment: token('tok_decline'), ...partner({ store_if_payment_declines: true }) },
    stage: 'Accounts Receivable',
    status: 'Declined',
    paid: false,
    events: ['order_create', 'order_payment_failed', 'order_stage_change'],
  },
  {
    name: 'a gateway that does not answer',
    change: { payment: token('tok_timeout_always') },
    stage: 'Pending Clearance',
    status: 'Unprocessed',
    paid: false,
    events: ['order_create'],
  },
  {
    name: 'a card, still to be shipped',
    change: partner({ store_completed: false }),
    stage: 'Shipping Department',
    status: 'Processed',
    paid: true,
    events: ['order_create', 'order_payment_process', 'order_stage_change', 'fulfillment_transmit'],
  },
  {
    name: 'no realtime processing',
    change: partner({ no_realtime_payment_processing: true }),
    stage: 'Accounts Receivable',
    status: 'Unprocessed',
    paid: false,
    events: ['order_create'],
  },
  {
    name: 'processing skipped',
    change: { payment: {}, ...partner({ skip_payment_processing: true }) },
    stage: 'Completed Order',
    status: 'Skipped',
    paid: true,
    events: ['order_create', 'order_payment_process'],
  },
  {
    name: 'a purchase order',
    change: { payment: { purchase_order: { purchase_order_number: 'PO-1' } } },
    stage: 'Accounts Receivable',
    status: 'Unprocessed',
    paid: false,
    events: ['order_create'],
  },
  {
    name: 'an approved purchase order',
    change: {
      payment: { purchase_order: { purchase_order_number: 'PO-2' } },
      ...partner({ auto_approve_purchase_order: true }),
    },
    stage: 'Completed Order',
    status: 'Processed',
    paid: true,
    events: ['order_create', 'order_payment_process'],
  },
  {
    name: 'a check',
    change: { payment: { payment_method: 'Check' } },
    stage: 'Accounts Receivable',
    status: 'Unprocessed',
    paid: false,
    events: ['order_create'],
  },
  {
    name: 'cash',
    change: { payment: { payment_method: 'Cash' } },
    stage: 'Completed Order',
    status: 'Processed',
    paid: true,
    events: ['order_create', 'order_payment_process'],
  },
  {
    name: 'a quote request',
    change: { payment: { payment_method: 'Quote Request' } },
    stage: 'Quote Request',
    status: 'Unprocessed',
    paid: false,
    events: ['order_create'],
  },
  {
    name: 'nothing to pay',
    change: {
      payment: {},
      items: [{ merchant_item_id: 'COFFEE', arbitrary_unit_cost: { value: 0 } }],
      summary: {},
    },
    stage: 'Completed Order',
    status: 'Processed',
    paid: true,
    events: ['order_create', 'order_payment_process'],
  },
];
for (const { name, change, stage, status, paid, events } of payments) {
  test(`payment: ${name}`, async () => {
    const { body } = await insert({ ...placed, ...change });
    assert.equal(body.success, true, JSON.stringify(body));
    const { order } = body;
    assert.deepEqual(
      [order.current_stage, order.payment.payment_status, order.payment.payment_dts !== undefined],
      [stage, status, paid],
    );
    assert.equal(order.reject_dts !== undefined, stage === 'Rejected');
    assert.deepEqual(await eventsOf(order.order_id), events);
  });
}

test('payment_dts counts only where processing is skipped', async () => {
  const given = { payment: { payment_method: 'Credit Card', payment_dts: '2025-12-24T18:00:00Z' } };
  const skipped = await insert({
    ...placed,
    ...given,
    ...partner({ skip_payment_processing: true }),
  });
  assert.equal(skipped.body.order.payment.payment_dts, '2025-12-24T13:00:00-05:00');
  const cash = await insert({ ...placed, payment: { ...given.payment, payment_method: 'Cash' } });
  assert.equal(cash.body.order.payment.payment_dts, '2026-01-15T12:00:00-05:00');
});

test('a charge without known outcome is asked again once its lease has ended', async () => {
  const { body } = await insert({ ...placed, payment: token('tok_timeout_always') });
  assert.equal(body.warning.warning_code, 'payment_unknown');
  const { order_id } = body.order;
  await app.work('unsettled charges');
  assert.equal((await read(order_id)).body.order.current_stage, 'Pending Clearance');
  const endLease = `update orders set charge_lease_until = now() - interval '1 second',
    card_token = 'tok_visa_1111' where merchant_id = 'TEST' and order_id = $1`;
  await app.db.run(endLease, [order_id]);
  const moved = await put(order_id, { current_stage: 'Completed Order' });
  assert.equal(moved.status, 400, 'an order cannot move while its payment is in progress');
  await app.work('unsettled charges');
  assert.equal((await read(order_id)).body.order.payment.payment_status, 'Processed');
  assert.deepEqual(await eventsOf(order_id), [
    'order_create',
    'order_payment_process',
    'order_stage_change',
  ]);
});

const line = (change: object) => ({ items: [{ merchant_item_id: 'COFFEE', ...change }] });
const refused: { name: string; change: object; field: string }[] = [
  { name: 'no items', change: { items: [] }, field: 'items' },
  {
    name: 'an item without id',
    change: { items: [{ quantity: 1 }] },
    field: 'items[0].merchant_item_id',
  },
  {
    name: 'an unknown item',
    change: line({ merchant_item_id: 'GHOST' }),
    field: 'items[0].merchant_item_id',
  },
  { name: 'none of an item', change: line({ quantity: 0 }), field: 'items[0].quantity' },
  { name: 'too much of an item', change: line({ quantity: 1e9 }), field: 'items[0].quantity' },
  {
    name: 'an unknown schedule',
    change: line({ auto_order_schedule: 'Daily' }),
    field: 'items[0].auto_order_schedule',
  },
  {
    name: 'a schedule without days',
    change: line({ auto_order_schedule: 'Every...' }),
    field: 'items[0].auto_order_schedule',
  },
  {
    name: 'half a cent',
    change: line({ arbitrary_unit_cost: { value: 0.005 } }),
    field: 'items[0].arbitrary_unit_cost',
  },
  {
    name: 'a price below nothing',
    change: line({ arbitrary_unit_cost: { value: -1 } }),
    field: 'items[0].arbitrary_unit_cost',
  },
  {
    name: 'an amount over the maximum',
    change: line({ quantity: 1000, arbitrary_unit_cost: { value: 999_999_999 } }),
    field: 'items[0]',
  },
  {
    name: 'a tax of more than everything',
    change: { taxes: { arbitrary_tax_rate: 101 } },
    field: 'taxes.arbitrary_tax_rate',
  },
  {
    name: 'shipping below nothing',
    change: { summary: { arbitrary_shipping_handling_total: { value: -1 } } },
    field: 'summary.arbitrary_shipping_handling_total',
  },
  {
    name: 'a card without token',
    change: { payment: { payment_method: 'Credit Card' } },
    field: 'payment.credit_card.card_number_token',
  },
  {
    name: 'a thirteenth month',
    change: { payment: { credit_card: { card_number_token: 't', card_expiration_month: 13 } } },
    field: 'payment.credit_card.card_expiration_month',
  },
  {
    name: 'a card number',
    change: { payment: { credit_card: { card_number: '4444 3333 2222 1111' } } },
    field: 'payment.credit_card.card_number',
  },
  {
    name: 'a card number as token',
    change: { payment: { credit_card: { card_number_token: '4444333322221111' } } },
    field: 'payment.credit_card.card_number_token',
  },
  {
    name: 'more copies than fit',
    change: {
      billing: { cc_emails: ['a', 'b', 'c'].map((name) => `${name.repeat(30)}@example.com`) },
    },
    field: 'billing.cc_emails',
  },
  { name: 'no currency', change: { currency_code: 'usd' }, field: 'currency_code' },
  { name: 'a currency without rate', change: { currency_code: 'EUR' }, field: 'exchange_rate' },
  {
    name: 'a flag that is none',
    change: partner({ skip_payment_processing: 'yes' }),
    field: 'channel_partner.skip_payment_processing',
  },
  {
    name: 'a partner that is none',
    change: { channel_partner: 'amazon' },
    field: 'channel_partner',
  },
  {
    name: 'a warning taken as an error',
    change: {
      ...partner({ treat_warnings_as_errors: true }),
      ...line({ auto_order_schedule: 'Weekly' }),
    },
    field: 'items[0].auto_order_schedule',
  },
];
for (const { name, change, field } of refused) {
  test(`refused: ${name}`, async () => {
    const { status, body } = await insert({ ...placed, ...change });
    assert.equal(status, 400);
    assert.ok(body.error.developer_message.startsWith(field), body.error.developer_message);
  });
}

test('an arbitrary shipping total is for inserts: an update of it warns', async () => {
  const { order } = (await insert(placed)).body;
  const summary = { arbitrary_shipping_handling_total: { value: 9 } };
  const { body } = await put(order.order_id, { summary });
  assert.match(
    body.warning.warning_message,
    /^summary\.arbitrary_shipping_handling_total\.value: no effect/,
  );
});

test('an update changes no amount that was charged, and says so', async () => {
  const option = { label: 'Grind', value: 'fine', cost_change: { value: 1 } };
  const { order: before } = (
    await insert({
      ...placed,
      items: [{ merchant_item_id: 'MUG', options: [option] }],
      gift: {
        gift: true,
        gift_charge: { value: 3 },
        gift_wrap_cost: { value: 2 },
        gift_message: 'Hi',
      },
    })
  ).body;
  const { status, body } = await put(before.order_id, {
    gift: { gift_charge: { value: 9 }, gift_wrap_cost: { value: 0 }, gift_message: 'Hello' },
    items: [{ options: [{ ...option, value: 'coarse', cost_change: { value: 7 } }] }],
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.order.gift, { ...before.gift, gift_message: 'Hello' });
  const [kept] = before.items[0].options;
  assert.deepEqual(body.order.items[0].options, [{ ...kept, value: 'coarse' }]);
  const words: string = body.warning.warning_message;
  for (const name of ['gift.gift_charge', 'gift.gift_wrap_cost', 'items[0].options[0].cost_change'])
    assert.ok(words.includes(`${name}.value`), words);
  const cleared = (await put(before.order_id, { gift: null })).body.order.gift;
  const { gift_charge, gift_wrap_cost } = before.gift;
  assert.deepEqual(cleared, { gift_charge, gift_wrap_cost });
  const refund = await app.request({
    operation: 'refundOrder',
    params: { order_id: before.order_id },
    body: { gift: { gift_charge_refunded: { value: 9 } } },
  });
  assert.match(refund.body.error.user_message, /at most 3 can be refunded/);
});

test('an update leaves a paid line as taxed as it was, so a refund gives back its tax', async () => {
  const { order: before } = (
    await insert({
      ...placed,
      items: [{ merchant_item_id: 'COFFEE', quantity: 2 }, { merchant_item_id: 'MUG' }],
      taxes: { arbitrary_tax_rate: 10 },
    })
  ).body;
  const { body } = await put(before.order_id, {
    items: [
      {
        tax_free: true,
        taxable_cost: { value: 1 },
        pricing_tier_name: 'Gold',
        description: 'Beans',
      },
      { tax_free: false },
    ],
  });
  const [coffee, mug] = body.order.items;
  assert.deepEqual(coffee, { ...before.items[0], description: 'Beans' });
  assert.deepEqual(mug, before.items[1]);
  const words: string = body.warning.warning_message;
  for (const name of [
    'items[0].tax_free',
    'items[0].taxable_cost.value',
    'items[0].pricing_tier_name',
    'items[1].tax_free',
  ])
    assert.ok(words.includes(name), words);
  assert.equal((await put(before.order_id, { items: before.items })).body.warning, undefined);
  const refund = await app.request({
    operation: 'refundOrder',
    params: { order_id: before.order_id },
    query: { _expand: 'summary' },
    body: { items: [{ quantity_refunded: 1 }, { quantity_refunded: 1 }] },
  });
  const { tax, tax_refunded } = refund.body.order.summary;
  assert.equal(Math.round(tax_refunded.value * 200), Math.round(tax.value * 100));
});

test('a declined purchase that starts an auto order takes no card that auto orders refuse', async () => {
  const policy = (settings: object) =>
    app.request({ operation: 'updateMerchantSettings', body: settings });
  await policy({ accepted_card_types: ['VISA'], prohibit_expiring_cards_months: 3 });
  const card = { card_type: 'VISA', card_expiration_month: 12, card_expiration_year: 2040 };
  const declined = async (items: object[]) => {
    const { body } = await insert({
      ...placed,
      items,
      payment: { credit_card: { ...card, card_number_token: 'tok_decline' } },
      ...partner({ store_if_payment_declines: true }),
    });
    return (change: object) =>
      put(body.order.order_id, {
        payment: { credit_card: { ...card, card_number_token: 'tok_approve', ...change } },
      });
  };
  const recurring = await declined([
    { merchant_item_id: 'COFFEE', auto_order_schedule: 'Monthly' },
  ]);
  const refusals: [change: object, field: RegExp][] = [
    [{ card_type: 'AMEX' }, /^payment\.credit_card\.card_type /],
    [{ card_expiration_year: 2020 }, /^payment\.credit_card\.card_expiration_month /],
  ];
  for (const [change, field] of refusals) {
    const { status, body } = await recurring(change);
    assert.equal(status, 400);
    assert.match(body.error.developer_message, field);
  }
  assert.equal((await recurring({})).status, 200);
  const once = await declined([{ merchant_item_id: 'COFFEE' }]);
  assert.equal((await once({ card_type: 'AMEX' })).status, 200);
  await policy({ accepted_card_types: [], prohibit_expiring_cards_months: 0 });
});

test('warnings are returned, and the order is stored', async () => {
  const { body } = await insert({ ...placed, ...line({ auto_order_schedule: 'Weekly' }) });
  assert.deepEqual([body.success, body.warning.warning_code], [true, 'schedule_not_offered']);
});

test('a partner’s own number is taken once, and a repeat returns the order', async () => {
  const flags = partner({ channel_partner_code: 'AMZ', channel_partner_order_id: '112-1' });
  const first = await insert({ ...placed, ...flags });
  assert.deepEqual([first.status, first.body.warning], [200, undefined]);
  const before = app.books.captures().length;
  const repeat = partner({ channel_partner_code: 'amz', channel_partner_order_id: ' 112-1' });
  const again = await insert({ ...placed, ...repeat });
  assert.deepEqual(again.body.order, first.body.order);
  assert.equal(again.body.warning.warning_code, 'inserted_before');
  assert.equal(app.books.captures().length, before);
  const others: [what: string, change: object][] = [
    ['another customer', { billing: { ...placed.billing, email: 'john@example.com' } }],
    ['another quantity', line({ quantity: 7 })],
    ['a line more', { items: [...placed.items!, { merchant_item_id: 'COFFEE' }] }],
    ['another card', { payment: token('tok_decline') }],
    ['warnings as errors', partner({ ...flags.channel_partner, treat_warnings_as_errors: true })],
  ];
  for (const [what, change] of others) {
    const { status, body } = await insert({ ...placed, ...flags, ...change });
    assert.equal(status, 400, what);
    const words = new RegExp(`112-1 was inserted before, as order ${first.body.order.order_id}`);
    assert.match(body.error.user_message, words, what);
  }
  assert.equal(
    (
      await insert({
        ...placed,
        ...partner({ channel_partner_code: 'EBAY', channel_partner_order_id: '112-1' }),
      })
    ).status,
    200,
  );
  const found = await app.request({
    operation: 'getOrders',
    query: { channel_partner_code: 'amz', channel_partner_order_id: '112-1' },
  });
  assert.equal(found.body.orders.length, 1);
});

test('an order in another currency shows both', async () => {
  const { body } = await insert({ ...placed, currency_code: 'JPY', exchange_rate: 150 });
  assert.deepEqual(body.order.summary.total, {
    currency_code: 'JPY',
    exchange_rate: 150,
    localized: 7626,
    localized_formatted: '¥7,626',
    value: 50.84,
  });
  assert.equal(body.order.exchange_rate, 150);
});

test('an order without expansion holds its scalars', async () => {
  const { body } = await insert(placed, {});
  assert.deepEqual(Object.keys(body.order).sort(), [
    'creation_dts',
    'currency_code',
    'current_stage',
    'merchant_id',
    'order_id',
  ]);
  assert.equal(body.metadata.payload_name, 'order');
});

/** Asserts the order that the update in the next test must return. */
function assertMerged(order: AnswerBody<'updateOrder'>['order'], order_id: string): void {
  assert.deepEqual([order.order_id, order.current_stage], [order_id, 'Shipping Department']);
  assert.deepEqual(order.billing, {
    cc_emails: ['boss@example.com'],
    country_code: 'DE',
    day_phone: '030-1234',
    email: 'jane@new.example',
    first_name: 'Jane',
    last_name: 'Doe',
  });
  assert.deepEqual(
    [order.shipping.shipping_method, order.shipping.city, order.shipping.day_phone_e164],
    ['Courier', 'Paris', undefined],
  );
  const { credit_card } = order.payment;
  assert.deepEqual(
    [
      credit_card.card_number,
      credit_card.card_type,
      credit_card.card_expiration_year,
      credit_card.card_verification_number_token,
    ],
    ['XXXXXXXXXXXX5100', 'MasterCard', undefined, undefined],
  );
  assert.deepEqual(
    [order.payment.payment_method, order.payment.payment_status],
    ['Credit Card', 'Processed'],
  );
  assert.deepEqual(
    [order.properties, order.Tags, order.checkout.custom_field1],
    [[{ name: 'a', value: 'b' }], [{ tag_value: 'vip' }], 'autumn'],
  );
  assert.deepEqual([order.summary.total.value, order.summary.actual_shipping.value], [50.84, 3]);
  assert.deepEqual(order.current_stage_histories.at(-1), {
    before_stage: 'Completed Order',
    after_stage: 'Shipping Department',
    transition_dts: '2026-01-20T12:00:00-05:00',
  });
}

test('an update merges parts, replaces lists and clears nulls', async () => {
  const { order_id } = (await insert(placed)).body.order;
  await app.setClock('2026-01-20T17:00:00Z');
  const { status, body } = await put(order_id, {
    order_id: 'TEST-9',
    current_stage: 'Shipping Department',
    billing: { email: 'jane@new.example', city: null },
    shipping: { shipping_method: 'Courier', day_phone_e164: '+49' },
    payment: {
      credit_card: {
        card_number_token: 'tok_mc_5100',
        card_type: 'MasterCard',
        card_verification_number_token: 'cvv',
      },
    },
    internal: { merchant_notes: 'calls back' },
    properties: [{ name: 'a', value: 'b' }],
    Tags: [{ tag_value: 'vip' }],
    checkout: { custom_field1: 'autumn' },
    summary: { total: { value: 1 }, actual_shipping: { value: 3 } },
  });
  await app.setClock('2026-01-15T17:00:00Z');
  assert.equal(status, 200, JSON.stringify(body));
  assertMerged(body.order, order_id);
  assert.deepEqual((await eventsOf(order_id)).slice(-3), [
    'order_update',
    'order_stage_change',
    'fulfillment_transmit',
  ]);
  const found = await app.request({ operation: 'getOrders', query: { email: 'JANE@new.example' } });
  assert.deepEqual(
    found.body.orders.map((each: Order) => each.order_id),
    [order_id],
  );
});

test('a new token has no digits, type or expiration of the old card', async () => {
  const { order_id } = (await insert(placed)).body.order;
  const { body } = await put(order_id, {
    payment: { credit_card: { card_number_token: 'a1b2c3' } },
  });
  const { card_number, card_type, card_expiration_year } = body.order.payment.credit_card;
  assert.deepEqual(
    [card_number, card_type, card_expiration_year],
    [undefined, undefined, undefined],
  );
});

test('what was read can be written back without a change', async () => {
  const before = (
    await insert({
      ...placed,
      payment: { ...placed.payment, echeck: { bank_account_number: '123456789' } },
      gift: { gift: true, gift_charge: { value: 2 } },
    })
  ).body.order;
  assert.equal(before.payment.echeck.bank_account_number, 'XXXX6789');
  const after = (await put(before.order_id, before)).body.order;
  assert.deepEqual(after, before);
});

test('an order that is paid another way: its move to the next stage counts as payment, once', async () => {
  const { order_id } = (await insert({ ...placed, payment: { payment_method: 'Check' } })).body
    .order;
  const { body } = await put(order_id, { current_stage: 'Shipping Department' });
  assert.deepEqual(
    [body.order.payment.payment_status, body.order.payment.payment_dts],
    ['Processed', '2026-01-15T12:00:00-05:00'],
  );
  await put(order_id, { current_stage: 'Completed Order' });
  assert.deepEqual(await eventsOf(order_id), [
    'order_create',
    'order_update',
    'order_stage_change',
    'order_payment_process',
    'fulfillment_transmit',
    'order_update',
    'order_stage_change',
    'order_ship',
  ]);
});

const changesRefused: { name: string; change: object; field: string }[] = [
  { name: 'a stage out of turn', change: { current_stage: 'Quote Sent' }, field: 'current_stage' },
  { name: 'an unknown stage', change: { current_stage: 'Lost' }, field: 'current_stage' },
  {
    name: 'another quantity',
    change: { items: [{ quantity: 3 }, {}] },
    field: 'items[0].quantity',
  },
  {
    name: 'another price',
    change: { items: [{ cost: { value: 1 } }, {}] },
    field: 'items[0].cost',
  },
  { name: 'fewer lines', change: { items: [] }, field: 'items' },
  {
    name: 'a zeroth month',
    change: { payment: { credit_card: { card_expiration_month: 0 } } },
    field: 'payment.credit_card.card_expiration_month',
  },
  {
    name: 'a name that is too long',
    change: { billing: { first_name: 'x'.repeat(31) } },
    field: 'billing.first_name',
  },
];
test('changes that are refused change nothing', async (t) => {
  const before = (await insert(placed)).body.order;
  for (const { name, change, field } of changesRefused) {
    await t.test(name, async () => {
      const { status, body } = await put(before.order_id, change);
      assert.equal(status, 400);
      assert.ok(body.error.developer_message.startsWith(field), body.error.developer_message);
    });
  }
  assert.deepEqual((await read(before.order_id)).body.order, before);
});

/** Adds a merchant with three orders, and returns their ids, oldest first. */
async function shopWithOrders(merchantId: string) {
  await app.addMerchant(merchantId);
  const key = await app.addKey(merchantId);
  const item = { merchant_item_id: 'X1', arbitrary_unit_cost: { value: 5 } };
  const add = async (change: object) =>
    (
      await app.request({
        operation: 'insertOrder',
        key,
        body: { ...placed, summary: {}, taxes: {}, items: [item], ...change },
      })
    ).body.order.order_id;
  const one = await add({});
  const two = await add({
    billing: { ...placed.billing, last_name: 'Roe', email: 'roe@example.com', company: 'Roe & Co' },
    shipping: { rma: 'R7' },
  });
  const three = await add({
    payment: { purchase_order: { purchase_order_number: 'PO-9' } },
    ...partner({ channel_partner_code: 'AMZ' }),
    items: [{ ...item, quantity: 2 }],
  });
  return { key, one, two, three };
}

test('filters are exact, ignore case and are joined by and', async () => {
  const { key, one, two, three } = await shopWithOrders('SHOP');
  const cases: { query: object; found: string[] }[] = [
    { query: {}, found: [one, two, three] },
    { query: { last_name: 'DOE' }, found: [one, three] },
    { query: { last_name: 'muster' }, found: [one, three] },
    { query: { last_name: 'do' }, found: [] },
    { query: { city: 'paris', country_code: 'de' }, found: [one, three] },
    { query: { email: 'ROE@example.com' }, found: [two] },
    { query: { company: 'roe & co' }, found: [two] },
    { query: { rma: 'r7' }, found: [two] },
    { query: { cc_email: 'boss@example.com', phone: '030-1234' }, found: [one, two, three] },
    { query: { purchase_order_number: 'po-9' }, found: [three] },
    { query: { payment_method: 'Credit Card' }, found: [one, two] },
    { query: { current_stage: 'Accounts Receivable' }, found: [three] },
    { query: { channel_partner_code: 'amz' }, found: [three] },
    {
      query: { item_id: 'x1', custom_field_1: 'Spring', screen_branding_theme_code: 'sf' },
      found: [one, two, three],
    },
    { query: { total: 10 }, found: [three] },
    { query: { order_id: two.toLowerCase() }, found: [two] },
    {
      query: { creation_date_begin: '2026-01-15', creation_date_end: '2026-01-16T00:00:00Z' },
      found: [one, two, three],
    },
    { query: { creation_date_begin: '2026-01-16' }, found: [] },
    { query: { payment_date_begin: '2026-01-01' }, found: [one, two] },
    { query: { refund_date_begin: '2026-01-01' }, found: [] },
    { query: { shipped_on_date_end: '2027-01-01' }, found: [] },
    { query: { customer_profile_oid: 1 }, found: [] },
  ];
  for (const { query, found } of cases) {
    const { status, body } = await app.request({ operation: 'getOrdersByQuery', key, body: query });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(
      body.orders.map((each: Order) => each.order_id),
      found,
      JSON.stringify(query),
    );
    assert.equal(body.metadata.result_set.total_records, found.length);
  }
});

test('lists are sorted and cut into pages; a batch keeps the order of its ids', async () => {
  const { key, one, two, three } = await shopWithOrders('SHOP2');
  const listed = await app.request({
    operation: 'getOrders',
    key,
    query: { last_name: 'doe', _sort: '-summary.total', _limit: 1, _expand: 'summary' },
  });
  assert.deepEqual(
    [listed.body.orders[0].order_id, listed.body.orders[0].summary.total.value],
    [three, 10],
  );
  assert.deepEqual(listed.body.metadata.result_set, {
    count: 1,
    limit: 1,
    offset: 0,
    more: true,
    next_offset: 1,
    total_records: 2,
  });
  const byName = await app.request({
    operation: 'getOrders',
    key,
    query: { _sort: '+billing.last_name,-order_id' },
  });
  assert.deepEqual(
    byName.body.orders.map((each: Order) => each.order_id),
    [three, one, two],
  );
  const batch = await app.request({
    operation: 'getOrdersBatch',
    key,
    body: { order_ids: [three, 'SHOP2-0000000099', one.toLowerCase(), three] },
  });
  assert.deepEqual(
    batch.body.orders.map((each: Order) => each.order_id),
    [three, one],
  );
});

test('a list that asks for too much is refused', async () => {
  const ids = Array.from({ length: 201 }, (_, i) => `TEST-${i}`);
  const answers = [
    await app.request({ operation: 'getOrders', query: { _limit: 201 } }),
    await app.request({ operation: 'getOrders', query: { _sort: 'colour' } }),
    await app.request({ operation: 'getOrders', query: { creation_date_begin: 'soon' } }),
    await app.request({ operation: 'getOrdersByQuery', body: { payment_date_end: 'soon' } }),
    await app.request({ operation: 'getOrdersByQuery', body: { total: 0.001 } }),
    await app.request({ operation: 'getOrdersBatch', body: { order_ids: ids } }),
    await app.request({ operation: 'getOrdersBatch', body: {} }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => 400),
  );
});

test('an object that is unknown or of another merchant: 404; no key or permission: 401', async () => {
  const { order_id } = (await insert(placed)).body.order;
  await app.addMerchant('OTHER');
  const other = await app.addKey('OTHER');
  const reader = await app.addKey('TEST', ['order_read', 'item_write']);
  const calls = [
    { operation: 'getOrder', params: { order_id } },
    { operation: 'updateOrder', params: { order_id }, body: { billing: { city: 'Rome' } } },
  ] as const;
  for (const call of calls)
    assert.equal((await app.request({ ...call, key: other })).status, 404, call.operation);
  const all = [
    ...calls,
    { operation: 'getOrders' },
    { operation: 'insertOrder', body: placed },
    { operation: 'getOrdersBatch', body: { order_ids: [] } },
    { operation: 'getOrdersByQuery', body: {} },
  ] as const;
  for (const call of all)
    assert.equal((await app.request({ ...call, key: null })).status, 401, call.operation);
  for (const call of [calls[1], all[3]])
    assert.equal((await app.request({ ...call, key: reader })).status, 401, call.operation);
  assert.equal((await app.request({ operation: 'getOrders', key: other })).body.orders.length, 0);
  assert.equal(
    (await app.request({ operation: 'getOrder', params: { order_id: 'TEST-1' } })).status,
    404,
  );
});

test('a card that expires too soon cannot buy what recurs; elsewhere charged, it is warned of', async () => {
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'CHOOSY',
      pricing: { cost: 5 },
      auto_order: {
        auto_orderable: true,
        auto_order_schedules: ['Monthly'],
        auto_order_prohibit_expiring_cards: 6,
      },
    },
  });
  const buy = (line: object, channel_partner: object = {}) =>
    insert({
      billing: { email: 'choosy@example.com' },
      items: [{ merchant_item_id: 'CHOOSY', ...line }],
      payment: {
        payment_method: 'Credit Card',
        credit_card: {
          card_number_token: 'tok_1',
          card_expiration_month: 4,
          card_expiration_year: 2026,
        },
      },
      channel_partner,
    });
  const monthly = { auto_order_schedule: 'Monthly' };
  const { status, body } = await buy(monthly);
  assert.equal(status, 400);
  assert.match(
    body.error.user_message,
    /payment.credit_card.card_expiration_month is less than 6 months away/,
  );
  assert.equal((await buy({})).status, 200);
  const elsewhere = await buy(monthly, { skip_payment_processing: true });
  assert.match(elsewhere.body.warning.warning_message, /less than 6 months away/);
});

/**
 * Adds a merchant that accepts only VISA for recurring items, and returns its key and a function
 * that buys there.
 */
async function visaShop() {
  await app.addMerchant('CARDS', { settings: { accepted_card_types: ['VISA'] } });
  const key = await app.addKey('CARDS');
  const auto_order = { auto_orderable: true, auto_order_schedules: ['Monthly'] };
  const item = { merchant_item_id: 'TEA', pricing: { cost: 5 }, auto_order };
  await app.request({ operation: 'insertItem', key, body: item });
  const said = { card_type: 'VISA', card_expiration_month: 1, card_expiration_year: 2031 } as const;
  const buy = (card_number_token: string) =>
    app.request({
      operation: 'insertOrder',
      key,
      query: { _expand: 'payment' },
      body: {
        billing: { email: 'ann@example.com' },
        items: [{ merchant_item_id: 'TEA', auto_order_schedule: 'Monthly' }],
        payment: { payment_method: 'Credit Card', credit_card: { ...said, card_number_token } },
      },
    });
  return { key, said, buy };
}

test('the facts of the gateway about a card decide, at the purchase and at each change', async () => {
  const { key, said, buy } = await visaShop();
  const refused = await buy('tok_mastercard_0530_4444');
  assert.match(refused.body.error.user_message, /card_type is not a type of card/);

  const { body } = await buy('tok_visa_0530_1111-a');
  const { order_id } = body.order;
  const shown = ({ payment }: typeof body.order) => {
    const { card_type, card_number, card_expiration_month, card_expiration_year } =
      payment.credit_card;
    return [card_type, card_number, card_expiration_month, card_expiration_year];
  };
  assert.deepEqual(shown(body.order), ['VISA', 'XXXXXXXXXXXX1111', 5, 2030]);
  const put = (card_number_token: string) =>
    app.request({
      operation: 'updateOrder',
      key,
      params: { order_id },
      query: { _expand: 'payment' },
      body: { payment: { credit_card: { ...said, card_number_token } } },
    });
  const changed = await put('tok_mastercard_0530_4444');
  assert.equal(changed.status, 400);
  assert.match(changed.body.error.user_message, /payment.credit_card.card_type is not a type/);
  assert.deepEqual(shown((await put('tok_visa_0732_2222')).body.order), [
    'VISA',
    'XXXXXXXXXXXX2222',
    7,
    2032,
  ]);

  const found = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    key,
    params: { reference_order_id: order_id },
  });
  const pay = (card_number_token: string) =>
    app.request({
      operation: 'updateAutoOrderPayment',
      key,
      params: { auto_order_oid: found.body.auto_order.auto_order_oid },
      body: { ...said, card_number_token },
    });
  assert.equal((await pay('tok_amex_0530_0005')).status, 400);
  assert.equal((await pay('tok_visa_0933_3333')).status, 200);
  const last = await app.request({
    operation: 'getOrder',
    key,
    params: { order_id },
    query: { _expand: 'payment' },
  });
  assert.deepEqual(shown(last.body.order), ['VISA', 'XXXXXXXXXXXX3333', 9, 2033]);
});
