import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Customer } from '@perennial/contract/customer.ts';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
const everything = { _expand: 'billing,shipping,cards,cc_emails,properties,tags,pricing_tiers' };

const jane: Customer = {
  email: ' Jane@Example.com ',
  business_notes: 'likes tea',
  password: 'secret',
  billing: [
    { first_name: 'Jane', last_name: 'Doe', city: 'Berlin', default_billing: true },
    { first_name: 'Office' },
  ],
  shipping: [{ last_name: 'Muster', country_code: 'FR' }],
  cards: [
    {
      card_number_token: 'tok_visa_4242',
      card_type: 'VISA',
      card_expiration_month: 4,
      card_expiration_year: 2030,
    },
  ],
  properties: [{ name: 'shoe', value: '42' }],
  tags: [{ tag_value: 'vip' }],
  pricing_tiers: [{ name: 'Wholesale', pricing_tier_oid: 7 }],
};

const insert = (body: unknown) =>
  app.request({ operation: 'insertCustomer', query: everything, body });
const read = (oid: number) =>
  app.request({
    operation: 'getCustomer',
    params: { customer_profile_oid: oid },
    query: everything,
  });
const put = (oid: number, body: unknown) =>
  app.request({
    operation: 'updateCustomer',
    params: { customer_profile_oid: oid },
    query: everything,
    body,
  });

test('a profile is stored with ids on its parts and without its tokens', async () => {
  const { status, body } = await insert(jane);
  assert.equal(status, 200, JSON.stringify(body));
  const { customer } = body;
  assert.deepEqual(
    [customer.email, customer.merchant_id, customer.password],
    ['Jane@Example.com', 'TEST', undefined],
  );
  assert.deepEqual(
    [customer.signup_dts, customer.last_modified_dts],
    ['2026-01-15T12:00:00-05:00', '2026-01-15T12:00:00-05:00'],
  );
  assert.deepEqual(
    customer.billing.map((each: { customer_billing_oid: number }) => each.customer_billing_oid),
    [1, 2],
  );
  assert.deepEqual(customer.cards, [
    {
      card_expiration_month: 4,
      card_expiration_year: 2030,
      card_number: 'XXXXXXXXXXXX4242',
      card_type: 'VISA',
      customer_profile_credit_card_id: 1,
      customer_profile_oid: customer.customer_profile_oid,
    },
  ]);
  const row = await app.db.row(`select card_tokens from customer where merchant_id = 'TEST'`);
  assert.deepEqual(row, { card_tokens: { 1: 'tok_visa_4242' } });
});

test('it is found by oid and by email in any case', async () => {
  const byEmail = await app.request({
    operation: 'getCustomerByEmail',
    params: { email: 'JANE@example.com' },
  });
  assert.deepEqual(Object.keys(byEmail.body.customer).sort(), [
    'business_notes',
    'customer_profile_oid',
    'email',
    'last_modified_dts',
    'merchant_id',
    'signup_dts',
  ]);
  assert.equal(
    (await read(byEmail.body.customer.customer_profile_oid)).body.customer.billing.length,
    2,
  );
});

test(
  'an update keeps what it does not name, clears nulls, replaces lists and keeps the tokens of ' +
    'cards that stay',
  async () => {
    const before = (
      await app.request({
        operation: 'getCustomerByEmail',
        params: { email: 'jane@example.com' },
        query: everything,
      })
    ).body.customer;
    const { status, body } = await put(before.customer_profile_oid, {
      business_notes: null,
      tax_id: 'DE1',
      cards: [{ card_number_token: 'tok_mc_5100' }, ...before.cards],
      billing: [before.billing[1]],
    });
    assert.equal(status, 200, JSON.stringify(body));
    const { customer } = body;
    assert.deepEqual(
      [customer.business_notes, customer.tax_id, customer.last_modified_by],
      [undefined, 'DE1', 'test key'],
    );
    assert.deepEqual(
      customer.cards.map(
        (card: { customer_profile_credit_card_id: number; card_number: string }) => [
          card.customer_profile_credit_card_id,
          card.card_number,
        ],
      ),
      [
        [2, 'XXXXXXXXXXXX5100'],
        [1, 'XXXXXXXXXXXX4242'],
      ],
    );
    assert.deepEqual(customer.billing, [before.billing[1]]);
    assert.deepEqual(customer.shipping, before.shipping);
    assert.deepEqual(
      await app.db.row(`select card_tokens from customer where merchant_id = 'TEST'`),
      { card_tokens: { 1: 'tok_visa_4242', 2: 'tok_mc_5100' } },
    );
    const again = await put(customer.customer_profile_oid, customer);
    assert.deepEqual(again.body.customer, customer);
  },
);

