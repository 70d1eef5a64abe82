import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Item } from '@perennial/contract/item.ts';
import { Order } from '@perennial/contract/order.ts';
import { merged, writable } from './document.ts';

test('a client writes the fields of the model that are not the server’s', () => {
  const body = {
    order_id: 'X-1',
    surprise: 1,
    refund_reason: 'late',
    billing: { email: 'a@b.c', day_phone_e164: '+1', extra: true },
    shipping: { delivery_date: '2026-03-01' },
    payment: { transactions: [{}], payment_method: 'Cash' },
    checkout: null,
  };
  assert.deepEqual(writable(Order, body as never, 'America/New_York'), {
    refund_reason: 'late',
    billing: { email: 'a@b.c' },
    shipping: { delivery_date: '2026-03-01T00:00:00-05:00' },
    payment: { payment_method: 'Cash' },
    checkout: null,
  });
});

test('names of the prototype are unknown fields', () => {
  assert.deepEqual(
    writable(Item, JSON.parse('{"__proto__":{"x":1},"constructor":1,"description":"d"}'), 'UTC'),
    { description: 'd' },
  );
});

const merges: { name: string; stored: object; change: object; result: object }[] = [
  { name: 'absent stays', stored: { a: 1, b: 2 }, change: { b: 3 }, result: { a: 1, b: 3 } },
  { name: 'undefined is absent', stored: { a: 1 }, change: { a: undefined }, result: { a: 1 } },
  { name: 'null removes', stored: { a: 1, b: 2 }, change: { a: null }, result: { b: 2 } },
  {
    name: 'objects field by field',
    stored: { o: { a: 1, b: 2 } },
    change: { o: { a: null, c: 3 } },
    result: { o: { b: 2, c: 3 } },
  },
  {
    name: 'a new object keeps no null',
    stored: {},
    change: { o: { a: null, c: 3 } },
    result: { o: { c: 3 } },
  },
  {
    name: 'lists are replaced',
    stored: { l: [1, 2] },
    change: { l: [{ a: null, b: 1 }] },
    result: { l: [{ b: 1 }] },
  },
];
for (const { name, stored, change, result } of merges) {
  test(`merge: ${name}`, () => assert.deepEqual(merged(stored, change), result));
}
