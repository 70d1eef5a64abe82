// The call sequences of published samples of the auto_order folder, in our own words, over HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../support/app.ts';

const app = await testApp();
await app.request({
  operation: 'insertItem',
  body: {
    merchant_item_id: 'TEA',
    pricing: { cost: 8 },
    auto_order: { auto_orderable: true, auto_order_schedules: ['Monthly'] },
  },
});

test('an established auto order gets an item without a schedule and a date', async () => {
  const { order } = (
    await app.request({
      operation: 'insertOrder',
      body: {
        billing: { email: 'sample@example.com' },
        items: [{ merchant_item_id: 'TEA', quantity: 1 }],
        payment: {
          payment_method: 'Credit Card',
          credit_card: {
            card_number_token: 'tok_1',
            card_expiration_month: 12,
            card_expiration_year: 2031,
          },
        },
      },
    })
  ).body;
  const { auto_order: empty } = (
    await app.request({
      operation: 'establishAutoOrderByReferenceOrderId',
      params: { reference_order_id: order.order_id },
      query: { _expand: 'items' },
    })
  ).body;
  assert.deepEqual(empty.items, []);
  const { status, body } = await app.request({
    operation: 'updateAutoOrder',
    params: { auto_order_oid: empty.auto_order_oid },
    query: { _expand: 'items' },
    body: {
      ...empty,
      nothing: 1,
      items: [{ original_item_id: 'TEA', original_quantity: 1, rebill_value: 5.5 }],
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  const [item] = body.auto_order.items;
  assert.deepEqual(
    [item.frequency, item.next_shipment_dts, item.arbitrary_unit_cost, item.rebill_value],
    ['Monthly', '2026-02-15T12:00:00-05:00', 5.5, 0],
  );
  assert.match(body.warning.warning_message, /^nothing: no effect/);
  const { order: read } = (
    await app.request({
      operation: 'getOrder',
      params: { order_id: order.order_id },
      query: { _expand: 'items,coupon' },
    })
  ).body;
  assert.deepEqual([read.items.length, read.coupons], [1, []]);
});
