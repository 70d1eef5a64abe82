/*
 * An independent calculation of schedules, which shares nothing with the server: it uses neither
 * Temporal nor the server's code, and counts in another way. Days are in a list that is walked one
 * by one from 2000-01-01, and months are found by an index of that list. New York's clock changes
 * follow the two laws that set them; offsets of other zones are from the platform's formatter.
 */
import type { Frequency } from '@perennial/contract/frequency.ts';

/** A day of the list. */
interface ListedDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const firstYear = 1999;
const lastYear = 2160;

/** The list of all days from 1 January of the first year on. */
export const dayList: readonly ListedDay[] = listDays();

/**
 * Index in the list of the first day of a month: `monthStarts[(year - firstYear) * 12 + month -
 * 1]`.
 */
const monthStarts: readonly number[] = dayList.flatMap(({ day }, index) =>
  day === 1 ? [index] : [],
);

/**
 * Milliseconds since 1970 of the list's first midnight in UTC: 29 years, seven of them leap years.
 */
const listStartMs = (29 * 365 + 7) * 86_400_000;

/** Returns the list's index of a calendar day. */
export const indexOfDay = (year: number, month: number, day: number): number =>
  monthStarts[(year - firstYear) * 12 + month - 1]! + day - 1;

/**
 * Returns the wall time of a listed day and a time of day, as the milliseconds since 1970 that it
 * would be in UTC.
 */
export const wallMs = (dayIndex: number, timeMs: number): number =>
  listStartMs + dayIndex * 86_400_000 + timeMs;

/** The number of days or months of each frequency. */
export const meanings: Readonly<Record<Frequency, readonly [amount: number, unit: 'd' | 'm']>> = {
  Weekly: [7, 'd'],
  Biweekly: [14, 'd'],
  'Every...': [17, 'd'],
  'Every 10 Days': [10, 'd'],
  'Every 24 Days': [24, 'd'],
  'Every 28 Days': [28, 'd'],
  Monthly: [1, 'm'],
  'Every 45 Days': [45, 'd'],
  'Every 2 Months': [2, 'm'],
  'Every 3 Months': [3, 'm'],
  'Every 4 Months': [4, 'm'],
  'Every 5 Months': [5, 'm'],
  'Every 6 Months': [6, 'm'],
  Yearly: [12, 'm'],
  'Every 4 Weeks': [28, 'd'],
  'Every 6 Weeks': [42, 'd'],
  'Every 8 Weeks': [56, 'd'],
};

/**
 * Returns the listed day of the n-th occurrence after a start day. It is always counted from the
 * start, never from the occurrence before.
 */
export function occurrence(startIndex: number, frequency: Frequency, n: number): number {
  const [amount, unit] = meanings[frequency];
  if (unit === 'd') return startIndex + amount * n;
  const start = dayList[startIndex]!;
  const month = (start.year - firstYear) * 12 + start.month - 1 + amount * n;
  const lastOfMonth = monthStarts[month + 1]! - 1;
  return Math.min(monthStarts[month]! + start.day - 1, lastOfMonth);
}

/** Converts New York wall time to milliseconds since 1970, for days from 2000 on. */
export function newYorkMs(dayIndex: number, timeMs: number): number {
  const { year } = dayList[dayIndex]!;
  // Daylight saving time begins and ends at 2 o'clock. Until 2006 it lasts from the first Sunday of
  // April to the last Sunday of October, from 2007 on from the second Sunday of March to the first
  // Sunday of November.
  const spring =
    year < 2007 ? sundayFrom(indexOfDay(year, 4, 1)) : sundayFrom(indexOfDay(year, 3, 8));
  const autumn =
    year < 2007 ? sundayFrom(indexOfDay(year, 10, 25)) : sundayFrom(indexOfDay(year, 11, 1));
  const wall = wallMs(dayIndex, timeMs);
  const hour = 3_600_000;
  // In spring, wall times from 2 to 3 do not exist, and the winter offset moves them forward. In
  // autumn, wall times from 1 to 2 occur twice, and the first one is used.
  const isSummer = wall >= wallMs(spring, 3 * hour) && wall < wallMs(autumn, 2 * hour);
  return wall + (isSummer ? 4 : 5) * hour;
}

/** A span of time with one offset from UTC, in milliseconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

/**
 * Returns a zone's spans with one offset each, from 2000 to 2037, as the platform's formatter shows
 * them.
 */
export function spansOf(zone: string): Span[] {
  // This does not use Temporal: the platform formats the wall time of a moment, and the difference
  // is the offset.
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const offsetAt = (ms: number): number => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
    return (
      wallMs(
        indexOfDay(part.year!, part.month!, part.day!),
        ((part.hour! * 60 + part.minute!) * 60 + part.second!) * 1000,
      ) - ms
    );
  };
  const spans: Span[] = [];
  const end = wallMs(indexOfDay(2038, 1, 1), 0);
  let from = wallMs(indexOfDay(2000, 1, 1), 0);
  let offset = offsetAt(from);
  for (let day = from; day < end; day += 86_400_000) {
    const next = offsetAt(day + 86_400_000);
    if (next === offset) continue;
    const change = changeBetween(day, day + 86_400_000, offset, offsetAt);
    spans.push({ from, until: change, offset });
    [from, offset] = [change, next];
  }
  return [...spans, { from, until: end, offset }];
}

/**
 * Converts wall time to milliseconds since 1970: the earliest moment that shows it. A skipped wall
 * time is moved by the offset before the skip.
 */
export function zoneMs(spans: readonly Span[], wall: number): number {
  for (const { from, until, offset } of spans) {
    const moment = wall - offset;
    if (moment >= from && moment < until) return moment;
  }
  const before = spans.findLast(({ until, offset }) => wall - offset >= until);
  return wall - before!.offset;
}

function changeBetween(
  low: number,
  high: number,
  offset: number,
  offsetAt: (ms: number) => number,
): number {
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** The first Sunday on or after a listed day. 1999 began on a Friday. */
function sundayFrom(index: number): number {
  const weekday = (index + 5) % 7;
  return index + ((7 - weekday) % 7);
}

function listDays(): ListedDay[] {
  const days: ListedDay[] = [];
  for (let year = firstYear; year <= lastYear; year++) {
    const isLeap = year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
    const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (const [month, length] of lengths.entries()) {
      for (let day = 1; day <= length; day++) days.push({ year, month: month + 1, day });
    }
  }
  return days;
}
