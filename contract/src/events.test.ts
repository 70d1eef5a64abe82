// The numbers of events are stored by clients: they stay as they are, whatever is added.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absentEvents, type EventName, events } from './events.ts';

const given: Readonly<Partial<Record<EventName, number>>> = {
  auto_order_create: 1,
  auto_order_update: 2,
  auto_order_rebill: 3,
  auto_order_item_reactivate: 12,
  order_create: 13,
  order_stage_change: 17,
  item_create: 18,
  item_update: 19,
  customer_create: 20,
  customer_update: 21,
  workflow_task_create: 22,
  workflow_task_delete: 24,
  user_create: 25,
  user_login: 28,
  webhook_disable: 29,
  order_refund: 30,
  order_reject: 31,
  order_ship: 32,
  order_delete: 33,
  customer_delete: 34,
  item_delete: 35,
};

test('an event keeps its number', () => {
  for (const [name, eventOid] of Object.entries(given))
    assert.equal(events[name as EventName].eventOid, eventOid, name);
});

test('no two events have the same number', () => {
  const numbers = Object.values(events).map(({ eventOid }) => eventOid);
  assert.equal(new Set(numbers).size, numbers.length);
});

test('an event either happens here or says why not', () => {
  for (const [name, reason] of Object.entries(absentEvents)) {
    assert.ok(!Object.hasOwn(events, name), name);
    assert.match(reason, /^This server .*\.$/);
  }
});