test('a list is filtered, sorted and paged', async () => {
  await app.setClock('2026-02-01T17:00:00Z');
  const roe = (await insert({ email: 'roe@example.com', billing: [{ last_name: 'Roe' }] })).body
    .customer.customer_profile_oid;
  await app.setClock('2026-01-15T17:00:00Z');
  const cases: { query: Record<string, string | number>; found: string[] }[] = [
    { query: { _sort: '-email' }, found: ['roe@example.com', 'Jane@Example.com'] },
    { query: { email: 'ROE@example.com' }, found: ['roe@example.com'] },
    { query: { billing_last_name: 'roe' }, found: ['roe@example.com'] },
    {
      query: { shipping_country_code: 'fr', shipping_last_name: 'MUSTER' },
      found: ['Jane@Example.com'],
    },
    { query: { billing_first_name: 'off' }, found: [] },
    { query: { pricing_tier_name: 'wholesale', pricing_tier_oid: 7 }, found: ['Jane@Example.com'] },
    { query: { _since: '2026-01-20' }, found: ['roe@example.com'] },
    { query: { signup_dts_end: '2026-01-20' }, found: ['Jane@Example.com'] },
    {
      query: { last_modified_dts_start: '2026-01-01', last_modified_dts_end: '2026-01-31' },
      found: ['Jane@Example.com'],
    },
  ];
  for (const { query, found } of cases) {
    const { body } = await app.request({ operation: 'getCustomers', query });
    assert.deepEqual(
      body.customers.map((each: Customer) => each.email),
      found,
      JSON.stringify(query),
    );
  }
  const later = { operation: 'getCustomersByQuery', query: { _since: '2026-01-20' } } as const;
  const { body } = await app.request({ ...later, body: {} });
  assert.deepEqual(
    body.customers.map((each: Customer) => each.email),
    ['roe@example.com'],
  );
  assert.ok(roe > 1);
});

test('an order belongs to the profile of its email', async () => {
  const order = {
    billing: { email: 'ROE@EXAMPLE.COM' },
    payment: { payment_method: 'Cash' },
    items: [{ merchant_item_id: 'X1', arbitrary_unit_cost: { value: 1 } }],
  };
  const { body } = await app.request({
    operation: 'insertOrder',
    query: { _expand: 'customer_profile' },
    body: order,
  });
  assert.equal(body.order.customer_profile.email, 'roe@example.com');
  assert.equal(body.order.customer_profile.cards, undefined);
  const { customer_profile_oid } = body.order.customer_profile;
  const found = await app.request({
    operation: 'getOrdersByQuery',
    body: { customer_profile_oid },
  });
  assert.equal(found.body.orders.length, 1);
  const moved = await app.request({
    operation: 'updateOrder',
    params: { order_id: body.order.order_id },
    query: { _expand: 'customer_profile' },
    body: { billing: { email: 'nobody@example.com' } },
  });
  assert.equal(moved.body.order.customer_profile, undefined);
});

const refused: { name: string; customer: object; field: string }[] = [
  { name: 'no email', customer: { email: null }, field: 'email' },
  { name: 'no email address', customer: { email: 'jane' }, field: 'email' },
  { name: 'an email that has a profile', customer: { email: 'JANE@example.com' }, field: 'email' },
  {
    name: 'a card number',
    customer: { cards: [{ card_number: '378282246310005' }] },
    field: 'cards[0].card_number',
  },
  {
    name: 'a thirteenth month',
    customer: { cards: [{ card_expiration_month: 13 }] },
    field: 'cards[0].card_expiration_month',
  },
  {
    name: 'a name that is too long',
    customer: { billing: [{ first_name: 'x'.repeat(31) }] },
    field: 'billing[0].first_name',
  },
];
for (const { name, customer, field } of refused) {
  test(`refused: ${name}`, async () => {
    const inserted = await insert({ email: 'new@example.com', ...customer });
    assert.equal(inserted.status, 400);
    assert.ok(
      inserted.body.error.developer_message.startsWith(field),
      inserted.body.error.developer_message,
    );
    assert.equal((await put(2, customer)).status, 400);
  });
}

