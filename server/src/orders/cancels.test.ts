// Tests orders over HTTP that are canceled, held, released or protected from refunds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { testApp } from '../../../test/support/app.ts';
import { logInAs, pageHeaders } from '../../../test/support/sessions.ts';

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
  body: { merchant_item_id: 'MUG', pricing: { cost: 8 } },
});

const card = {
  payment_method: 'Credit Card',
  credit_card: {
    card_number_token: 'tok_approve',
    card_expiration_month: 12,
    card_expiration_year: 2040,
  },
} as const;

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

const on = (order_id: string) => ({ params: { order_id } });
const cancel = (id: string, query: Readonly<Record<string, boolean>> = {}) =>
  app.request({ operation: 'cancelOrder', ...on(id), query });
const read = async (id: string): Promise<Order> => {
  const query = { _expand: 'item,summary,payment,auto_order,shipping' };
  return (await app.request({ operation: 'getOrder', ...on(id), query })).body.order;
};
const move = (id: string, current_stage: Order['current_stage']) =>
  app.request({
    operation: 'updateOrder',
    ...on(id),
    body: { current_stage: current_stage! },
  });
const eventsOf = async (id: string) =>
  (
    await app.db.rows<{ name: string }>(
      `select name from event where merchant_id = $1 and object_type = 'order' and object_id = $2
       order by object_sequence`,
      [app.merchant.merchantId, id],
    )
  ).map(({ name }) => name);
const refundedAt = (id: string): number =>
  app.books
    .captures()
    .filter(({ key }) => key === `order:${app.merchant.merchantId}:${id}`)
    .reduce((sum, capture) => sum + capture.refunded, 0);

test('a paid order is refunded in full and rejected, and its auto order is canceled', async () => {
  const id = await placed();
  const { status, body } = await cancel(id);
  assert.deepEqual([status, body.success, Object.keys(body)], [200, true, ['success', 'metadata']]);
  const order = await read(id);
  const total = order.summary?.total?.value;
  assert.deepEqual(
    [order.current_stage, order.summary?.total_refunded?.value, order.payment?.payment_status],
    ['Rejected', total, 'Refunded'],
  );
  assert.equal(refundedAt(id), Math.round(total! * 100));
  assert.equal(order.auto_order?.status, 'canceled');
  assert.equal(order.auto_order?.cancel_reason, `Order ${id} was canceled`);
  assert.deepEqual((await eventsOf(id)).slice(-3), [
    'order_refund',
    'order_stage_change',
    'order_reject',
  ]);
  const count = (await eventsOf(id)).length;
  assert.equal((await cancel(id)).status, 200);
  assert.deepEqual(
    [(await eventsOf(id)).length, refundedAt(id)],
    [count, Math.round(total! * 100)],
  );
});

test('an order that was refunded in part gets the rest refunded', async () => {
  const id = await placed();
  await app.request({
    operation: 'refundOrder',
    ...on(id),
    body: { items: [{ quantity_refunded: 1 }] },
  });
  await cancel(id);
  const order = await read(id);
  assert.equal(order.summary?.total_refunded?.value, order.summary?.total?.value);
  assert.equal(refundedAt(id), Math.round(order.summary!.total!.value! * 100));
});

test('an unpaid order is rejected, and nothing is refunded', async () => {
  const id = await placed({ payment: { payment_method: 'Check' } });
  await cancel(id);
  assert.equal((await read(id)).current_stage, 'Rejected');
  assert.deepEqual((await eventsOf(id)).slice(-2), ['order_stage_change', 'order_reject']);
});

test('instead of a refund, the order is held, and its shipment waits', async () => {
  const id = await placed();
  await cancel(id, { skip_refund_and_hold: true });
  await cancel(id, { skip_refund_and_hold: true });
  const order = await read(id);
  assert.deepEqual([order.current_stage, order.auto_order?.status], ['Hold', 'active']);
  assert.equal(refundedAt(id), 0);
});

for (const [name, prepare, fault] of [
  [
    'an order that has shipped',
    (id: string) =>
      app.request({
        operation: 'shipOrders',
        params: { distribution_center_code: 'DFLT' },
        body: { shipments: [{ order_id: id }] },
      }),
    /2 of its lines have shipped/,
  ],
  [
    'an order whose refunds are blocked',
    (id: string) =>
      app.request({
        operation: 'blockRefundOnOrder',
        ...on(id),
        query: { block_reason: 'chargeback' },
      }),
    /were blocked by .*: chargeback\. Remove the block/,
  ],
] as const)
  test(`${name} is not canceled`, async () => {
    const id = await placed();
    await prepare(id);
    const before = await read(id);
    const { status, body } = await cancel(id);
    assert.equal(status, 400);
    assert.match(body.error.user_message, fault);
    assert.deepEqual(await read(id), before);
    assert.equal(refundedAt(id), 0);
  });

test('money that no gateway captured has to be given back by hand first', async () => {
  const id = await placed({ payment: { payment_method: 'Cash' } });
  const { status, body } = await cancel(id);
  assert.equal(status, 400);
  assert.match(body.error.user_message, /was not charged by a gateway.*manual_refund=true/);
  assert.equal((await read(id)).current_stage, 'Shipping Department');
});

