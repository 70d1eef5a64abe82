import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  addDays,
  addMonthsClamped,
  civilDay,
  dayBounds,
  dayNumber,
  daysBetween,
  daysInMonth,
  isZone,
  localDate,
  startOfDay,
  toInstant,
  toLocal,
  wireDate,
} from './calendar.ts';
import { parseWireDate } from './wireDates.ts';

const newYork = 'America/New_York';
const instant = (text: string) => Temporal.Instant.from(text);
const local = (text: string) => Temporal.PlainDateTime.from(text);

test(
  "the wire is written on the merchant's wall with a numeric offset and whole seconds, and " +
    'reads back as the same moment',
  () => {
    const cases: [moment: string, zone: string, text: string][] = [
      ['2021-05-18T16:10:19Z', newYork, '2021-05-18T12:10:19-04:00'],
      ['2009-01-14T23:30:42.999Z', newYork, '2009-01-14T18:30:42-05:00'],
      ['2021-05-18T16:10:19Z', 'UTC', '2021-05-18T16:10:19+00:00'],
      ['2021-05-18T16:10:19Z', 'Asia/Kathmandu', '2021-05-18T21:55:19+05:45'],
      ['2021-12-31T23:30:00Z', 'Europe/Berlin', '2022-01-01T00:30:00+01:00'],
    ];
    for (const [moment, zone, text] of cases) {
      assert.equal(wireDate(instant(moment), zone), text);
      const outcome = parseWireDate(text, zone);
      assert.equal(outcome.ok && String(outcome.value), String(instant(text)));
    }
  },
);

test('a skipped time moves forward, a doubled one is the earlier', () => {
  assert.equal(String(toInstant(local('2024-03-10T02:30'), newYork)), '2024-03-10T07:30:00Z');
  assert.equal(String(toInstant(local('2024-11-03T01:30'), newYork)), '2024-11-03T05:30:00Z');
  assert.equal(
    String(toInstant(local('2011-12-30T10:00'), 'Pacific/Apia')),
    '2011-12-30T20:00:00Z',
  );
});

test('a day has 24 hours, or more or fewer when clocks change', () => {
  const hours = (day: string, zone: string) => {
    const { from, until } = dayBounds(startOfDay(Temporal.PlainDate.from(day), zone), zone);
    return (until.epochMilliseconds - from.epochMilliseconds) / 3_600_000;
  };
  assert.equal(hours('2024-03-10', newYork), 23);
  assert.equal(hours('2024-11-03', newYork), 25);
  assert.equal(hours('2024-06-01', newYork), 24);
  assert.equal(hours('2024-04-07', 'Australia/Lord_Howe'), 24.5);
  assert.equal(
    String(startOfDay(Temporal.PlainDate.from('2018-11-04'), 'America/Sao_Paulo')),
    '2018-11-04T03:00:00Z',
    'midnight was skipped',
  );
});

test('a day later is the same time of day, whatever the clock did', () => {
  assert.equal(
    wireDate(addDays(instant('2024-03-09T15:00:00Z'), 1, newYork), newYork),
    '2024-03-10T10:00:00-04:00',
  );
  assert.equal(
    wireDate(addDays(instant('2024-03-10T14:00:00Z'), -1, newYork), newYork),
    '2024-03-09T10:00:00-05:00',
  );
  assert.equal(
    daysBetween(instant('2024-03-10T03:00:00Z'), instant('2024-03-10T06:00:00Z'), newYork),
    1,
  );
});

test('months are clamped to their last day', () => {
  const later = (day: string, months: number, dayOfMonth: number) => {
    const { year, month, day: of } = Temporal.PlainDate.from(day);
    return Object.values(
      civilDay(addMonthsClamped(dayNumber(year, month, of), months, dayOfMonth)),
    ).join('-');
  };
  assert.equal(later('2023-01-31', 1, 31), '2023-2-28');
  assert.equal(later('2023-02-28', 1, 31), '2023-3-31');
  assert.equal(later('2023-12-31', 2, 31), '2024-2-29');
  assert.equal(later('2024-02-29', 12, 29), '2025-2-28');
  assert.equal(later('2024-03-31', -1, 31), '2024-2-29');
  assert.equal(later('2024-01-15', -13, 15), '2022-12-15');
});

test("day numbers are Temporal's days", () => {
  fc.assert(
    fc.property(fc.integer({ min: -800_000, max: 2_900_000 }), (day) => {
      const date = new Temporal.PlainDate(1970, 1, 1).add({ days: day });
      assert.deepEqual(civilDay(day), { year: date.year, month: date.month, dayOfMonth: date.day });
      assert.equal(dayNumber(date.year, date.month, date.day), day);
      assert.equal(daysInMonth(date.year, date.month), date.daysInMonth);
    }),
  );
});

test("walls and moments are Temporal's in every zone the platform knows", () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const moments = fc
    .integer({ min: 0, max: 4_100_000_000 })
    .map((second) => Temporal.Instant.fromEpochMilliseconds(second * 1000));
  fc.assert(
    fc.property(zones, moments, (zone, moment) => {
      const truth = moment.toZonedDateTimeISO(zone);
      assert.ok(toLocal(moment, zone).equals(truth.toPlainDateTime()), `${moment} in ${zone}`);
      assert.ok(localDate(moment, zone).equals(truth.toPlainDate()));
      const wall = truth.toPlainDateTime();
      assert.ok(
        toInstant(wall, zone).equals(wall.toZonedDateTime(zone).toInstant()),
        `${wall} in ${zone}`,
      );
    }),
    { numRuns: 1000 },
  );
});

test("walls around every change of the clock are Temporal's", () => {
  for (const zone of [
    newYork,
    'Europe/Dublin',
    'Africa/Casablanca',
    'Australia/Lord_Howe',
    'Asia/Pyongyang',
    'Pacific/Apia',
  ]) {
    let change = instant('2005-01-01T00:00:00Z')
      .toZonedDateTimeISO(zone)
      .getTimeZoneTransition('next');
    for (let count = 0; change !== null && count < 40; count++) {
      for (let minutes = -26 * 60; minutes <= 26 * 60; minutes += 30) {
        const wall = change.toPlainDateTime().add({ minutes });
        assert.ok(
          toInstant(wall, zone).equals(wall.toZonedDateTime(zone).toInstant()),
          `${wall} in ${zone}`,
        );
      }
      change = change.getTimeZoneTransition('next');
    }
  }
});

test('a zone is one that Temporal knows', () => {
  for (const name of [
    '+02:00',
    '-05',
    '2026-11-25T12:00:00Z',
    '2026-11-25[Asia/Tokyo]',
    'Z',
    'Etc/',
  ])
    assert.equal(isZone(name), false, name);
  assert.deepEqual([newYork, 'UTC', 'Europe/Kyiv', 'Mars/Olympus', ''].map(isZone), [
    true,
    true,
    true,
    false,
    false,
  ]);
});
