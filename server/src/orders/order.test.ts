import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Order } from '@perennial/contract/order.ts';
import { orderParts } from './order.ts';

/** Objects that are stored in separate tables and read from there. */
const foreign = ['auto_order', 'customer_profile'];

test('every object and list of an order has a column, so that the head has only scalars', () => {
  const isScalar = (schema: object) =>
    'type' in schema && ['string', 'number', 'integer', 'boolean'].includes(String(schema.type));
  const composed = Object.entries(Order.properties)
    .filter(([, schema]) => !isScalar(schema))
    .map(([name]) => name);
  assert.deepEqual([...orderParts, ...foreign].sort(), composed.sort());
});
