// Tests the events that fulfillment houses receive as an order moves, over HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();

const told = async (orderId: string) =>
  (
    await app.db.rows<{ name: string }>(
      `select name from event where merchant_id = 'TEST' and object_type = 'order'
        and object_id = $1 and name like 'fulfillment%' order by object_sequence`,
      [orderId],
    )
  ).map(({ name }) => name);

await app.request({
  operation: 'insertItem',
  body: { merchant_item_id: 'CUP', pricing: { cost: 5 } },
});

test('an order is transmitted when it may ship, and held when it is reviewed', async () => {
  const { body, text } = await app.request({
    operation: 'insertOrder',
    body: {
      items: [{ merchant_item_id: 'CUP', quantity: 1 }],
      payment: { payment_method: 'Purchase Order' },
    },
  });
  assert.ok(body.order, text);
  const { order_id: orderId } = body.order;
  const move = (stage: string) =>
    app.request({
      operation: 'updateOrder',
      params: { order_id: orderId },
      body: { current_stage: stage },
    });
  assert.deepEqual(await told(orderId), []);
  const moves: [stage: string, all: string[]][] = [
    ['Fraud Review', ['fulfillment_hold']],
    ['Shipping Department', ['fulfillment_hold', 'fulfillment_transmit']],
    ['Hold', ['fulfillment_hold', 'fulfillment_transmit', 'fulfillment_hold']],
  ];
  for (const [stage, all] of moves) {
    const { status, text } = await move(stage);
    assert.equal(status, 200, text);
    assert.deepEqual(await told(orderId), all, stage);
  }
});

test('an event that never happens here cannot be subscribed to, and the refusal says why', async () => {
  const { status, body } = await app.request({
    operation: 'insertWebhook',
    body: {
      webhook_url: 'https://example.com/hook',
      event_categories: [
        {
          event_category: 'checkout',
          events: [{ event_name: 'checkout_cart_abandon', subscribed: true }],
        },
      ],
    },
  });
  assert.equal(status, 400);
  assert.match(
    body.error.developer_message,
    /event_categories\[0\]\.events\[0\]\.event_name names checkout_cart_abandon.*has no carts/,
  );
});
