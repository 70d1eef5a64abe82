import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frequency, frequencies } from '@perennial/contract/frequency.ts';
import { Temporal } from 'temporal-polyfill';
import { nextDate } from '../../server/src/autoOrders/schedule.ts';
import {
  dayList,
  indexOfDay,
  meanings,
  newYorkMs,
  occurrence,
  spansOf,
  wallMs,
  zoneMs,
} from './calendarOracle.ts';

const everyDays = 17;
const occurrences = 5;
const minute = 60_000;

test('every frequency from every day of 2000 to 2100 falls where the oracle says', (t) => {
  // These times of day are skipped in New York in spring, doubled in autumn, or exist every day.
  const times = [150 * minute, 90 * minute, 615 * minute, 0];
  const first = indexOfDay(2000, 1, 1);
  const last = indexOfDay(2100, 12, 31);
  let comparisons = 0;
  for (let start = first; start <= last; start++) {
    const time = times[start % times.length]!;
    const anchor = anchorOn(start, time);
    const startAt = Temporal.Instant.fromEpochMilliseconds(newYorkMs(start, time));
    for (const frequency of frequencies) {
      let scheduled = startAt;
      for (let n = 1; n <= occurrences; n++) {
        scheduled = nextDate({
          scheduled,
          anchor,
          frequency,
          arbitraryScheduleDays: everyDays,
          zone: 'America/New_York',
        });
        const expected = newYorkMs(occurrence(start, frequency, n), time);
        if (scheduled.epochMilliseconds !== expected)
          disagree(frequency, anchor, n, scheduled, expected, 'America/New_York');
        comparisons++;
      }
    }
  }
  assert.equal(comparisons, (last - first + 1) * frequencies.length * occurrences);
  t.diagnostic(`schedule oracle: ${comparisons} comparisons, 0 differences`);
});

const zones = [
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Asuncion',
  'America/Caracas',
  'America/Havana',
  'Europe/Berlin',
  'Europe/Dublin',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Tehran',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Amman',
  'Asia/Pyongyang',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Pacific/Fakaofo',
  'UTC',
] as const;

test('schedules that meet a change of the clock fall where the oracle says, in both hemispheres and odd zones', (t) => {
  let comparisons = 0;
  let changes = 0;
  for (const zone of zones) {
    const spans = spansOf(zone);
    for (const { until, offset } of spans.slice(0, -1)) {
      changes++;
      const changeDay = Math.floor((until + offset - wallMs(0, 0)) / 86_400_000);
      for (const frequency of frequencies)
        comparisons += meetsChange(zone, spans, changeDay, frequency);
    }
  }
  assert.ok(changes > 800, `only ${changes} changes of the clock were met`);
  t.diagnostic(
    `schedule oracle: ${comparisons} comparisons at ${changes} clock changes of ${zones.length} zones, 0 differences`,
  );
});

/**
 * Returns schedules whose second date falls on the day of a clock change, at times around every
 * hour at which zones change.
 */
function meetsChange(
  zone: string,
  spans: ReturnType<typeof spansOf>,
  changeDay: number,
  frequency: Frequency,
): number {
  let comparisons = 0;
  const start = occurrence(changeDay, frequency, -1);
  if (start < indexOfDay(2000, 2, 1) || occurrence(start, frequency, 3) > indexOfDay(2037, 11, 30))
    return 0;
  for (const time of [0, 30, 90, 120, 150, 165, 180, 1410]) {
    const anchor = anchorOn(start, time * minute);
    let scheduled = Temporal.Instant.fromEpochMilliseconds(
      zoneMs(spans, wallMs(start, time * minute)),
    );
    for (let n = 1; n <= 3; n++) {
      scheduled = nextDate({
        scheduled,
        anchor,
        frequency,
        arbitraryScheduleDays: everyDays,
        zone,
      });
      const expected = zoneMs(spans, wallMs(expectedDay(zone, start, frequency, n), time * minute));
      if (scheduled.epochMilliseconds !== expected)
        disagree(frequency, anchor, n, scheduled, expected, zone);
      comparisons++;
    }
  }
  return comparisons;
}

/**
 * Returns the expected day. If a zone skipped a whole day, a shipment due on it is scheduled for
 * the day after, and intervals in days count from there.
 */
function expectedDay(zone: string, start: number, frequency: Frequency, n: number): number {
  const skipped =
    zone === 'Pacific/Apia' || zone === 'Pacific/Fakaofo' ? indexOfDay(2011, 12, 30) : -1;
  const day = occurrence(start, frequency, n);
  if (meanings[frequency][1] === 'm' || skipped < 0) return day;
  const met = Array.from({ length: n - 1 }, (_, index) =>
    occurrence(start, frequency, index + 1),
  ).includes(skipped);
  return met ? day + 1 : day;
}

function anchorOn(dayIndex: number, timeMs: number): Temporal.PlainDateTime {
  const { year, month, day } = dayList[dayIndex]!;
  return new Temporal.PlainDateTime(
    year,
    month,
    day,
    Math.floor(timeMs / 3_600_000),
    Math.floor(timeMs / minute) % 60,
  );
}

function disagree(
  frequency: string,
  anchor: Temporal.PlainDateTime,
  n: number,
  scheduled: Temporal.Instant,
  expected: number,
  zone: string,
): never {
  const oracle = Temporal.Instant.fromEpochMilliseconds(expected);
  assert.fail(
    `${frequency} from ${anchor} in ${zone}, occurrence ${n}: ${scheduled}, but the oracle says ${oracle}`,
  );
}
