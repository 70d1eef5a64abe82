// Tests changes of single parts of orders over HTTP: tokens, mails that are sent again, affiliates,
// item ids.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@perennial/contract/order.ts';
import { testApp } from '../../../test/support/app.ts';

const app = await testApp();
await app.addMerchant('OTHER');
const otherKey = await app.addKey('OTHER');
for (const merchant_item_id of ['COFFEE', 'COFFEE2'])
  await app.request({ operation: 'insertItem', body: { merchant_item_id, pricing: { cost: 10 } } });

const on = (order_id: string) => ({ params: { order_id } });
async function placed(change: Order = {}): Promise<string> {
  const { status, body } = await app.request({
    operation: 'insertOrder',
    body: {
      billing: { email: 'ann@example.com' },
      items: [{ merchant_item_id: 'COFFEE', quantity: 1 }],
      payment: { payment_method: 'Cash' },
      channel_partner: { store_completed: false },
      ...change,
    },
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body.order.order_id;
}
const mailsOf = (orderId: string) =>
  app.db.rows<{ kind: string; facts: object }>(
    `select kind, facts from notice where merchant_id = $1 and order_id = $2 order by notice_id`,
    [app.merchant.merchantId, orderId],
  );
const ship = (order_id: string) =>
  app.request({
    operation: 'shipOrders',
    params: { distribution_center_code: 'DFLT' },
    body: { shipments: [{ order_id, tracking_numbers: ['1Z'] }] },
  });

test('a token identifies an order of its merchant, and no other text is a token', async () => {
  const id = await placed();
  const { body } = await app.request({ operation: 'generateOrderToken', ...on(id) });
  const read = (order_token: string, key = app.key) =>
    app.request({ operation: 'getOrderByToken', key, body: { order_token } });
  assert.equal((await read(body.order_token)).body.order.order_id, id);
  const changed = `${body.order_token.slice(0, -2)}AA`;
  for (const [token, key] of [
    [body.order_token, otherKey],
    [changed, app.key],
    ['x', app.key],
  ] as const) {
    const refused = await read(token, key);
    assert.equal(refused.status, 400);
    assert.match(refused.body.error.user_message, /order_token is not a token of an order/);
  }
});

test('a receipt and the mail about a shipment are sent again, each time that a client wants it', async () => {
  const id = await placed();
  const again = (operation: 'resendReceipt' | 'resendShipmentConfirmation') =>
    app.request({ operation, ...on(id) });
  const early = await again('resendShipmentConfirmation');
  assert.match(early.body.error.user_message, /has not shipped/);
  await ship(id);
  const before = (await mailsOf(id)).length;
  assert.equal((await again('resendReceipt')).status, 200);
  assert.equal((await again('resendShipmentConfirmation')).status, 200);
  assert.equal((await again('resendShipmentConfirmation')).status, 200);
  assert.deepEqual((await mailsOf(id)).slice(before), [
    { kind: 'order_receipt', facts: {} },
    ...[1, 2].map(() => ({
      kind: 'shipment',
      facts: { trackingNumbers: ['1Z'], itemIndexes: [1], isComplete: true },
    })),
  ]);
});

for (const [name, change, fault] of [
  ['is not paid', { payment: { payment_method: 'Check' } }, /is not paid, so it has no receipt/],
  ['has no email address', { billing: {} }, /has no email address/],
] as const)
  test(`an order that ${name}: no receipt is sent again`, async () => {
    const id = await placed(change);
    const { status, body } = await app.request({ operation: 'resendReceipt', ...on(id) });
    assert.equal(status, 400);
    assert.match(body.error.user_message, fault);
  });

test('an affiliate is assigned by its id', async () => {
  const id = await placed();
  const assign = (body: object) =>
    app.request({
      operation: 'assignToAffiliate',
      ...on(id),
      query: { _expand: 'affiliate' },
      body,
    });
  const { body } = await assign({ affiliate_id: 17, affiliate_sub_id: 'news' });
  assert.deepEqual(body.order.affiliates, [{ affiliate_oid: 17, sub_id: 'news' }]);
  const byEmail = await assign({ affiliate_email: 'bob@example.com' });
  assert.match(byEmail.body.error.user_message, /keeps no list of affiliates/);
});

test('one item id is replaced, and the rest of the line stays', async () => {
  const id = await placed();
  const replace = (body: object) =>
    app.request({
      operation: 'replaceOrderItemMerchantItemId',
      ...on(id),
      query: { _expand: 'item' },
      body,
    });
  const { body: before } = await app.request({
    operation: 'getOrder',
    ...on(id),
    query: { _expand: 'item' },
  });
  for (const [given, fault] of [
    [{ item_index: 2, replacement_merchant_item_id: 'COFFEE2' }, /item_index names no line/],
    [{ item_index: 1, replacement_merchant_item_id: 'TEA' }, /names the item TEA/],
    [
      { item_index: 1, merchant_item_id: 'TEA', replacement_merchant_item_id: 'COFFEE2' },
      /merchant_item_id is not the item of line 1/,
    ],
  ] as const)
    assert.match((await replace(given)).body.error.user_message, fault);
  const { body } = await replace({ item_index: 1, replacement_merchant_item_id: 'coffee2' });
  assert.deepEqual(body.order.items, [{ ...before.order.items[0], merchant_item_id: 'COFFEE2' }]);
});
