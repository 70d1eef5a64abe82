// Tests moments in words, as snoozing and due dates accept them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localTime, localWords, parseWhen, whenSuggestions } from '../../web/src/tasks/when.ts';

/** A Wednesday. */
const now = '2026-03-04T10:17:40';

const moments: [words: string, at: string | undefined][] = [
  // These texts are counted from now.
  ['in 2 hours', '2026-03-04T12:17:00'],
  ['30 min', '2026-03-04T10:47:00'],
  ['an hour', '2026-03-04T11:17:00'],
  ['in 3 days', '2026-03-07T09:00:00'],
  ['3d', '2026-03-07T09:00:00'],
  ['in a week', '2026-03-11T09:00:00'],
  ['2 weeks 14:30', '2026-03-18T14:30:00'],
  ['in 1 month', '2026-04-04T09:00:00'],
  ['in 1 year', '2027-03-04T09:00:00'],
  // Named days.
  ['tomorrow 9', '2026-03-05T09:00:00'],
  ['Tomorrow at 9 am', '2026-03-05T09:00:00'],
  ['tomorrow', '2026-03-05T09:00:00'],
  ['tomorrow afternoon', '2026-03-05T14:00:00'],
  ['today', '2026-03-04T17:00:00'],
  ['tonight', '2026-03-04T19:00:00'],
  ['today 10:18', '2026-03-04T10:18:00'],
  ['today 10', undefined],
  ['next week', '2026-03-09T09:00:00'],
  ['next month', '2026-04-01T09:00:00'],
  ['end of month', '2026-03-31T09:00:00'],
  // A weekday means the next one. Today is meant only while the time is still ahead.
  ['mon 14:30', '2026-03-09T14:30:00'],
  ['friday', '2026-03-06T09:00:00'],
  ['wed', '2026-03-11T09:00:00'],
  ['wed 11', '2026-03-04T11:00:00'],
  ['next fri', '2026-03-13T09:00:00'],
  ['next Wednesday 5pm', '2026-03-11T17:00:00'],
  // A date without a year means the next such date.
  ['5 mar', '2026-03-05T09:00:00'],
  ['3 mar', '2027-03-03T09:00:00'],
  ['March 5 16:00', '2026-03-05T16:00:00'],
  ['4 mar 11', '2026-03-04T11:00:00'],
  ['4 mar 9', '2027-03-04T09:00:00'],
  ['29 feb', '2028-02-29T09:00:00'],
  ['1 jun 2027', '2027-06-01T09:00:00'],
  ['2026-03-05', '2026-03-05T09:00:00'],
  ['2026-03-05 23:59', '2026-03-05T23:59:00'],
  ['31 apr', undefined],
  ['3 march 2026', undefined],
  // A time means today, or tomorrow when it has passed.
  ['11', '2026-03-04T11:00:00'],
  ['9', '2026-03-05T09:00:00'],
  ['12am', '2026-03-05T00:00:00'],
  ['12pm', '2026-03-04T12:00:00'],
  ['noon', '2026-03-04T12:00:00'],
  ['24', undefined],
  ['9:60', undefined],
  ['13pm', undefined],
  // These texts are not moments.
  ['', undefined],
  ['soon', undefined],
  ['tomorrow soon', undefined],
  ['yesterday', undefined],
  ['m 9', undefined],
  ['0 min', undefined],
];

test('words are moments of the merchant’s wall clock', () => {
  for (const [words, at] of moments) assert.equal(parseWhen(words, now), at, words);
});

test('a month later is the last day of a shorter month', () => {
  assert.equal(parseWhen('in 1 month', '2026-01-31T10:00:00'), '2026-02-28T09:00:00');
  assert.equal(parseWhen('end of month', '2026-12-02T10:00:00'), '2026-12-31T09:00:00');
});

test('every suggestion is a moment, at any time of the day', () => {
  for (const time of ['00:00:00', '09:00:00', '23:59:59'])
    for (const words of whenSuggestions)
      assert.ok(parseWhen(words, `2026-12-31T${time}`), `${words} at ${time}`);
});

test('the wall clock is the merchant’s', () => {
  assert.equal(localTime('2026-03-04T23:30:00Z', 'America/New_York'), '2026-03-04T18:30:00');
  assert.equal(localTime('2026-03-04T23:30:00Z', 'Asia/Tokyo'), '2026-03-05T08:30:00');
  assert.equal(localWords('2026-03-03T09:00:00'), 'Tue 3 Mar 2026, 09:00');
});
