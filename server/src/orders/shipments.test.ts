// Tests distribution centers over HTTP: which orders they receive, what they report, and which
// reports are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
for (const merchant_item_id of ['COFFEE', 'MUG'])
  await app.request({
    operation: 'insertItem',
    body: { merchant_item_id, pricing: { cost: 10 } },
  });

async function placed(more: object = {}): Promise<string> {
  const { status, body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE', quantity: 1 }],
      payment: { payment_method: 'Cash' },
      channel_partner: { store_completed: false },
      ...more,
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.order.order_id;
}

const at = (distribution_center_code = 'DFLT') => ({ params: { distribution_center_code } });
const ship = (shipments: object[], center?: string) =>
  app.request({ operation: 'shipOrders', ...at(center), body: { shipments } });
const waiting = async (center?: string): Promise<string[]> => {
  const { body } = await app.request({
    operation: 'getDistributionCenterOrders',
    ...at(center),
  });
  return body.orders.map((order: { order_id: string }) => order.order_id);
};
const eventsOf = async (orderId: string) =>
  (
    await app.db.rows<{ name: string; data: object }>(
      `select name, data from event where merchant_id = $1 and object_type = 'order'
         and object_id = $2 order by object_sequence`,
      [app.merchant.merchantId, orderId],
    )
  ).map(({ name, data }) => [name, data] as const);

test('an order waits at the default center until it is shipped, and its event names the parcel', async () => {
  const id = await placed();
  assert.ok((await waiting()).includes(id));
  const { status, body } = await ship([{ order_id: id.toLowerCase(), tracking_numbers: ['1Z'] }]);
  assert.deepEqual([status, body.success], [200, true]);
  assert.ok(!(await waiting()).includes(id));
  assert.deepEqual((await eventsOf(id)).at(-1), [
    'order_ship',
    {
      distribution_center_code: 'DFLT',
      tracking_numbers: ['1Z'],
      item_indexes: [1],
      is_complete: true,
    },
  ]);
  const count = (await eventsOf(id)).length;
  const again = await ship([{ order_id: id, tracking_numbers: ['1Z'] }]);
  assert.equal(again.body.results[0].successful, true);
  assert.equal((await eventsOf(id)).length, count);
});

test('a batch does what it can, and names the element and the reason for the rest', async () => {
  const [good, held] = [await placed(), await placed()];
  await app.request({
    operation: 'updateOrder',
    params: { order_id: held },
    body: { current_stage: 'Hold' },
  });
  const { status, body } = await ship([
    { order_id: held, tracking_numbers: ['2Z'] },
    { order_id: 'TEST-9999999999' },
    {},
    { order_id: good, shipping_cost: -1 },
    { order_id: good, shipping_cost: 4.25, package_cost: 0.5, fulfillment_fee: 1 },
  ]);
  assert.deepEqual([status, body.success], [200, false]);
  const [first, second, third, fourth, fifth] = body.results;
  assert.match(first.reason, new RegExp(`${held} is in the stage Hold`));
  assert.match(second.reason, /There is no order TEST-9999999999/);
  assert.match(third.reason, /shipments\[2\]\.order_id is missing/);
  assert.match(fourth.reason, /shipments\[3\]\.shipping_cost/);
  assert.deepEqual(fifth, { order_id: good, successful: true });
  const { body: read } = await app.request({
    operation: 'getOrder',
    params: { order_id: good },
    query: { _expand: 'summary' },
  });
  const { summary } = read.order;
  assert.deepEqual(
    [summary.actual_shipping, summary.actual_other_cost, summary.actual_fulfillment].map(
      (each) => each.value,
    ),
    [4.25, 0.5, 1],
  );
});

test('centers are inserted, changed, listed and deleted; one with waiting orders stays', async () => {
  const insert = (body: object) => app.request({ operation: 'insertDistributionCenter', body });
  const put = (code: string, body: object) =>
    app.request({ operation: 'updateDistributionCenter', ...at(code), body });
  assert.equal((await insert({ code: 'north', name: 'North', city: 'Boston' })).status, 200);
  assert.equal((await put('NORTH', { city: 'Albany' })).status, 200);
  assert.equal((await put('dflt', { city: 'Newark' })).status, 200);
  const { body } = await app.request({ operation: 'getDistributionCenters' });
  const [first, ...others] = body.distribution_centers;
  assert.deepEqual([first.code, first.city, first.default_center], ['DFLT', 'Newark', true]);
  const north = others.find(({ code }: { code: string }) => code === 'NORTH');
  assert.deepEqual([north?.name, north?.city, north?.default_center], ['North', 'Albany', false]);
  for (const [code, reason] of [
    ['no such code', /code is not a valid code/],
    ['NORTH', /code NORTH is taken/],
    ['dflt', /code DFLT is taken/],
    ['', /code is missing/],
  ] as const)
    assert.match((await insert({ code })).body.error.user_message, reason);
  assert.match((await put('north', { code: 'N' })).body.error.user_message, /cannot change/);
  const line = { merchant_item_id: 'MUG', distribution_center_code: 'north' };
  const id = await placed({ items: [line] });
  assert.deepEqual(await waiting('north'), [id]);
  const remove = () => app.request({ operation: 'deleteDistributionCenter', ...at('North') });
  const refused = await remove();
  assert.equal(refused.status, 400);
  assert.match(refused.body.error.user_message, new RegExp(id));
  assert.equal((await ship([{ order_id: id }])).body.results[0].successful, false);
  await ship([{ order_id: id }], 'NORTH');
  assert.equal((await remove()).status, 204);
  assert.equal((await remove()).status, 404);
  const dflt = await app.request({ operation: 'deleteDistributionCenter', ...at() });
  assert.equal(dflt.status, 400);
});

test('a line whose distribution center does not exist is warned of, by its field', async () => {
  await app.request({
    operation: 'insertDistributionCenter',
    body: { code: 'EAST', name: 'East' },
  });
  const insert = (channel_partner: object, ...codes: string[]) =>
    app.request({
      operation: 'insertOrder',
      body: {
        billing: { email: 'ann@example.com' },
        channel_partner,
        items: codes.map((code) => ({
          merchant_item_id: 'MUG',
          quantity: 1,
          distribution_center_code: code,
        })),
        payment: { payment_method: 'Cash' },
      },
    });
  const known = await insert({}, 'east', 'dflt', ' EAST ');
  assert.equal(known.body.warning, undefined, known.text);
  const { body } = await insert({}, 'EAST', 'moon');
  assert.deepEqual(body.warning, {
    warning_code: 'unknown_center',
    warning_message:
      'items[1].distribution_center_code: MOON is not a distribution center, so no center ships ' +
      'this line: correct the code, or add the center.',
  });
  assert.equal((await insert({ treat_warnings_as_errors: true }, 'moon')).status, 400);
});

test('an order leaves the queue when it leaves the department, and returns with it', async () => {
  const id = await placed();
  const move = (current_stage: string) =>
    app.request({
      operation: 'updateOrder',
      params: { order_id: id },
      body: { current_stage: current_stage as 'Hold' },
    });
  await move('Hold');
  assert.ok(!(await waiting()).includes(id));
  await move('Shipping Department');
  assert.ok((await waiting()).includes(id));
  await app.request({
    operation: 'acknowledgeOrders',
    ...at(),
    body: { order_ids: [id] },
  });
  assert.ok(!(await waiting()).includes(id));
});

test('the stock of a center is set, and other centers keep theirs', async () => {
  const stock = async () => {
    const { body } = await app.request({
      operation: 'getItemByMerchantItemId',
      params: { merchant_item_id: 'MUG' },
      query: { _expand: 'shipping,shipping.distribution_centers' },
    });
    return body.item.shipping.distribution_centers.map(
      (each: { distribution_center_code: string; inventory_level: number }) => [
        each.distribution_center_code,
        each.inventory_level,
      ],
    );
  };
  await app.request({ operation: 'insertDistributionCenter', body: { code: 'SOUTH' } });
  const set = (center: string, quantity: number) =>
    app.request({
      operation: 'updateInventory',
      ...at(center),
      body: {
        inventories: [
          { itemId: 'mug', quantity },
          { itemId: 'NOTHING', quantity },
        ],
      },
    });
  const { body } = await set('DFLT', 12);
  assert.deepEqual(
    body.results.map((result: { successful: boolean }) => result.successful),
    [true, false],
  );
  await set('SOUTH', 3);
  await set('DFLT', 11);
  assert.deepEqual(await stock(), [
    ['DFLT', 11],
    ['SOUTH', 3],
  ]);
});

test('too large a batch is refused as a whole', async () => {
  const order_ids = Array.from({ length: 101 }, () => 'TEST-1');
  const { status, body } = await app.request({
    operation: 'acknowledgeOrders',
    ...at(),
    body: { order_ids },
  });
  assert.equal(status, 400);
  assert.match(body.error.user_message, /order_ids has too many elements/);
});

const refundOf = async (order_id: string, body: object) => {
  const { status, body: answer } = await app.request({
    operation: 'refundOrder',
    params: { order_id },
    query: { manual_refund: true, _expand: 'item' },
    body,
  });
  assert.equal(status, 200, JSON.stringify(answer));
  return answer.order;
};
const stageOf = async (order_id: string): Promise<string> =>
  (await app.request({ operation: 'getOrder', params: { order_id } })).body.order.current_stage;

test('what is left to ship is given back: the order is complete, whatever shipped before', async () => {
  const items = [
    { merchant_item_id: 'COFFEE', quantity: 1 },
    { merchant_item_id: 'MUG', quantity: 2 },
  ];
  const mugs = (quantity_refunded: number) => ({ items: [{ item_index: 2, quantity_refunded }] });
  const whole = { items: [{ quantity_refunded: 1 }, { quantity_refunded: 2 }] };
  await app.request({
    operation: 'insertDistributionCenter',
    body: { code: 'EAST', name: 'East' },
  });
  const parted = await placed({
    items: [items[0], { ...items[1], distribution_center_code: 'EAST' }],
  });
  await ship([{ order_id: parted, tracking_numbers: ['1Z1'] }]);
  assert.equal((await refundOf(parted, mugs(1))).current_stage, 'Shipping Department');
  assert.ok((await waiting('EAST')).includes(parted));
  assert.equal((await refundOf(parted, mugs(2))).current_stage, 'Completed Order');
  assert.ok(!(await waiting('EAST')).includes(parted));
  const [, moved] = (await eventsOf(parted)).findLast(([name]) => name === 'order_stage_change')!;
  assert.deepEqual(moved, {
    ...moved,
    from: 'Shipping Department',
    to: 'Completed Order',
  });

  const unshipped = await placed({ items });
  assert.equal((await refundOf(unshipped, whole)).current_stage, 'Completed Order');

  const held = await placed({ items });
  await app.request({
    operation: 'cancelOrder',
    params: { order_id: held },
    query: { skip_refund_and_hold: true },
  });
  assert.equal((await refundOf(held, whole)).current_stage, 'Hold');
  await app.request({ operation: 'heldOrderRelease', params: { order_id: held } });
  assert.equal(await stageOf(held), 'Completed Order');
});

test('a kit is given back with its components: they neither ship nor stay in the queue', async () => {
  const part = { kit_component: true, parent_item_index: 1 };
  const id = await placed({
    items: [
      { merchant_item_id: 'COFFEE', quantity: 2, kit: true },
      { merchant_item_id: 'MUG', quantity: 4, arbitrary_unit_cost: { value: 0 }, ...part },
      { merchant_item_id: 'COFFEE', quantity: 2, arbitrary_unit_cost: { value: 1.5 }, ...part },
    ],
  });
  const kits = (quantity_refunded: number) => ({ items: [{ item_index: 1, quantity_refunded }] });
  const shown = (order: { items: object[] }) =>
    order.items.map((item: { quantity_refunded?: number; total_refunded?: { value: number } }) => [
      item.quantity_refunded,
      item.total_refunded?.value,
    ]);
  assert.deepEqual(shown(await refundOf(id, kits(1))), [
    [1, 10],
    [2, 0],
    [1, 1.5],
  ]);
  const all = await refundOf(id, kits(2));
  assert.deepEqual(shown(all), [
    [2, 20],
    [4, 0],
    [2, 3],
  ]);
  assert.equal(all.current_stage, 'Completed Order');
  assert.ok(!(await waiting()).includes(id));

  const alone = await placed({
    items: [
      { merchant_item_id: 'COFFEE', quantity: 1, kit: true },
      { merchant_item_id: 'MUG', quantity: 3, arbitrary_unit_cost: { value: 0 }, ...part },
    ],
  });
  const kept = { items: [{ quantity_refunded: 1 }, { quantity_refunded: 2 }] };
  assert.deepEqual(shown(await refundOf(alone, kept)), [
    [1, 10],
    [2, 0],
  ]);
  assert.ok((await waiting()).includes(alone));
});
