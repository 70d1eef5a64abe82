import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { AutoOrder, AutoOrdersRequest } from './autoOrder.ts';
import { inputDocument, inputSchema, maxListLength, parameterSchema } from './input.ts';
import { operation, operationIds } from './operations.ts';

const isDate = (text: string) => !text.startsWith('x');
const ajv = new Ajv({
  strict: true,
  allowUnionTypes: true,
  schemas: [inputDocument()],
  formats: { 'date-time': isDate, 'criteria-date-time': isDate },
});
const autoOrder = ajv.compile(inputSchema(AutoOrder));

const accepted: readonly [why: string, body: object][] = [
  ['nothing at all', {}],
  [
    'an explicit null',
    { enabled: null, items: null, cancel_reason: null, status: null, original_order: null },
  ],
  ['an unknown field', { invented: { deeply: 1 } }],
  [
    'a read-only field of any type, as it is not checked',
    { auto_order_code: 5, rebill_orders: 'no' },
  ],
  ['a read-only part of an order', { original_order: { fraud_score: 'no' } }],
  [
    'orders in orders',
    { original_order: { auto_order: { rebill_orders: [{ order_id: 'A-1' }] } } },
  ],
  [
    'the bounds of 32 bits',
    { cancel_after_next_x_orders: 2147483647, override_affiliate_id: -2147483648 },
  ],
  ['a decimal without a fraction', { items: [{ arbitrary_unit_cost: 5 }] }],
];

const longCity = { original_order: { billing: { city: 'x'.repeat(33) } } };

const refused: readonly [why: string, body: unknown, path: string, keyword: string][] = [
  ['no object', [], '', 'type'],
  ['null', null, '', 'type'],
  ['a text for a flag', { enabled: 'true' }, '/enabled', 'type'],
  [
    'a fraction for a whole number',
    { cancel_after_next_x_orders: 1.5 },
    '/cancel_after_next_x_orders',
    'type',
  ],
  [
    'more than 32 bits',
    { cancel_after_next_x_orders: 2147483648 },
    '/cancel_after_next_x_orders',
    'maximum',
  ],
  [
    'an endless number',
    { items: [{ arbitrary_unit_cost: 1e300 }] },
    '/items/0/arbitrary_unit_cost',
    'maximum',
  ],
  ['an unknown frequency', { items: [{ frequency: 'Hourly' }] }, '/items/0/frequency', 'enum'],
  ['a null in a list of objects', { items: [null] }, '/items/0', 'type'],
  ['an object for a list', { items: {} }, '/items', 'type'],
  ['a date that is none', { next_attempt: 'xyz' }, '/next_attempt', 'format'],
  ['a text over its length', longCity, '/original_order/billing/city', 'maxLength'],
  ['a text over any length', { cancel_reason: 'x'.repeat(70_000) }, '/cancel_reason', 'maxLength'],
  ['a list over its length', { items: Array(maxListLength + 1).fill({}) }, '/items', 'maxItems'],
];

test('a valid request is accepted', () => {
  for (const [why, body] of accepted)
    assert.ok(autoOrder(body), `${why}: ${ajv.errorsText(autoOrder.errors)}`);
});

test('an invalid request is refused, and the field is named', () => {
  for (const [why, body, path, keyword] of refused) {
    assert.equal(autoOrder(body), false, why);
    assert.deepEqual(
      autoOrder.errors!.map((error) => [error.instancePath, error.keyword]),
      [[path, keyword]],
      why,
    );
  }
});

test('the oid that a batch finds its record by is checked although it is read-only', () => {
  const batch = ajv.compile(inputSchema(AutoOrdersRequest));
  assert.ok(batch({ autoOrders: [{ auto_order_oid: 5 }] }));
  assert.equal(batch({ autoOrders: [{ auto_order_oid: '5' }] }), false);
});

test('every body and every list of parameters compiles', () => {
  for (const { body, params, query } of operationIds.map(operation)) {
    if (body) ajv.compile(inputSchema(body));
    for (const parameters of [params, query])
      if (parameters) ajv.compile(parameterSchema(parameters));
  }
});
