import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expansions, parseExpand } from './expansions.ts';

const cases: readonly [given: string | undefined, names: readonly string[]][] = [
  [undefined, []],
  ['', []],
  ['items', ['items']],
  // A response contains a child inside its parent, so the parent is added.
  ['items,original_order.billing', ['items', 'original_order', 'original_order.billing']],
  ['items.future_schedules', ['items', 'items.future_schedules']],
  [
    'rebill_orders.payment.transaction',
    ['rebill_orders', 'rebill_orders.payment', 'rebill_orders.payment.transaction'],
  ],
  // Published samples also use the names of fields for the parts of an order.
  ['original_order.items', ['original_order', 'original_order.item']],
  [' items , rebill_orders ', ['items', 'rebill_orders']],
  ['items,items', ['items']],
  ['items,unknown,original_order.nothing', ['items']],
  [
    'items.sample_schedule,items.simple_schedule',
    ['items', 'items.sample_schedule', 'items.simple_schedule'],
  ],
  ['logs,management,properties,emails', ['logs', 'management', 'properties', 'emails']],
];

test('an _expand parameter is read as the names that are known', () => {
  for (const [given, names] of cases)
    assert.deepEqual([...parseExpand(given, expansions.auto_order)], names, given);
});

test('the parts of an order are read by the names of their expansions and of their fields', () => {
  for (const [given, names] of [
    ['items,coupons', ['coupon', 'item']],
    ['payment.transactions', ['payment', 'payment.transaction']],
    ['Tags', ['tags']],
  ] as const)
    assert.deepEqual([...parseExpand(given, expansions.order)], names, given);
});

test('a comma inside brackets belongs to the arguments of a name', () => {
  const given =
    'content.multimedia.thumbnails[filter(100,100,"png",true),filter(5,5,"jpg",true)],pricing';
  assert.deepEqual(
    [...parseExpand(given, expansions.item)],
    ['content', 'content.multimedia', 'content.multimedia.thumbnails', 'pricing'],
  );
});

test('a bracket that is never closed swallows the rest instead of inventing names', () => {
  const given = 'content.multimedia.thumbnails[filter(1,pricing';
  assert.deepEqual(
    [...parseExpand(given, expansions.item)],
    ['content', 'content.multimedia', 'content.multimedia.thumbnails'],
  );
});

test('the auto order names are the documented 56 and our five', () => {
  assert.equal(expansions.auto_order.length, 61);
});