test('an object that is unknown or of another merchant: 404; no key or permission: 401', async () => {
  await app.addMerchant('OTHER');
  const other = await app.addKey('OTHER');
  const reader = await app.addKey('TEST', ['customer_read', 'order_write']);
  const calls = [
    { operation: 'getCustomer', params: { customer_profile_oid: 1 } },
    { operation: 'getCustomerByEmail', params: { email: 'jane@example.com' } },
    { operation: 'updateCustomer', params: { customer_profile_oid: 1 }, body: { tax_id: 'x' } },
  ] as const;
  for (const call of calls)
    assert.equal((await app.request({ ...call, key: other })).status, 404, call.operation);
  for (const call of [
    ...calls,
    { operation: 'getCustomers' },
    { operation: 'insertCustomer', body: jane },
  ] as const) {
    assert.equal((await app.request({ ...call, key: null })).status, 401, call.operation);
  }
  assert.equal(
    (await app.request({ operation: 'insertCustomer', body: jane, key: reader })).status,
    401,
  );
  assert.equal((await app.request({ operation: 'getCustomers', key: reader })).status, 200);
});

const order = (email: string, cost = 10, more: object = {}) =>
  app.request({
    operation: 'insertOrder',
    body: {
      billing: { email },
      items: [{ merchant_item_id: 'TEA', quantity: 1, arbitrary_unit_cost: { value: cost } }],
      payment: { payment_method: 'Cash' },
      channel_partner: { skip_payment_processing: true },
      ...more,
    },
  });

test('a profile that is made later takes the earlier orders of its email, many in the background', async () => {
  const first = (await order('late@example.com', 12)).body.order;
  await order('LATE@example.com', 30);
  await order('other@example.com');
  const { customer } = (await insert({ email: 'late@example.com' })).body;
  const { customer: whole } = (
    await app.request({
      operation: 'getCustomer',
      params: { customer_profile_oid: customer.customer_profile_oid },
      query: { _expand: 'orders_summary,orders,quotes,activity' },
    })
  ).body;
  assert.deepEqual(whole.orders_summary, {
    first_order_dts: '2026-01-15T12:00:00-05:00',
    last_order_dts: '2026-01-15T12:00:00-05:00',
    order_count: 2,
    total: 42,
  });
  assert.deepEqual(
    [whole.orders.length, whole.quotes.length, whole.activity.activities.length],
    [2, 0, 2],
  );
  const [orders, revenue] = whole.activity.metrics;
  assert.deepEqual(
    [orders.name, orders.all_time, orders.last_30, orders.prior_30],
    ['Orders', 2, 2, 0],
  );
  assert.deepEqual([revenue.all_time, revenue.all_time_formatted], [42, '42.00']);
  const found = await app.request({
    operation: 'getOrdersByQuery',
    query: { _expand: 'customer_profile' },
    body: { customer_profile_oid: customer.customer_profile_oid },
  });
  assert.ok(found.body.orders.some((each) => each.order_id === first.order_id));
  assert.equal(found.body.orders[0].customer_profile.email, 'late@example.com');
});

test('more orders than one request takes are taken by the worker', async () => {
  for (let i = 0; i < 201; i++) await order('many@example.com', 1);
  const { customer } = (await insert({ email: 'many@example.com' })).body;
  const count = async () =>
    (
      await app.request({
        operation: 'getCustomer',
        params: { customer_profile_oid: customer.customer_profile_oid },
        query: { _expand: 'orders_summary' },
      })
    ).body.customer.orders_summary.order_count;
  assert.equal(await count(), 200);
  await app.work('orders of profiles');
  assert.equal(await count(), 201);
  assert.deepEqual(
    await app.db.rows("select 1 from customer_adoption where merchant_id = 'TEST'"),
    [],
  );
});

