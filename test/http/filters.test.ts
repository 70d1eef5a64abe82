// A filter by a word of a closed list: found in any case, and a word that is not in the list is
// refused with the list. Before, it found nothing, as if there was nothing to find.
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
