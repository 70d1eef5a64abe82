// Every operation that takes a form back: one, a batch, a batch in the background, the add-ons of
// an item, with and without If-Match.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { testApp } from '../support/app.ts';

const app = await testApp();
for (const id of ['COFFEE', 'MUG'])
  await app.request({
    operation: 'insertItem',
    body: {
      merchant_item_id: id,
      pricing: { cost: 5 },
      auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
    },
  });
const until = async (wall: string) => {
  const { body } = await app.request({ operation: 'setClock', body: { now_dts: wall } });
  assert.equal(body.advance?.done ?? true, true, JSON.stringify(body));
};

const expand = { _expand: 'items,add_ons' };
const params = (oid: number) => ({ auto_order_oid: oid });

async function subscribe(): Promise<AutoOrder> {
  const address = { first_name: 'Ann', last_name: 'Lee', country_code: 'US' };
  const card = {
    card_number_token: 'tok_approve',
    card_expiration_month: 12,
    card_expiration_year: 2040,
  };
  const { body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { ...address, email: 'ann@example.com' },
      shipping: address,
      payment: { payment_method: 'Credit Card', credit_card: card },
      items: [{ merchant_item_id: 'COFFEE', quantity: 1, auto_order_schedule: 'Monthly' }],
    },
  });
  const { body: found } = await app.request({
    operation: 'getAutoOrderByReferenceOrderId',
    params: { reference_order_id: body.order.order_id },
  });
  const oid = found.auto_order.auto_order_oid;
  const [item] = (await read(oid)).auto_order.items!;
  const gift = { item_id: 'MUG', quantity: 1, next_x_orders: 3 };
  await put(oid, {
    items: [{ auto_order_item_oid: item!.auto_order_item_oid!, add_ons: [gift] } as object],
  });
  return (await read(oid)).auto_order;
}

async function read(oid: number): Promise<{ auto_order: AutoOrder; etag: string }> {
  const answer = await app.request({
    operation: 'getAutoOrder',
    params: params(oid),
    query: expand,
  });
  return { auto_order: answer.body.auto_order, etag: String(answer.headers['etag']) };
}

const put = (oid: number, body: object, headers: Record<string, string> = {}) =>
  app.request({ operation: 'updateAutoOrder', params: params(oid), query: expand, body, headers });

const stateOf = ({ items = [] }: AutoOrder) =>
  items.map((item) => [item.next_shipment_dts, item.add_ons?.[0]?.next_x_orders]);

const billedOnce = [['2026-03-15T12:00:00-04:00', 2]];

async function staleAddOns(addOns: number): Promise<void> {
  const { auto_order: current, etag } = await read(addOns);
  const list = { add_on_items: [{ item_id: 'MUG', quantity: 4, next_x_orders: 3 }] };
  const putAddOns = (headers: Record<string, string>) =>
    app.request({
      operation: 'updateAutoOrderItemAddOns',
      params: {
        auto_order_oid: addOns,
        auto_order_item_oid: current.items![0]!.auto_order_item_oid!,
      },
      body: list,
      headers,
    });
  assert.equal((await putAddOns({ 'if-match': '"1"' })).status, 412);
  const proven = await putAddOns({ 'if-match': etag });
  assert.equal(proven.body.warning, undefined);
  assert.equal(proven.body.auto_order.items[0].add_ons[0].next_x_orders, 3);
  await until('2026-03-16T12:00');
  const stale = await putAddOns({});
  assert.match(stale.body.warning.warning_message, /add_on_items\[0\]\.next_x_orders/);
  const [addOn] = stale.body.auto_order.items[0].add_ons;
  assert.deepEqual([addOn.next_x_orders, addOn.quantity], [2, 4]);
}

test('stale forms by every way in', async (t) => {
  const forms = [await subscribe(), await subscribe(), await subscribe(), await subscribe()];
  const [one, batched, queued, addOns] = forms.map((form) => form.auto_order_oid!) as [
    number,
    number,
    number,
    number,
  ];
  const { etag: oldEtag } = await read(one);
  await until('2026-02-16T12:00');
  for (const { auto_order_oid: oid } of forms)
    assert.deepEqual(stateOf((await read(oid!)).auto_order), billedOnce);

  await t.test('one: a warning names what stays; If-Match of before is refused', async () => {
    assert.equal((await put(one, forms[0]!, { 'if-match': oldEtag })).status, 412);
    const { status, body } = await put(one, forms[0]!);
    assert.equal(status, 200);
    assert.equal(body.warning.warning_code, 'stale_fields');
    for (const name of ['items[0].next_shipment_dts', 'items[0].add_ons[0].next_x_orders'])
      assert.ok(body.warning.warning_message.includes(name), body.warning.warning_message);
    assert.deepEqual(stateOf(body.auto_order), billedOnce);
  });

  await t.test('a batch: the warning says which element', async () => {
    const { body } = await app.request({
      operation: 'updateAutoOrdersBatch',
      query: expand,
      body: { autoOrders: [{ auto_order_oid: one }, forms[1]] },
    });
    assert.equal(body.success, true);
    assert.match(body.warning.warning_message, /autoOrders\[1\]\.items\[0\]\.next_shipment_dts/);
    assert.deepEqual(stateOf((await read(batched)).auto_order), billedOnce);
  });

  await t.test('a batch in the background: the history says so', async () => {
    const { status } = await app.request({
      operation: 'updateAutoOrdersBatch',
      query: { _async: true },
      body: { autoOrders: [{ ...forms[2], override_affiliate_id: 7 }] },
    });
    assert.equal(status, 204);
    await app.work('auto orders');
    const after = (await read(queued)).auto_order;
    assert.deepEqual([stateOf(after), after.override_affiliate_id], [billedOnce, 7]);
    const { body } = await app.request({
      operation: 'getAutoOrder',
      params: params(queued),
      query: { _expand: 'logs' },
    });
    assert.match(
      JSON.stringify(body.auto_order.logs),
      /Not changed[^"]*items\[0\]\.next_shipment_dts/,
    );
  });

  await t.test('the add-ons of an item: a count from before stays; If-Match sets it', () =>
    staleAddOns(addOns),
  );
});
