import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anAutoOrder, anItem, at } from '../../../test/support/autoOrders.ts';
import { type RequestedCharge, requestFault } from './request.ts';

const now = at('2026-03-10T14:00:00Z');
const hoursAgo = (hours: number) => now.subtract({ hours });
const rebill = (hours: number) => ({
  rebillNumber: 2,
  orderId: 'DEMO-0000000009',
  at: hoursAgo(hours),
});
const billedItem = (hours: number, numberOfRebills: number) =>
  anAutoOrder({ items: [anItem({ numberOfRebills, lastOrderAt: hoursAgo(hours) })] });

const rows: [what: string, given: Partial<RequestedCharge>, fault: RegExp | undefined][] = [
  ['nothing against it', {}, undefined],
  ['canceled', { autoOrder: anAutoOrder({ status: 'canceled' }) }, /is canceled/],
  ['merged', { autoOrder: anAutoOrder({ status: 'merged' }) }, /is merged/],
  ['in flight', { recent: { inFlight: rebill(0) } }, /is being charged: rebill 2/],
  ['in flight for two days', { recent: { inFlight: rebill(48) } }, /is being charged/],
  ['just paid', { recent: { lastPaid: rebill(0) } }, /\(rebill 2, order DEMO-0000000009\), within/],
  ['paid 23 hours ago', { recent: { lastPaid: rebill(23) } }, /within 24 hours/],
  ['paid 24 hours ago', { recent: { lastPaid: rebill(24) } }, undefined],
  // A stale form may have set the item's dates back, but the paid rebill is still found.
  [
    'paid an hour ago, with an old date on the item',
    { recent: { lastPaid: rebill(1) }, autoOrder: billedItem(400, 1) },
    /within 24 hours/,
  ],
  ['imported, billed an hour ago', { autoOrder: billedItem(1, 3) }, /was billed at .*, within/],
  ['imported, billed two days ago', { autoOrder: billedItem(48, 3) }, undefined],
  ['bought an hour ago, never billed', { autoOrder: billedItem(1, 0) }, undefined],
  ['due in five minutes', { dueAt: now.add({ minutes: 5 }) }, /is due at/],
  ['due in six minutes', { dueAt: now.add({ minutes: 6 }) }, undefined],
  ['overdue', { dueAt: hoursAgo(5) }, /is due at/],
];

test('when a charge on request is refused', () => {
  for (const [what, given, expected] of rows) {
    const fault = requestFault({
      autoOrder: anAutoOrder(),
      dueAt: undefined,
      recent: {},
      now,
      zone: 'America/New_York',
      ...given,
    });
    if (expected === undefined) assert.equal(fault, undefined, what);
    else assert.match(fault?.reason ?? '', expected, what);
  }
});
