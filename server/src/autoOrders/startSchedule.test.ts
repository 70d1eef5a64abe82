import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  catalogItem,
  itemStep,
  newYork,
  plain,
  steppedItem,
  wall,
} from '../../../test/support/ruleRecords.ts';
import { type PurchasedLine, simpleSchedule, startSchedule } from './startSchedule.ts';

const ordered = (given: Partial<PurchasedLine>): PurchasedLine => ({
  bought: catalogItem('COFFEE'),
  orderedAt: wall('2026-01-31'),
  zone: newYork,
  ...given,
});

function started(given: Partial<PurchasedLine>) {
  const start = startSchedule(ordered(given));
  assert.ok(start.ok, start.ok ? '' : start.reason);
  return start.value;
}

test('a chosen schedule starts one interval after the order, in whole seconds', () => {
  const start = started({
    chosen: 'Monthly',
    orderedAt: Temporal.Instant.from('2026-01-31T15:00:00.987Z'),
  });
  assert.deepEqual(plain(start), {
    frequency: 'Monthly',
    anchor: '2026-01-31T10:00:00',
    step: { index: 0, done: 0 },
    nextShipmentAt: '2026-02-28T15:00:00Z',
    preshipmentNoticeSent: false,
  });
});

test('after a rebill in another system it starts one interval later than that', () => {
  const start = started({ chosen: 'Monthly', lastRebillAt: wall('2026-01-12') });
  assert.equal(String(start.nextShipmentAt), String(wall('2026-02-12')));
});

test('Every... keeps its days, other schedules have none', () => {
  const bought = catalogItem('COFFEE', {}, { schedules: ['Every...', 'Weekly'] });
  const [every, weekly] = [
    started({ bought, chosen: 'Every...', arbitraryScheduleDays: 3 }),
    started({ bought, chosen: 'Weekly', arbitraryScheduleDays: 3 }),
  ];
  assert.deepEqual(
    [every.arbitraryScheduleDays, String(every.nextShipmentAt)],
    [3, String(wall('2026-02-03'))],
  );
  assert.deepEqual(
    [weekly.arbitraryScheduleDays, String(weekly.nextShipmentAt)],
    [undefined, String(wall('2026-02-07'))],
  );
});

test('steps start at the first that ships, with the count of all rebills where they end', () => {
  const bought = steppedItem(
    'PLAN',
    { type: 'pause', pauseDays: 2 },
    itemStep({ schedule: 'Weekly', repeatCount: 2, preshipmentNoticeDays: 3 }),
    itemStep({ repeatCount: 4 }),
  );
  assert.deepEqual(plain(started({ bought, chosen: 'Yearly' })), {
    anchor: '2026-02-09T10:00:00',
    step: { index: 1, done: 0 },
    remainingRepeatCount: 6,
    nextShipmentAt: '2026-02-09T15:00:00Z',
    nextPreshipmentNoticeAt: '2026-02-06T15:00:00Z',
    preshipmentNoticeSent: false,
  });
  for (const last of [itemStep(), { type: 'loop' }] as const) {
    assert.equal(
      started({ bought: steppedItem('PLAN', itemStep({ repeatCount: 1 }), last) })
        .remainingRepeatCount,
      undefined,
    );
  }
});

test('a day of the month that February lacks is kept for March', () => {
  const bought = steppedItem('PLAN', { type: 'pause until', untilDayOfMonth: 31 }, itemStep());
  const start = started({ bought, orderedAt: wall('2026-02-05') });
  assert.deepEqual(
    [String(start.nextShipmentAt), String(start.anchor)],
    [String(wall('2026-02-28')), '2026-01-31T10:00:00'],
  );
});

test('a line that starts no schedule returns the reason', () => {
  const cases: [why: string, given: Partial<PurchasedLine>][] = [
    [
      'not auto orderable',
      { chosen: 'Monthly', bought: catalogItem('COFFEE', {}, { autoOrderable: false }) },
    ],
    [
      'not auto orderable',
      { chosen: 'Monthly', bought: catalogItem('COFFEE', {}, { autoOrderable: false }) },
    ],
    ['no schedule chosen', {}],
    ['schedule not offered', { chosen: 'Yearly' }],
    [
      'schedule days missing',
      { chosen: 'Every...', bought: catalogItem('COFFEE', {}, { schedules: ['Every...'] }) },
    ],
    ['kit only', { bought: steppedItem('PART', { type: 'kit only' }) }],
    ['completed', { bought: steppedItem('PLAN', { type: 'pause', pauseDays: 3 }) }],
    ['steps ship nothing', { bought: steppedItem('PLAN', { type: 'loop' }) }],
  ];
  for (const [why, given] of cases)
    assert.deepEqual(startSchedule(ordered(given)), { ok: false, reason: why });
});

test('a simple schedule is one item step and nothing else', () => {
  const [endless, finite] = [itemStep({ itemId: 'FULL' }), itemStep({ repeatCount: 12 })];
  assert.deepEqual(simpleSchedule(steppedItem('PLAN', endless)), {
    itemId: 'FULL',
    frequency: 'Monthly',
    repeatCount: undefined,
  });
  assert.deepEqual(simpleSchedule(steppedItem('PLAN', finite)), {
    itemId: 'PLAN',
    frequency: 'Monthly',
    repeatCount: 12,
  });
  for (const none of [
    catalogItem('COFFEE'),
    steppedItem('PLAN', finite, endless),
    steppedItem('PLAN', { type: 'kit only' }),
    steppedItem('PLAN'),
  ]) {
    assert.equal(simpleSchedule(none), undefined);
  }
});
