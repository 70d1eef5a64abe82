import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frequency, frequencies } from '@perennial/contract/frequency.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import {
  anchorOf,
  firstAfter,
  firstPlaceAfter,
  intervalOf,
  nextDate,
  placeOfMoment,
} from './schedule.ts';

const newYork = 'America/New_York';

/**
 * Returns the dates that follow `first`, each counted from the one before, as responses show them
 * but without the offset.
 */
function dates(
  first: string,
  frequency: Frequency,
  count: number,
  arbitraryScheduleDays?: number,
): string[] {
  const anchor = Temporal.PlainDateTime.from(first);
  let scheduled = anchor.toZonedDateTime(newYork).toInstant();
  return Array.from({ length: count }, () => {
    scheduled = nextDate({ scheduled, anchor, frequency, arbitraryScheduleDays, zone: newYork });
    return wireDate(scheduled, newYork).slice(0, 16).replace('T10:00', '');
  });
}

/**
 * The date after 31 January 2024 for each frequency. The type requires every frequency of the
 * contract.
 */
const nextDates: Readonly<Record<Frequency, string>> = {
  Weekly: '2024-02-07',
  Biweekly: '2024-02-14',
  'Every...': '2024-02-03',
  'Every 10 Days': '2024-02-10',
  'Every 24 Days': '2024-02-24',
  'Every 28 Days': '2024-02-28',
  Monthly: '2024-02-29',
  'Every 45 Days': '2024-03-16',
  'Every 2 Months': '2024-03-31',
  'Every 3 Months': '2024-04-30',
  'Every 4 Months': '2024-05-31',
  'Every 5 Months': '2024-06-30',
  'Every 6 Months': '2024-07-31',
  Yearly: '2025-01-31',
  'Every 4 Weeks': '2024-02-28',
  'Every 6 Weeks': '2024-03-13',
  'Every 8 Weeks': '2024-03-27',
};

test('each frequency has its next date', () => {
  for (const frequency of frequencies) {
    const next = nextDates[frequency];
    assert.deepEqual(dates('2024-01-31T10:00', frequency, 1, 3), [next], frequency);
  }
});

test('the 31st comes back after a short month, the 29th of February in leap years', () => {
  assert.deepEqual(dates('2023-01-31T10:00', 'Monthly', 4), [
    '2023-02-28',
    '2023-03-31',
    '2023-04-30',
    '2023-05-31',
  ]);
  assert.deepEqual(dates('2023-08-31T10:00', 'Every 6 Months', 3), [
    '2024-02-29',
    '2024-08-31',
    '2025-02-28',
  ]);
  assert.deepEqual(dates('2024-02-29T10:00', 'Yearly', 4), [
    '2025-02-28',
    '2026-02-28',
    '2027-02-28',
    '2028-02-29',
  ]);
});

test('the time of day comes back after the clock changed', () => {
  assert.deepEqual(dates('2024-03-03T02:30', 'Weekly', 2), [
    '2024-03-10T03:30',
    '2024-03-17T02:30',
  ]);
  assert.deepEqual(dates('2024-02-10T02:30', 'Monthly', 2), [
    '2024-03-10T03:30',
    '2024-04-10T02:30',
  ]);
  assert.deepEqual(dates('2024-10-27T01:30', 'Weekly', 2), [
    '2024-11-03T01:30',
    '2024-11-10T01:30',
  ]);
});

test('a shipment that a skipped hour moved past midnight does not move the next ones', () => {
  const anchor = Temporal.PlainDateTime.from('2018-04-27T23:30');
  const request = { anchor, frequency: 'Weekly', zone: 'Asia/Pyongyang' } as const;
  const moved = nextDate({
    ...request,
    scheduled: anchor.toZonedDateTime(request.zone).toInstant(),
  });
  assert.equal(wireDate(moved, request.zone), '2018-05-05T00:00:00+09:00');
  assert.equal(
    wireDate(nextDate({ ...request, scheduled: moved }), request.zone),
    '2018-05-11T23:30:00+09:00',
  );
});

test('missed dates are skipped by continuing with the first date after now', () => {
  const cases: [now: string, frequency: Frequency, next: string][] = [
    ['2024-01-31T10:00', 'Monthly', '2024-02-29T10:00'],
    ['2024-02-29T09:59', 'Monthly', '2024-02-29T10:00'],
    ['2024-02-29T10:00', 'Monthly', '2024-03-31T10:00'],
    ['2026-06-30T23:00', 'Monthly', '2026-07-31T10:00'],
    ['2031-01-01T00:00', 'Yearly', '2031-01-31T10:00'],
    ['2026-06-30T23:00', 'Weekly', '2026-07-01T10:00'],
    ['2020-01-01T00:00', 'Weekly', '2024-02-07T10:00'],
  ];
  const anchor = Temporal.PlainDateTime.from('2024-01-31T10:00');
  const scheduled = anchor.toZonedDateTime(newYork).toInstant();
  for (const [at, frequency, next] of cases) {
    const now = Temporal.PlainDateTime.from(at).toZonedDateTime(newYork).toInstant();
    const found = firstAfter({ scheduled, anchor, frequency, now, zone: newYork });
    assert.equal(wireDate(found, newYork).slice(0, 16), next, `${frequency} at ${at}`);
  }
});

test('missed dates are counted, not walked one by one', () => {
  const anchor = Temporal.PlainDateTime.from('1900-01-31T10:00');
  const place = placeOfMoment(anchor.toZonedDateTime(newYork).toInstant(), anchor, newYork);
  const now = Temporal.PlainDateTime.from('2026-03-08T10:00').toZonedDateTime(newYork).toInstant();
  for (const [unit, count] of [
    ['days', 1],
    ['days', 45],
    ['months', 1],
    ['months', 12],
  ] as const) {
    let reads = 0;
    const interval = {
      unit,
      get count() {
        reads++;
        return count;
      },
    };
    firstPlaceAfter(now, place, interval, newYork);
    assert.ok(reads <= 5, `${count} ${unit}: the interval was read ${reads} times`);
  }
});

test('Every... needs a whole number of days, at least one', () => {
  for (const days of [undefined, 0, -3, 1.5, Number.NaN]) {
    assert.deepEqual(intervalOf('Every...', days), { ok: false, reason: 'schedule days missing' });
  }
  assert.deepEqual(intervalOf('Every...', 1), { ok: true, value: { unit: 'days', count: 1 } });
});

test('an anchor is the local date and time of the moment it was set to', () => {
  assert.equal(
    String(anchorOf(Temporal.Instant.from('2024-02-01T03:00:00Z'), newYork)),
    '2024-01-31T22:00:00',
  );
});
