// Clients store the numbers of events, so the numbers never change when events are added.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { absentEvents, type EventName, events } from './events.ts';

const given: Readonly<Record<EventName, number>> = {
  auto_order_create: 1,
  auto_order_update: 2,
  auto_order_rebill: 3,
  auto_order_decline: 4,
  auto_order_cancel: 5,
  auto_order_disable: 6,
  auto_order_preshipment: 7,
  auto_order_item_cancel_scheduled: 8,
  auto_order_item_cancel: 9,
  auto_order_item_pause: 10,
  auto_order_item_unpause: 11,
  auto_order_item_reactivate: 12,
  order_create: 13,
  order_update: 14,
  order_payment_process: 15,
  order_payment_failed: 16,
  order_stage_change: 17,
  item_create: 18,
  item_update: 19,
  customer_create: 20,
  customer_update: 21,
  workflow_task_create: 22,
  workflow_task_update: 23,
  workflow_task_delete: 24,
  user_create: 25,
  user_update: 26,
  user_delete: 27,
  user_login: 28,
  webhook_disable: 29,
  order_refund: 30,
  order_reject: 31,
  order_ship: 32,
  order_delete: 33,
  customer_delete: 34,
  item_delete: 35,
  chargeback_create: 36,
  chargeback_update: 37,
  chargeback_delete: 38,
  fulfillment_hold: 39,
  fulfillment_transmit: 40,
};

test('an event keeps its number', () => {
  for (const [name, eventOid] of Object.entries(given))
    assert.equal(events[name as EventName].eventOid, eventOid, name);
});

test('no two events have the same number', () => {
  const numbers = Object.values(events).map(({ eventOid }) => eventOid);
  assert.equal(new Set(numbers).size, numbers.length);
});

test('the server emits an event, or its entry says why not', () => {
  for (const [name, reason] of Object.entries(absentEvents)) {
    assert.ok(!Object.hasOwn(events, name), name);
    assert.match(reason, /^This server .*\.$/);
  }
});

test('docs/webhooks.md names every event, and no other', () => {
  const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const table = page.slice(
    page.indexOf('| category | events |'),
    page.indexOf('The payload of a del'),
  );
  // In one row of the table, `_update` after `item_create` means `item_update`.
  let category = '';
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, word = '']) => {
    if (word.startsWith('_')) return category + word;
    category = events[word as EventName]?.category ?? '';
    return word;
  });
  assert.deepEqual(named.sort(), Object.keys(events).sort());
});
