import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expansions } from '@perennial/contract/expansions.ts';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
const everything = {
  _expand:
    'items,items.future_schedules,add_ons,properties,logs,' +
    'original_order,original_order.billing,original_order.payment,rebill_orders',
};

for (const item of [
  {
    merchant_item_id: 'COFFEE',
    pricing: { cost: 12.99 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Weekly', 'Monthly'] },
  },
  {
    merchant_item_id: 'TEA',
    pricing: { cost: 8 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
  { merchant_item_id: 'MUG', pricing: { cost: 5 } },
  {
    merchant_item_id: 'GOLD',
    pricing: { cost: 30 },
    auto_order: {
      auto_orderable: true,
      auto_order_schedules: ['Monthly'],
      cancel_other_auto_orders: true,
    },
  },
  {
    merchant_item_id: 'BASIC',
    pricing: { cost: 10 },
    auto_order: {
      auto_orderable: true,
      auto_order_schedules: ['Monthly'],
      auto_order_upgrade_items: ['MUG'],
    },
  },
  {
    merchant_item_id: 'BOX',
    pricing: { cost: 20 },
    auto_order: {
      auto_orderable: true,
      auto_order_upsell: true,
      steps: [{ type: 'item', schedule: 'Monthly', repeat_count: 3 }],
    },
  },
])
  assert.equal((await app.request({ operation: 'insertItem', body: item })).status, 200);

const card = {
  payment_method: 'Credit Card',
  credit_card: {
    card_type: 'VISA',
    card_number_token: 'tok_1',
    card_expiration_month: 12,
    card_expiration_year: 2030,
  },
};

async function order(
  email: string,
  items: readonly object[],
  payment: object = card,
): Promise<string> {
  const { status, body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { first_name: 'Ann', last_name: 'Smith', email, country_code: 'US' },
      shipping: { first_name: 'Ann', last_name: 'Smith', country_code: 'US' },
      items,
      payment,
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.order.order_id;
}

/** Orders coffee every month, and returns the new auto order with everything expanded. */
async function subscribe(
  email = 'ann@example.com',
  items: readonly object[] = [
    { merchant_item_id: 'COFFEE', quantity: 2, auto_order_schedule: 'Monthly' },
  ],
) {
  const orderId = await order(email, items);
  const { status, body } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: orderId },
    query: everything,
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.auto_order;
}

const read = async (oid: number) =>
  (
    await app.request({
      operation: 'getAutoOrder',
      params: { auto_order_oid: oid },
      query: everything,
    })
  ).body.auto_order;
const update = (oid: number, body: object, query: Record<string, string> = {}) =>
  app.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: oid },
    query: { ...everything, ...query },
    body,
  });
const eventsOf = async (oid: number) =>
  (
    await app.db.rows<{ name: string }>(
      `select name from event
       where merchant_id = 'TEST' and object_type = 'auto order' and object_id = $1
       order by object_sequence`,
      [String(oid)],
    )
  ).map(({ name }) => name);
const logsOf = async (oid: number): Promise<string[]> =>
  (await read(oid)).logs.map((line: { log_message: string }) => line.log_message);

test('a paid order with a schedule starts an auto order', async () => {
  const autoOrder = await subscribe();
  assert.equal(autoOrder.status, 'active');
  assert.match(autoOrder.auto_order_code, /^[A-Z0-9]{10}$/);
  const [item, ...more] = autoOrder.items;
  assert.equal(more.length, 0);
  assert.deepEqual(
    [item.original_item_id, item.original_quantity, item.frequency, item.life_time_value],
    ['COFFEE', 2, 'Monthly', 25.98],
  );
  assert.equal(item.next_shipment_dts, '2026-02-15T12:00:00-05:00');
  assert.deepEqual(item.future_schedules[1], {
    item_id: 'COFFEE',
    rebill_count: 2,
    shipment_dts: '2026-03-15T12:00:00-04:00',
    unit_cost: 12.99,
  });
  assert.equal(item.future_schedules.length, 10);
  assert.equal(autoOrder.original_order.billing.last_name, 'Smith');
  assert.deepEqual(await eventsOf(autoOrder.auto_order_oid), ['auto_order_create']);
  const original = await app.request({
    operation: 'getOrder',
    params: { order_id: autoOrder.original_order_id },
    query: { _expand: 'auto_order,item' },
  });
  assert.equal(original.body.order.auto_order.auto_order_oid, autoOrder.auto_order_oid);
  assert.equal(original.body.order.items[0].item_reference_oid, item.auto_order_item_oid);
});

