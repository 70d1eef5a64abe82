import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localTime, localWords, parseWhen, whenSuggestions } from '../../web/src/tasks/when.ts';

/** A Thursday. */
const now = '2026-01-15T12:00:00';

test('moments as people write them', () => {
  const table: [words: string, moment: string | undefined][] = [
    ['tomorrow 9', '2026-01-16T09:00:00'],
    ['Tomorrow', '2026-01-16T09:00:00'],
    ['tomorrow at 9:15 pm', '2026-01-16T21:15:00'],
    ['tomorrow evening', '2026-01-16T18:00:00'],
    ['in 3 days', '2026-01-18T12:00:00'],
    ['3d', '2026-01-18T12:00:00'],
    ['in 3 days at 8', '2026-01-18T08:00:00'],
    ['in a week', '2026-01-22T12:00:00'],
    ['in 2 hours', '2026-01-15T14:00:00'],
    ['2h', '2026-01-15T14:00:00'],
    ['in 90 min', '2026-01-15T13:30:00'],
    ['in 1 month', '2026-02-15T12:00:00'],
    // A time alone is the next one.
    ['14:30', '2026-01-15T14:30:00'],
    ['9', '2026-01-16T09:00:00'],
    ['noon', '2026-01-16T12:00:00'],
    ['today 5pm', '2026-01-15T17:00:00'],
    ['12 am', '2026-01-16T00:00:00'],
    // The next such day, never today.
    ['monday', '2026-01-19T09:00:00'],
    ['mon 14:30', '2026-01-19T14:30:00'],
    ['thursday', '2026-01-22T09:00:00'],
    ['next friday', '2026-01-16T09:00:00'],
    ['next week', '2026-01-19T09:00:00'],
    ['3 mar', '2026-03-03T09:00:00'],
    ['march 3 8:30', '2026-03-03T08:30:00'],
    ['3 mar 2027', '2027-03-03T09:00:00'],
    // A day that has passed is of the next year.
    ['3 jan', '2027-01-03T09:00:00'],
    ['2026-03-03', '2026-03-03T09:00:00'],
    ['2026-03-03 17:00', '2026-03-03T17:00:00'],
    // What has passed, or names no moment.
    ['today 9', undefined],
    ['2026-01-14', undefined],
    ['30 feb', undefined],
    ['2026-13-01', undefined],
    ['25:00', undefined],
    ['13 pm', undefined],
    ['in 3 bananas', undefined],
    ['someday', undefined],
    ['tomorrow never', undefined],
    ['', undefined],
  ];
  for (const [words, moment] of table) assert.equal(parseWhen(words, now), moment, words);
});

test('a month after the 31st is the last day of the month', () => {
  assert.equal(parseWhen('in 1 month', '2026-01-31T08:00:00'), '2026-02-28T08:00:00');
  assert.equal(parseWhen('in 2 months', '2026-01-31T08:00:00'), '2026-03-31T08:00:00');
});

test('every suggestion is understood', () => {
  for (const words of whenSuggestions) assert.ok(parseWhen(words, now), words);
});

test('local time is the merchant’s, and is shown in words', () => {
  assert.equal(localTime('2026-03-08T07:30:00Z', 'America/New_York'), '2026-03-08T03:30:00');
  assert.equal(localTime('2026-01-01T04:59:59Z', 'America/New_York'), '2025-12-31T23:59:59');
  assert.equal(localWords('2026-03-03T09:00:00'), 'Tue 3 Mar 2026, 09:00');
});
