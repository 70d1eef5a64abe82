// Tests the figures of each day: the sums of its events, days without events, currencies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventCount } from '../platform/events/feedCounts.ts';
import { dayCounts, noCounts, statisticDays } from './statistics.ts';

const event = (
  name: string,
  day: string,
  count: number,
  totalMinor = 0,
  currency: string | null = null,
): EventCount => ({ name, day, count, totalMinor, currency });

test('events are put together by day and currency; those without money are in the merchant’s', () => {
  assert.deepEqual(
    dayCounts(
      [
        event('auto_order_rebill', '2026-03-02', 2, 4210, 'USD'),
        event('auto_order_rebill', '2026-03-02', 1, 900, 'CAD'),
        event('auto_order_decline', '2026-03-02', 3),
        event('auto_order_cancel', '2026-03-01', 1),
        event('auto_order_create', '2026-03-02', 4),
      ],
      'USD',
    ),
    [
      { ...noCounts('2026-03-01', 'USD'), canceled: 1 },
      { ...noCounts('2026-03-02', 'CAD'), paid: 1, paidMinor: 900 },
      { ...noCounts('2026-03-02', 'USD'), paid: 2, paidMinor: 4210, declined: 3, created: 4 },
    ],
  );
});

test('every day is there; what is active stays until it is counted again', () => {
  const days = statisticDays(
    [
      { ...noCounts('2025-11-03', 'USD'), paid: 5, active: 6 },
      { ...noCounts('2026-02-28', 'USD'), active: 7 },
      { ...noCounts('2026-03-02', 'JPY'), paid: 1, paidMinor: 500 },
      { ...noCounts('2026-03-02', 'USD'), paid: 1, paidMinor: 1050, active: 8 },
    ],
    { last: '2026-03-02', days: 4, currency: 'USD' },
  );
  assert.deepEqual(
    days.map(({ day, active, paid, paid_total }) => [day, active, paid, paid_total]),
    [
      ['2026-02-27', 6, 0, 0],
      ['2026-02-28', 7, 0, 0],
      ['2026-03-01', 7, 0, 0],
      ['2026-03-02', 8, 2, 10.5],
    ],
  );
  assert.deepEqual(days.at(-1)?.paid_totals, [
    { currency_code: 'JPY', total: 500 },
    { currency_code: 'USD', total: 10.5 },
  ]);
});