test('a block is shown by refundable and refuses refunds until it is removed', async () => {
  const id = await placed();
  const refundable = async () =>
    (await app.request({ operation: 'isRefundableOrder', ...on(id) })).body.refundable;
  const refund = () =>
    app.request({
      operation: 'refundOrder',
      ...on(id),
      body: { items: [{ quantity_refunded: 1 }] },
    });
  assert.equal(await refundable(), true);
  const block = { operation: 'blockRefundOnOrder', ...on(id) } as const;
  assert.equal((await app.request({ ...block, query: { block_reason: 'Bank' } })).status, 204);
  assert.equal(await refundable(), false);
  const { stages } = (await app.request({ operation: 'getOrderStages', ...on(id) })).body;
  assert.deepEqual(stages.refund_block, { reason: 'Bank', set_by: 'test key' });
  assert.match((await refund()).body.error.user_message, /were blocked by/);
  await app.request({ operation: 'unblockRefundOnOrder', ...on(id) });
  assert.equal(await refundable(), true);
  assert.equal((await refund()).status, 200);
});

test('a released order goes back to where it was held', async () => {
  const id = await placed();
  await move(id, 'Hold');
  const { status, body } = await app.request({ operation: 'heldOrderRelease', ...on(id) });
  assert.deepEqual([status, body.order.current_stage], [200, 'Shipping Department']);
  const again = await app.request({ operation: 'heldOrderRelease', ...on(id) });
  assert.match(again.body.error.user_message, /is in the stage Shipping Department, not in Hold/);
  const unpaid = await placed({ payment: { payment_method: 'Check' } });
  await move(unpaid, 'Hold');
  await app.request({ operation: 'heldOrderRelease', ...on(unpaid) });
  assert.equal((await read(unpaid)).current_stage, 'Accounts Receivable');
});

test('free lines join a held order, which ships with them at the same total', async () => {
  const id = await placed();
  const { summary } = await read(id);
  await move(id, 'Hold');
  const add = (items: object[]) =>
    app.request({ operation: 'heldOrderAddItemsAndRelease', ...on(id), body: { items } });
  assert.match(
    (await add([{ merchant_item_id: 'NOTHING' }])).body.error.user_message,
    /items\[0\]\.merchant_item_id NOTHING is not in the catalogue/,
  );
  assert.equal((await add([{ merchant_item_id: 'mug', quantity: 2 }])).status, 200);
  const order = await read(id);
  const line = order.items?.at(-1);
  assert.deepEqual(
    [line?.item_index, line?.merchant_item_id, line?.quantity, line?.cost?.value],
    [3, 'MUG', 2, 0],
  );
  assert.deepEqual([order.current_stage, order.summary], ['Shipping Department', summary]);
});

for (const [lock, stage] of [
  [false, 'Shipping Department'],
  [true, 'Hold'],
] as const)
  test(`no answer about the refund, lock_self_ship_orders ${lock}: ${stage}, and nothing ships`, async () => {
    const id = await placed();
    app.books.setDown(true);
    const { status, body } = await cancel(id, { lock_self_ship_orders: lock });
    app.books.setDown(false);
    assert.equal(status, 200);
    assert.match(body.warning.warning_message, /has not answered the refund yet/);
    assert.equal((await read(id)).current_stage, stage);
    const shipped = await app.request({
      operation: 'shipOrders',
      params: { distribution_center_code: 'DFLT' },
      body: { shipments: [{ order_id: id }] },
    });
    assert.match(shipped.body.results[0].reason, /is being canceled|is in the stage Hold/);
    assert.match((await cancel(id)).body.error.user_message, /has a refund in progress/);
    await app.db.run(
      `update order_refund set lease_until = now() - interval '1 second' where merchant_id = $1`,
      [app.merchant.merchantId],
    );
    await app.work('refunds');
    const order = await read(id);
    assert.deepEqual([order.current_stage, order.auto_order?.status], ['Rejected', 'canceled']);
    assert.equal(refundedAt(id), Math.round(order.summary!.total!.value! * 100));
  });

test('a page of another site cannot block a refund with the cookie of a user', async () => {
  const id = await placed();
  const ann = await logInAs(app, { login: 'ann', permissions: ['order_write'] });
  const { cookie } = ann.request.headers as { cookie: string };
  const block = (headers: Readonly<Record<string, string>>) =>
    app.request({ operation: 'blockRefundOnOrder', ...on(id), key: null, headers });
  assert.equal((await block({ cookie, 'sec-fetch-site': 'cross-site' })).status, 400);
  assert.equal((await block({ cookie })).status, 400);
  assert.equal((await block({ ...pageHeaders, cookie })).status, 204);
});

test('an update that rejects a paid order refunds nothing, and says so', async () => {
  const id = await placed();
  const { status, body } = await move(id, 'Rejected');
  assert.equal(status, 200);
  assert.match(body.warning.warning_message, /is paid, and an update refunds nothing/);
  assert.equal(refundedAt(id), 0);
  assert.deepEqual((await eventsOf(id)).slice(-2), ['order_stage_change', 'order_reject']);
  const unpaid = await placed({ payment: { payment_method: 'Check' } });
  assert.equal((await move(unpaid, 'Rejected')).body.warning, undefined);
});