test('an order without a schedule, or not paid, starts none', async () => {
  const unscheduled = await order('none@example.com', [
    { merchant_item_id: 'COFFEE', quantity: 1 },
  ]);
  const declined = await order(
    'none@example.com',
    [{ merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' }],
    {
      ...card,
      credit_card: { ...card.credit_card, card_number_token: 'tok_decline' },
    },
  );
  for (const id of [unscheduled, declined]) {
    const { status, body } = await app.request({
      operation: 'getAutoOrderByReferenceOrderId',
      params: { reference_order_id: id },
    });
    assert.equal(status, 404);
    assert.match(body.error.developer_message, new RegExp(id));
  }
});

test('it is read by oid, by code and in batches; another merchant sees nothing of it', async () => {
  const { auto_order_oid: oid, auto_order_code: code } = await subscribe();
  assert.equal(
    (
      await app.request({
        operation: 'getAutoOrderByCode',
        params: { auto_order_code: code.toLowerCase() },
      })
    ).body.auto_order.auto_order_oid,
    oid,
  );
  const batch = await app.request({
    operation: 'getAutoOrdersBatch',
    body: { auto_order_oids: [oid, 999_999, oid] },
  });
  assert.deepEqual(
    batch.body.auto_orders.map((each: { auto_order_oid: number }) => each.auto_order_oid),
    [oid],
  );
  assert.equal(
    (
      await app.request({
        operation: 'getAutoOrdersBatch',
        body: { auto_order_oids: Array(201).fill(oid) },
      })
    ).status,
    400,
  );
  await app.addMerchant('OTHER');
  const key = await app.addKey('OTHER');
  assert.equal(
    (await app.request({ operation: 'getAutoOrder', params: { auto_order_oid: oid }, key })).status,
    404,
  );
  assert.deepEqual((await app.request({ operation: 'getAutoOrders', key })).body.auto_orders, []);
});

test('all expansions together follow the contract, in a detail and in a list', async () => {
  const { auto_order_oid: oid } = await subscribe('whole@example.com');
  const query = { _expand: expansions.auto_order.join(',') };
  const one = await app.request({
    operation: 'getAutoOrder',
    params: { auto_order_oid: oid },
    query,
  });
  assert.equal(one.status, 200);
  const listed = await app.request({
    operation: 'getAutoOrders',
    query: { ...query, email: 'whole@example.com' },
  });
  assert.deepEqual(listed.body.auto_orders, [one.body.auto_order]);
  const all = await app.request({ operation: 'getAutoOrders', query });
  assert.deepEqual(
    all.body.auto_orders.filter((each: { auto_order_oid: number }) => each.auto_order_oid === oid),
    [one.body.auto_order],
  );
  const young = [
    'add_ons',
    'emails',
    'items',
    'logs',
    'management',
    'original_order',
    'properties',
    'rebill_orders',
  ];
  assert.deepEqual(
    young.filter((name) => !(name in one.body.auto_order)),
    [],
  );
  const plain = await app.request({
    operation: 'getAutoOrder',
    params: { auto_order_oid: oid },
    query: { _expand: 'nothing,like_this' },
  });
  assert.deepEqual(
    young.filter((name) => name in plain.body.auto_order),
    [],
  );
});

test('lists and queries filter, sort and page', async () => {
  const first = await subscribe('zoe@example.com');
  const second = await subscribe('zoe@example.com');
  const listed = await app.request({
    operation: 'getAutoOrders',
    query: { email: 'ZOE@example.com', _sort: '-creation_dts', _limit: 1 },
  });
  assert.deepEqual(
    listed.body.auto_orders.map((each: { auto_order_oid: number }) => each.auto_order_oid),
    [second.auto_order_oid],
  );
  assert.deepEqual(listed.body.metadata, {
    payload_name: 'auto_orders',
    result_set: { count: 1, limit: 1, offset: 0, more: true, next_offset: 1, total_records: 2 },
  });
  const queried = await app.request({
    operation: 'getAutoOrdersByQuery',
    query: { _expand: 'items' },
    body: {
      email: 'zoe@example.com',
      next_item_id: 'coffee',
      next_shipment_date_end: '2026-02-16',
    },
  });
  assert.deepEqual(
    queried.body.auto_orders.map((each: { auto_order_oid: number }) => each.auto_order_oid),
    [first.auto_order_oid, second.auto_order_oid],
  );
  assert.equal(
    (await app.request({ operation: 'getAutoOrders', query: { _sort: 'color' } })).status,
    400,
  );
  assert.equal(
    (await app.request({ operation: 'getAutoOrders', query: { _limit: 201 } })).status,
    400,
  );
});

test('sending back what was read changes nothing', async () => {
  const before = await subscribe('same@example.com', [
    { merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Weekly' },
    { merchant_item_id: 'BOX', quantity: 1 },
  ]);
  const { status, body } = await update(before.auto_order_oid, before);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.auto_order, before);
  assert.deepEqual(await eventsOf(before.auto_order_oid), ['auto_order_create']);
});

test('an update keeps what is absent, clears what is null and replaces the rest', async () => {
  const {
    auto_order_oid: oid,
    items: [item],
  } = await subscribe();
  const changed = await update(oid, {
    override_affiliate_id: 7,
    items: [
      {
        auto_order_item_oid: item.auto_order_item_oid,
        arbitrary_quantity: 3,
        arbitrary_unit_cost: 9.5,
      },
    ],
  });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal(changed.body.auto_order.override_affiliate_id, 7);
  const [cheaper] = changed.body.auto_order.items;
  assert.deepEqual(
    [
      cheaper.arbitrary_quantity,
      cheaper.arbitrary_unit_cost,
      cheaper.frequency,
      cheaper.future_schedules[0].unit_cost,
    ],
    [3, 9.5, 'Monthly', 9.5],
  );
  const cleared = (
    await update(oid, {
      override_affiliate_id: null,
      items: [{ auto_order_item_oid: item.auto_order_item_oid, arbitrary_quantity: null }],
    })
  ).body.auto_order;
  assert.equal(cleared.override_affiliate_id, undefined);
  assert.equal(cleared.items[0].arbitrary_quantity, undefined);
  assert.equal(cleared.items[0].arbitrary_unit_cost, 9.5);
  assert.match(
    (await logsOf(oid)).at(-1)!,
    /Updated by .*override_affiliate_id: 7 to none; items\[COFFEE\]\.arbitrary_quantity: 3 to none/,
  );
});

test('later dates count from a next shipment set by hand, across short months too', async () => {
  const {
    auto_order_oid: oid,
    items: [item],
  } = await subscribe();
  const { body } = await update(oid, {
    items: [
      { auto_order_item_oid: item.auto_order_item_oid, next_shipment_dts: '2026-01-31T08:00:00' },
    ],
  });
  const dates = body.auto_order.items[0].future_schedules.map(
    (each: { shipment_dts: string }) => each.shipment_dts,
  );
  assert.deepEqual(dates.slice(0, 3), [
    '2026-01-31T08:00:00-05:00',
    '2026-02-28T08:00:00-05:00',
    '2026-03-31T08:00:00-04:00',
  ]);
});

test('items left out of a list are removed, items without an oid are added', async () => {
  const { auto_order_oid: oid } = await subscribe();
  const { status, body } = await update(oid, {
    items: [
      {
        original_item_id: 'tea',
        original_quantity: 1,
        next_shipment_dts: '2026-03-01',
        frequency: 'Monthly',
      },
    ],
  });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(
    body.auto_order.items.map((item: { original_item_id: string }) => item.original_item_id),
    ['TEA'],
  );
  assert.deepEqual(await eventsOf(oid), [
    'auto_order_create',
    'auto_order_update',
    'auto_order_item_cancel',
  ]);
});

test('changing the item that drives the schedule begins its steps', async () => {
  const {
    auto_order_oid: oid,
    items: [item],
  } = await subscribe();
  const { body } = await update(oid, {
    items: [{ auto_order_item_oid: item.auto_order_item_oid, original_item_id: 'BOX' }],
  });
  const [box] = body.auto_order.items;
  assert.deepEqual(
    [
      box.original_item_id,
      box.frequency,
      box.remaining_repeat_count,
      box.next_item_id,
      box.future_schedules.length,
    ],
    ['BOX', undefined, 3, 'BOX', 3],
  );
});

const refusedUpdates: readonly [what: string, body: object, field: RegExp][] = [
  [
    'an unknown item',
    {
      items: [
        {
          original_item_id: 'NOTHING',
          original_quantity: 1,
          next_shipment_dts: '2026-03-01',
          frequency: 'Monthly',
        },
      ],
    },
    /items\[0\]\.original_item_id/,
  ],
  [
    'a new item without a quantity',
    { items: [{ original_item_id: 'TEA' }] },
    /items\[0\]\.original_quantity/,
  ],
  [
    'a new item without a date and without a schedule',
    { items: [{ original_item_id: 'MUG', original_quantity: 1 }] },
    /items\[0\]\.frequency/,
  ],
  [
    'a new item without a schedule',
    { items: [{ original_item_id: 'MUG', original_quantity: 1, next_shipment_dts: '2026-03-01' }] },
    /items\[0\]\.frequency/,
  ],
  [
    'an item of another auto order',
    { items: [{ auto_order_item_oid: 999_999 }] },
    /items\[0\]\.auto_order_item_oid/,
  ],
  [
    'a negative cost',
    { add_ons: [{ item_id: 'MUG', quantity: 1, arbitrary_unit_cost: -1 }] },
    /add_ons\[0\]\.arbitrary_unit_cost/,
  ],
  [
    'fractions of a cent',
    { add_ons: [{ item_id: 'MUG', arbitrary_unit_cost: 1.005 }] },
    /add_ons\[0\]\.arbitrary_unit_cost/,
  ],
  [
    'an add-on that is not in the catalogue',
    { add_ons: [{ item_id: 'HAT' }] },
    /add_ons\[0\]\.item_id/,
  ],
  [
    '0 orders until the cancelation',
    { cancel_after_next_x_orders: 0 },
    /cancel_after_next_x_orders/,
  ],
  [
    'a reason to cancel together with enabled true',
    { enabled: true, cancel_reason: 'moved' },
    /enabled/,
  ],
];
for (const [what, body, field] of refusedUpdates) {
  test(`an update with ${what} is refused and changes nothing`, async () => {
    const before = await subscribe();
    const refused = await update(before.auto_order_oid, body);
    assert.equal(refused.status, 400, JSON.stringify(refused.body));
    assert.match(refused.body.error.developer_message, field);
    assert.deepEqual(await read(before.auto_order_oid), before);
  });
}

test('enabled false with a reason cancels, without one it disables; true enables', async () => {
  const { auto_order_oid: oid } = await subscribe();
  const canceled = (await update(oid, { enabled: false, cancel_reason: 'moved away' })).body
    .auto_order;
  assert.deepEqual(
    [canceled.status, canceled.enabled, canceled.cancel_reason, canceled.canceled_dts],
    ['canceled', false, 'moved away', '2026-01-15T12:00:00-05:00'],
  );
  assert.equal(canceled.items[0].next_item_id, undefined);
  const again = (await update(oid, { ...canceled, enabled: true })).body.auto_order;
  assert.deepEqual(
    [again.status, again.enabled, again.cancel_reason, again.canceled_dts],
    ['active', true, undefined, undefined],
  );
  const disabled = (await update(oid, { enabled: false })).body.auto_order;
  assert.deepEqual(
    [disabled.status, disabled.disabled_dts],
    ['disabled', '2026-01-15T12:00:00-05:00'],
  );
  assert.deepEqual(await eventsOf(oid), [
    'auto_order_create',
    'auto_order_update',
    'auto_order_cancel',
    'auto_order_update',
    'auto_order_update',
    'auto_order_disable',
  ]);
});

test('clients that cannot send false cancel by a reason alone', async () => {
  const { auto_order_oid: oid } = await subscribe();
  const { body } = await update(oid, { canceled_by_user: 'ann' });
  assert.deepEqual([body.auto_order.status, body.auto_order.canceled_by_user], ['canceled', 'ann']);
});

test('an update that ships nothing more completes', async () => {
  const {
    auto_order_oid: oid,
    items: [item],
  } = await subscribe();
  const { body } = await update(oid, {
    items: [{ auto_order_item_oid: item.auto_order_item_oid, remaining_repeat_count: 0 }],
  });
  assert.deepEqual(
    [body.auto_order.status, body.auto_order.completed, body.auto_order.enabled],
    ['disabled', true, false],
  );
  const refused = await update(oid, { enabled: true });
  assert.equal(refused.status, 400);
  const goesOn = await update(oid, {
    enabled: true,
    items: [{ auto_order_item_oid: item.auto_order_item_oid, remaining_repeat_count: 2 }],
  });
  assert.deepEqual(
    [goesOn.body.auto_order.status, goesOn.body.auto_order.completed],
    ['active', false],
  );
});

test('the original order’s address and card change through the auto order', async () => {
  const { auto_order_oid: oid } = await subscribe();
  const original = {
    billing: { last_name: 'Miller' },
    payment: {
      credit_card: {
        card_number_token: 'tok_2',
        card_expiration_month: 1,
        card_expiration_year: 2031,
      },
    },
  };
  const { status, body } = await update(oid, { original_order: original });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.auto_order.original_order.billing.last_name, 'Miller');
  assert.equal(body.auto_order.original_order.payment.credit_card.card_expiration_year, 2031);
  const found = await app.request({ operation: 'getAutoOrders', query: { last_name: 'miller' } });
  assert.deepEqual(
    found.body.auto_orders.map((each: { auto_order_oid: number }) => each.auto_order_oid),
    [oid],
  );
  assert.match((await logsOf(oid)).at(-1)!, /original_order\.billing changed/);
  const expired = {
    original_order: {
      payment: { credit_card: { card_expiration_month: 1, card_expiration_year: 2020 } },
    },
  };
  assert.equal((await update(oid, expired)).status, 400);
  assert.equal((await update(oid, expired, { validate_original_order: 'No' })).status, 200);
});

test('facets follow an original order that is changed as an order', async () => {
  const { auto_order_oid: oid, original_order_id: orderId } = await subscribe();
  assert.equal(
    (
      await app.request({
        operation: 'updateOrder',
        params: { order_id: orderId },
        body: { shipping: { city: 'Atlantis' } },
      })
    ).status,
    200,
  );
  const found = await app.request({ operation: 'getAutoOrders', query: { city: 'atlantis' } });
  assert.deepEqual(
    found.body.auto_orders.map((each: { auto_order_oid: number }) => each.auto_order_oid),
    [oid],
  );
});

test('If-Match accepts only a client that has read the present version', async () => {
  const { auto_order_oid: oid } = await subscribe();
  const etag = String(
    (await app.request({ operation: 'getAutoOrder', params: { auto_order_oid: oid } })).headers[
      'etag'
    ],
  );
  const put = (headers: Record<string, string>) =>
    app.request({
      operation: 'updateAutoOrder',
      params: { auto_order_oid: oid },
      body: { override_affiliate_id: 1 },
      headers,
    });
  assert.equal((await put({ 'if-match': etag })).status, 200);
  assert.equal((await put({ 'if-match': etag })).status, 412);
});

test('pausing pauses every item, and an update resumes them', async () => {
  const {
    auto_order_oid: oid,
    items: [item],
  } = await subscribe();
  const { status, body } = await app.request({
    operation: 'pauseAutoOrder',
    params: { auto_order_oid: oid },
    query: everything,
    body: {},
  });
  assert.equal(status, 200);
  assert.deepEqual(
    [
      body.auto_order.items[0].paused,
      body.auto_order.items[0].next_shipment_dts,
      body.auto_order.items[0].next_item_id,
    ],
    [true, item.next_shipment_dts, undefined],
  );
  await update(oid, { items: [{ auto_order_item_oid: item.auto_order_item_oid, paused: false }] });
  assert.deepEqual(await eventsOf(oid), [
    'auto_order_create',
    'auto_order_update',
    'auto_order_item_pause',
    'auto_order_update',
    'auto_order_item_unpause',
  ]);
});

test('one item is ended, with others in its place', async () => {
  const { original_order_id: orderId, auto_order_oid: oid } = await subscribe();
  const cancel = (params: object, body?: object) =>
    app.request({
      operation: 'cancelAutoOrderItemByReferenceOrderId',
      params: { reference_order_id: orderId, original_item_id: 'coffee', ...params },
      query: everything,
      ...(body && { body }),
    });
  assert.equal((await cancel({ original_item_id: 'MUG' })).status, 404);
  assert.equal((await cancel({ reference_order_id: 'TEST-9999999999' })).status, 404);
  assert.equal((await cancel({}, { auto_order_item_oid: 999_999 })).status, 400);
  assert.equal(
    (
      await cancel(
        {},
        {
          append_items: [
            { original_item_id: 'NOTHING', original_quantity: 1, next_shipment_dts: '2026-03-01' },
          ],
        },
      )
    ).status,
    400,
  );
  const tea = {
    original_item_id: 'TEA',
    original_quantity: 1,
    next_shipment_dts: '2026-03-01',
    frequency: 'Monthly',
  };
  const { status, body } = await cancel({}, { append_items: [tea] });
  assert.equal(status, 200, JSON.stringify(body));
  const [ended, added] = body.auto_order.items;
  assert.deepEqual(
    [ended.no_order_after_dts, ended.calculated_next_shipment_dts, added.original_item_id],
    ['2026-01-15T12:00:00-05:00', undefined, 'TEA'],
  );
  assert.deepEqual((await eventsOf(oid)).slice(1), ['auto_order_update', 'auto_order_item_cancel']);
  const removed = await cancel(
    {},
    { mode: 'remove', auto_order_item_oid: ended.auto_order_item_oid },
  );
  assert.deepEqual(
    removed.body.auto_order.items.map(
      (item: { original_item_id: string }) => item.original_item_id,
    ),
    ['TEA'],
  );
});

test('ending the only item completes the auto order; no body is needed', async () => {
  const { original_order_id: orderId } = await subscribe();
  const { status, body } = await app.request({
    operation: 'cancelAutoOrderItemByReferenceOrderId',
    params: { reference_order_id: orderId, original_item_id: 'COFFEE' },
  });
  assert.equal(status, 200);
  assert.deepEqual([body.auto_order.status, body.auto_order.completed], ['disabled', true]);
});

test('several items with one id need the oid of the item to cancel', async () => {
  const { original_order_id: orderId } = await subscribe('two@example.com', [
    { merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' },
    { merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Weekly' },
  ]);
  const params = { reference_order_id: orderId, original_item_id: 'COFFEE' };
  const refused = await app.request({
    operation: 'cancelAutoOrderItemByReferenceOrderId',
    params,
    body: {},
  });
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.developer_message, /auto_order_item_oid/);
});

test('consolidating moves items and marks the sources merged', async () => {
  const target = await subscribe('merge@example.com');
  const source = await subscribe('MERGE@example.com');
  const stranger = await subscribe('else@example.com');
  const consolidate = (oids: readonly number[]) =>
    app.request({
      operation: 'consolidateAutoOrders',
      params: { auto_order_oid: target.auto_order_oid },
      query: everything,
      body: { source_auto_order_oids: oids },
    });
  assert.equal((await consolidate([])).status, 400);
  assert.equal((await consolidate([target.auto_order_oid])).status, 400);
  assert.equal((await consolidate([stranger.auto_order_oid])).status, 400);
  const { status, body } = await consolidate([source.auto_order_oid]);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(
    body.auto_order.items.map((item: { auto_order_item_oid: number }) => item.auto_order_item_oid),
    [target.items[0].auto_order_item_oid, source.items[0].auto_order_item_oid],
  );
  const merged = await read(source.auto_order_oid);
  assert.deepEqual(
    [merged.status, merged.merged_into_auto_order_oid, merged.merged_dts, merged.items],
    ['merged', target.auto_order_oid, '2026-01-15T12:00:00-05:00', []],
  );
  assert.match((await logsOf(source.auto_order_oid)).at(-1)!, /^Merged into/);
  assert.match((await logsOf(target.auto_order_oid)).at(-1)!, /^Consolidated with/);
  assert.equal((await consolidate([source.auto_order_oid])).status, 400);
  assert.equal((await update(source.auto_order_oid, { enabled: true })).status, 400);
});

test('an auto order can be established once from a recent order that was paid by card', async () => {
  const establish = (id: string) =>
    app.request({
      operation: 'establishAutoOrderByReferenceOrderId',
      params: { reference_order_id: id },
      query: everything,
    });
  const orderId = await order('late@example.com', [{ merchant_item_id: 'COFFEE', quantity: 1 }]);
  const { status, body } = await establish(orderId);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(
    [body.auto_order.status, body.auto_order.items, body.auto_order.original_order_id],
    ['active', [], orderId],
  );
  assert.equal((await establish(orderId)).status, 400);
  assert.equal((await establish('TEST-9999999999')).status, 404);
  const check = await order('late@example.com', [{ merchant_item_id: 'COFFEE', quantity: 1 }], {
    payment_method: 'Cash',
  });
  assert.equal((await establish(check)).status, 400);
  const old = await order('late@example.com', [{ merchant_item_id: 'COFFEE', quantity: 1 }]);
  await app.setClock('2026-03-16T17:00:00Z');
  const refused = await establish(old);
  await app.setClock('2026-01-15T17:00:00Z');
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.developer_message, /older than 60 days/);
  const added = await update(body.auto_order.auto_order_oid, {
    items: [
      {
        original_item_id: 'COFFEE',
        original_quantity: 1,
        next_shipment_dts: '2026-02-01',
        frequency: 'Weekly',
      },
    ],
  });
  assert.equal(added.body.auto_order.items[0].next_item_id, 'COFFEE');
});

test('properties and add-ons are replaced, and returned by the operation that replaces them', async () => {
  const {
    auto_order_oid: oid,
    items: [item],
  } = await subscribe();
  const params = { auto_order_oid: oid, auto_order_item_oid: item.auto_order_item_oid };
  const own = await app.request({
    operation: 'updateAutoOrderProperties',
    params,
    body: { properties: [{ name: 'color', value: 'red' }] },
  });
  assert.deepEqual(own.body.auto_order.properties, [{ name: 'color', value: 'red' }]);
  const items = await app.request({
    operation: 'updateAutoOrderItemProperties',
    params,
    body: { properties: [{ name: 'grind', value: 'fine' }] },
  });
  assert.deepEqual(items.body.auto_order.items[0].properties, [{ name: 'grind', value: 'fine' }]);
  const addOn = {
    item_id: 'MUG',
    quantity: 2,
    arbitrary_unit_cost: 4.5,
    free_shipping: true,
    next_x_orders: 1,
    options: [{ label: 'Color', value: 'blue' }],
  };
  const addOns = await app.request({
    operation: 'updateAutoOrderItemAddOns',
    params,
    body: { add_on_items: [addOn] },
  });
  assert.deepEqual(addOns.body.auto_order.items[0].add_ons, [addOn]);
  assert.equal(
    (
      await app.request({
        operation: 'updateAutoOrderItemAddOns',
        params: { ...params, auto_order_item_oid: 999_999 },
        body: { add_on_items: [] },
      })
    ).status,
    404,
  );
  assert.equal(
    (await app.request({ operation: 'updateAutoOrderProperties', params, body: {} })).status,
    400,
  );
});

test('a batch reports which element was refused and updates the others', async () => {
  const [one, other] = [await subscribe(), await subscribe()];
  const elements = [
    { auto_order_oid: one.auto_order_oid, override_affiliate_id: 1 },
    { auto_order_oid: 999_999 },
    { auto_order_oid: other.auto_order_oid, override_affiliate_id: 2 },
  ];
  const { status, body } = await app.request({
    operation: 'updateAutoOrdersBatch',
    body: { autoOrders: elements },
  });
  assert.equal(status, 200);
  assert.equal(body.success, false);
  assert.equal(body.error.object_id, '999999');
  assert.deepEqual(
    body.auto_orders.map((each: { override_affiliate_id: number }) => each.override_affiliate_id),
    [1, 2],
  );
  const alias = await app.request({
    operation: 'updateAutoOrdersBatch',
    body: { auto_orders: [elements[0]] },
  });
  assert.equal(alias.body.success, true);
  const wrongType = await app.request({
    operation: 'updateAutoOrdersBatch',
    body: { auto_orders: [{ ...elements[0], items: 'none' }] },
  });
  assert.equal(wrongType.status, 400);
  assert.match(wrongType.body.error.developer_message, /autoOrders\[0\]\.items/);
  for (const [count, query] of [
    [21, {}],
    [101, { _async: 'True' }],
  ] as const) {
    assert.equal(
      (
        await app.request({
          operation: 'updateAutoOrdersBatch',
          query,
          body: { autoOrders: Array(count).fill(elements[0]) },
        })
      ).status,
      400,
    );
  }
});

test('an asynchronous batch runs later, and its failures are in the history', async () => {
  const [one, other] = [await subscribe(), await subscribe()];
  const elements = [
    { auto_order_oid: one.auto_order_oid, override_affiliate_id: 1 },
    { auto_order_oid: one.auto_order_oid, override_affiliate_id: 3 },
    { auto_order_oid: other.auto_order_oid, add_ons: [{ item_id: 'HAT' }] },
  ];
  const { status, text } = await app.request({
    operation: 'updateAutoOrdersBatch',
    query: { _async: 1 },
    body: { autoOrders: elements },
  });
  assert.deepEqual([status, text], [204, '']);
  assert.equal((await read(one.auto_order_oid)).override_affiliate_id, undefined);
  await app.work('auto orders');
  assert.equal((await read(one.auto_order_oid)).override_affiliate_id, 3);
  assert.match((await logsOf(one.auto_order_oid)).at(-1)!, /Updated by test key/);
  assert.match(
    (await logsOf(other.auto_order_oid)).at(-1)!,
    /Update by test key failed: add_ons\[0\]\.item_id/,
  );
});

test('a purchase can cancel the customer’s other auto orders', async () => {
  const basic = await subscribe('up@example.com', [
    { merchant_item_id: 'BASIC', quantity: 1, auto_order_schedule: 'Monthly' },
  ]);
  await order('up@example.com', [{ merchant_item_id: 'MUG', quantity: 1 }]);
  const upgraded = await read(basic.auto_order_oid);
  assert.deepEqual(
    [upgraded.status, upgraded.cancel_upgrade, upgraded.cancel_downgrade],
    ['canceled', true, false],
  );
  const tea = await subscribe('up@example.com', [
    { merchant_item_id: 'TEA', quantity: 1, auto_order_schedule: 'Monthly' },
  ]);
  const coffee = await subscribe('up@example.com');
  const gold = await subscribe('up@example.com', [
    { merchant_item_id: 'GOLD', quantity: 1, auto_order_schedule: 'Monthly' },
  ]);
  for (const { auto_order_oid: oid } of [tea, coffee]) {
    const ended = await read(oid);
    assert.equal(ended.status, 'canceled');
    assert.match(ended.cancel_reason, /GOLD/);
    assert.equal((await eventsOf(oid)).at(-1), 'auto_order_cancel');
  }
  assert.equal((await read(gold.auto_order_oid)).status, 'active');
});

test('a changed catalogue item changes what its auto orders ship next', async () => {
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: 'CLUB',
      pricing: { cost: 9 },
      auto_order: {
        auto_orderable: true,
        auto_order_upsell: true,
        steps: [{ type: 'item', schedule: 'Monthly' }],
      },
    },
  });
  const { auto_order_oid: oid } = await subscribe('club@example.com', [
    { merchant_item_id: 'CLUB', quantity: 1 },
  ]);
  const club = await app.request({
    operation: 'getItemByMerchantItemId',
    params: { merchant_item_id: 'CLUB' },
  });
  const steps = [{ type: 'item', schedule: 'Monthly', recurring_merchant_item_id: 'TEA' }];
  const changed = await app.request({
    operation: 'updateItem',
    params: { merchant_item_oid: club.body.item.merchant_item_oid },
    body: { auto_order: { steps } },
  });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal((await read(oid)).items[0].next_item_id, 'TEA');
});