test('a query finds profiles by any of several emails and by tags', async () => {
  await insert({ email: 'q1@example.com', tags: [{ tag_value: 'Gold' }, { tag_value: 'Berlin' }] });
  await insert({ email: 'q2@example.com', tags: [{ tag_value: 'gold' }] });
  const find = async (body: object) =>
    (
      await app.request({ operation: 'getCustomersByQuery', query: { _sort: 'email' }, body })
    ).body.customers.map(({ email }) => email);
  const both = ['q1@example.com', 'q2@example.com'];
  assert.deepEqual(await find({ emails: ['Q2@example.com', 'q1@example.com'] }), both);
  assert.deepEqual(await find({ any_tags: ['gold', 'nothing'] }), both);
  assert.deepEqual(await find({ all_tags: ['gold', 'berlin'] }), ['q1@example.com']);
  assert.deepEqual(await find({ all_tags: ['gold'], email: 'q2@example.com' }), ['q2@example.com']);
});

test('a deleted profile leaves its orders, and a later one takes them over', async () => {
  const { customer } = (await insert({ email: 'gone@example.com' })).body;
  const { order: bought } = (await order('gone@example.com')).body;
  const params = { customer_profile_oid: customer.customer_profile_oid };
  const refused = await app.request({
    operation: 'deleteCustomer',
    params,
    headers: { 'if-match': '"99"' },
  });
  assert.equal(refused.status, 412);
  assert.equal((await app.request({ operation: 'deleteCustomer', params })).status, 204);
  assert.equal((await app.request({ operation: 'getCustomer', params })).status, 404);
  assert.equal((await app.request({ operation: 'deleteCustomer', params })).status, 404);
  const owner = async () =>
    (
      await app.request({
        operation: 'getOrder',
        params: { order_id: bought.order_id },
        query: { _expand: 'customer_profile' },
      })
    ).body.order.customer_profile?.customer_profile_oid;
  assert.equal(await owner(), undefined);
  const later = (await insert({ email: 'gone@example.com' })).body.customer;
  assert.equal(await owner(), later.customer_profile_oid);
  const events = await app.db.rows<{ name: string }>(
    `select name from event where merchant_id = 'TEST' and object_type = 'customer profile'
       and object_id = $1 order by object_sequence`,
    [String(customer.customer_profile_oid)],
  );
  assert.deepEqual(events.at(-1), { name: 'customer_delete' });
});

test('a merge keeps both profiles’ addresses, cards and orders, and deletes the other', async () => {
  const { customer: into } = (await insert({ ...jane, email: 'into@example.com' })).body;
  const { customer: other } = (
    await insert({ ...jane, email: 'from@example.com', business_notes: 'x', tax_id: 'T9' })
  ).body;
  await order('into@example.com', 1);
  await order('from@example.com', 2);
  const merge = (body: object) =>
    app.request({
      operation: 'mergeCustomer',
      params: { customer_profile_oid: into.customer_profile_oid },
      query: { _expand: `${everything._expand},orders_summary` },
      body,
    });
  assert.equal((await merge({})).status, 400);
  assert.equal((await merge({ email: 'into@example.com' })).status, 400);
  const { body } = await merge({ email: 'from@example.com' });
  assert.deepEqual(
    [body.customer.email, body.customer.business_notes, body.customer.tax_id],
    ['into@example.com', 'likes tea', 'T9'],
  );
  assert.equal(body.customer.orders_summary.total, 3);
  assert.deepEqual(
    body.customer.cards.map((card) => [card.customer_profile_credit_card_id, card.card_number]),
    [
      [1, 'XXXXXXXXXXXX4242'],
      [2, 'XXXXXXXXXXXX4242'],
    ],
  );
  assert.equal(body.customer.billing.length, 4);
  const gone = await read(other.customer_profile_oid);
  assert.equal(gone.status, 404);
});

test('another token of a stored card has none of the digits that were read', async () => {
  const { body } = await app.request({
    operation: 'insertCustomer',
    query: everything,
    body: { email: 'cards@example.com', cards: [{ card_number_token: 'tok_visa_4242' }] },
  });
  const { customer_profile_oid: oid, cards } = body.customer;
  const numberAfter = async (card_number_token: string) =>
    (await put(oid, { cards: [{ ...cards[0], card_number_token }] })).body.customer.cards[0]
      ?.card_number;
  assert.equal(cards[0]?.card_number, 'XXXXXXXXXXXX4242');
  assert.equal(await numberAfter('tok_visa_4242'), 'XXXXXXXXXXXX4242');
  assert.equal(await numberAfter('tok_approve'), undefined);
  assert.equal(await numberAfter('tok_mc_5100'), 'XXXXXXXXXXXX5100');
});
