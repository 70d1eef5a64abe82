// Tests values of a fixed list, in a filter or a body: they are recognized in any case, and a value
// that is not in the list is refused with the list. Earlier, an unknown value silently found
// nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Operation,
  operationIds,
  operation as operationOf,
} from '@perennial/contract/operations.ts';
import { testApp } from '../support/app.ts';
import { monthlyItem, monthlyOrder, subscribe } from '../support/monthly.ts';

const app = await testApp();

const listsOf = ({ query }: Operation) =>
  Object.entries((query?.properties ?? {}) as Record<string, { enum?: readonly string[] }>).flatMap(
    ([name, { enum: values }]) => (values ? [{ name, values }] : []),
  );
const filters = operationIds.flatMap((operation) => {
  const row = operationOf(operation);
  const isList = row.method === 'GET' && row.params === undefined && !row.sessionOnly;
  return isList ? listsOf(row).map((list) => ({ operation, ...list })) : [];
});

test('each value of a filter is accepted in any case, and another refused', async () => {
  assert.ok(filters.length >= 5, `${filters.length} filters`);
  for (const { operation, name, values } of filters) {
    for (const value of values) {
      const query = { [name]: ` ${value.toUpperCase()} ` };
      const { status, text } = await app.request({ operation, query });
      assert.equal(status, 200, `${operation} ${name}=${value}: ${text}`);
    }
    const { status, body } = await app.request({ operation, query: { [name]: 'no such word' } });
    assert.equal(status, 400, operation);
    assert.equal(
      body.error.user_message,
      `${name} holds an unknown value. Send one of: ${values.join(', ')}.`,
    );
  }
});

test('a filter in another case finds', async () => {
  await app.request({ operation: 'insertItem', body: monthlyItem('TEA', 5) });
  await subscribe(app, monthlyOrder('TEA', { email: 'ann@example.com' }));
  const autoOrders = await app.request({ operation: 'getAutoOrders', query: { status: 'Active' } });
  assert.equal(autoOrders.body.auto_orders.length, 1);
  const orders = await app.request({
    operation: 'getOrders',
    query: { payment_method: 'credit card', current_stage: 'completed order' },
  });
  assert.equal(orders.body.orders.length, 1);
});

test('a word of a closed list in a body is found in any case', async () => {
  const { body } = await app.request({
    operation: 'insertItem',
    query: { _expand: 'related' },
    body: {
      merchant_item_id: 'MUG',
      pricing: { cost: 8 },
      related: { related_items: [{ related_merchant_item_id: 'TEA', type: 'userdefined' }] },
    },
  });
  assert.equal(body.item.related.related_items[0].type, 'UserDefined');
  const params = { merchant_item_oid: body.item.merchant_item_oid };
  const review = (status: string) =>
    app.request({ operation: 'insertReview', params, body: { status } });
  assert.equal((await review(' Approved')).body.review.status, 'approved');
  const { status, body: refused } = await review('splendid');
  assert.equal(status, 400);
  assert.match(
    refused.error.user_message,
    /^status holds an unknown value\. Send one of: approved/,
  );
});

test('an id in a body is also taken as a text, as the PHP samples send it', async () => {
  const { body } = await app.request({
    operation: 'insertItem',
    body: { merchant_item_id: 'CUP', pricing: { cost: 9.9 } },
  });
  const { body: made } = await app.request({
    operation: 'insertCustomer',
    body: { email: 'wisher@example.com' },
  });
  const wish = (merchant_item_oid: string) =>
    app.request({
      operation: 'insertWishListItem',
      params: { customer_profile_oid: made.customer.customer_profile_oid },
      body: { merchant_item_oid: merchant_item_oid as never },
    });
  const oid = body.item.merchant_item_oid;
  assert.equal((await wish(String(oid))).body.merchant_item_oid, oid);
  for (const text of ['seven', '', ' 7', '7.5', '1e3', '0x7', '99999999999'])
    assert.equal((await wish(text)).status, 400, text);
});

test('an amount or a quantity that is a text is refused by its name', async () => {
  const bodies = [
    ['pricing.cost', { pricing: { cost: '9.90' } }],
    [
      'kit_definition.components[0].quantity',
      { kit_definition: { components: [{ quantity: '2' }] } },
    ],
  ] as const;
  for (const [field, sent] of bodies) {
    const { status, body } = await app.request({
      operation: 'insertItem',
      body: { merchant_item_id: 'TEXT', ...sent },
    });
    assert.equal(status, 400, field);
    assert.match(body.error.user_message, new RegExp(field.replace(/[[\]]/g, '.')));
  }
});
