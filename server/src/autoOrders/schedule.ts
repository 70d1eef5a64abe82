import type { Frequency } from '@perennial/contract/frequency.ts';
import type { Temporal } from 'temporal-polyfill';
import { assert } from '../kernel/assert.ts';
import {
  addMonthsClamped,
  civilDay,
  clampedDay,
  dayNumber,
  daysInMonth,
  epochMsOf,
  momentOf,
  plainDateTime,
  wallFromPlain,
  wallOf,
} from '../kernel/calendar.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';

/*
 * Calculates when the next rebill is due, by the calendar only, without steps.
 *
 * Every date is counted from the scheduled date, never from the moment when the rebill ran, so a
 * late run or a retried card does not move a subscription. Days are counted on the merchant's
 * calendar. Months and years keep the anchor's day of the month, clamped in short months, so the
 * 31st returns after February. Every schedule keeps the anchor's time of day, so it returns after a
 * clock change.
 */

/** The values from which {@link nextDate} counts. */
export interface NextDateRequest {
  /** The moment for which the previous rebill was scheduled. */
  readonly scheduled: Temporal.Instant;
  /**
   * The local date and time that give every later date its day of the month and its time of day
   * (AutoOrderItem.anchor).
   */
  readonly anchor: Temporal.PlainDateTime;
  readonly frequency: Frequency;
  /** The interval in days of `Every...`; ignored by every other frequency. */
  readonly arbitraryScheduleDays?: number | undefined;
  /** The merchant's time zone. */
  readonly zone: string;
}

/**
 * Returns the moment of the next rebill after the scheduled one. Throws a {@link Bug} for
 * `Every...` without days: call {@link intervalOf} first.
 */
export function nextDate(request: NextDateRequest): Temporal.Instant {
  const place = placeOfMoment(request.scheduled, request.anchor, request.zone);
  return momentAt(after(place, knownInterval(request)), request.zone);
}

/**
 * Returns the first date of the schedule after `now`, for schedules that do not bill missed
 * shipments.
 */
export function firstAfter(
  request: NextDateRequest & { readonly now: Temporal.Instant },
): Temporal.Instant {
  const place = placeOfMoment(request.scheduled, request.anchor, request.zone);
  return momentAt(
    firstPlaceAfter(request.now, place, knownInterval(request), request.zone),
    request.zone,
  );
}

/**
 * Returns the anchor of an item whose next shipment was set to `moment`, by hand or by the order
 * that started the item.
 */
export function anchorOf(moment: Temporal.Instant, zone: string): Temporal.PlainDateTime {
  return plainDateTime(wallOf(moment, zone));
}

/** The interval of a schedule: N days, or N calendar months. */
export interface Interval {
  readonly unit: 'days' | 'months';
  readonly count: number;
}

/** Returns the interval of a frequency. `Every...` needs a whole number of days, at least 1. */
export function intervalOf(
  frequency: Frequency,
  arbitraryScheduleDays?: number,
): Outcome<Interval, 'schedule days missing'> {
  if (frequency !== 'Every...') return success(intervals[frequency]);
  const days = arbitraryScheduleDays ?? 0;
  return Number.isInteger(days) && days >= 1
    ? success({ unit: 'days', count: days })
    : failure('schedule days missing');
}

/**
 * A place on the merchant's calendar while dates are counted: the due day as a day number, and the
 * anchor's day of the month and time of day. `day` is clamped in short months; `dayOfMonth` is not.
 */
export interface Place {
  readonly day: number;
  readonly dayOfMonth: number;
  /** The local time of day, in milliseconds since midnight. */
  readonly ms: number;
}

/** Returns the place of a scheduled moment, with the anchor's day of the month and time of day. */
export function placeOfMoment(
  scheduled: Temporal.Instant,
  anchor: Temporal.PlainDateTime,
  zone: string,
): Place {
  const wall = wallOf(scheduled, zone);
  const dayOfMonth = anchor.day;
  const { ms } = wallFromPlain(anchor);
  // A time or a day that the zone skipped was moved to the next day. Later dates still count from
  // the intended day.
  const mayHaveMoved = wall.ms !== ms || civilDay(wall.day - 1).dayOfMonth === dayOfMonth;
  const hasMoved =
    mayHaveMoved && epochMsOf({ day: wall.day - 1, ms }, zone) === scheduled.epochMilliseconds;
  return { day: hasMoved ? wall.day - 1 : wall.day, dayOfMonth, ms };
}

/**
 * Returns the moment of a place. A time that the zone skips moves forward. If a time occurs twice,
 * the earlier one counts.
 */
export function momentAt(place: Place, zone: string): Temporal.Instant {
  return momentOf(place, zone);
}

/**
 * Returns the place one interval later. An interval in days gives it a new day of the month; an
 * interval in months keeps the anchor's.
 */
export function after(place: Place, interval: Interval): Place {
  if (interval.unit === 'days') return onDay(place, place.day + interval.count);
  return { ...place, day: addMonthsClamped(place.day, interval.count, place.dayOfMonth) };
}

/** Returns the place on another day. Later months are counted from that day's day of the month. */
export function onDay(place: Place, day: number): Place {
  return { day, dayOfMonth: civilDay(day).dayOfMonth, ms: place.ms };
}

/**
 * Returns the first `dayOfMonth` (or last day of a shorter month) on or after the day `earliest`.
 */
export function onDayOfMonth(place: Place, dayOfMonth: number, earliest: number): Place {
  const { year, month } = civilDay(earliest);
  const thisMonth = clampedDay(year, month, dayOfMonth);
  const day = thisMonth >= earliest ? thisMonth : addMonthsClamped(thisMonth, 1, dayOfMonth);
  return { day, dayOfMonth, ms: place.ms };
}

/** Returns the first place after `now` that is at least one interval later. */
export function firstPlaceAfter(
  now: Temporal.Instant,
  place: Place,
  interval: Interval,
  zone: string,
): Place {
  const nowMs = now.epochMilliseconds;
  let intervalCount = Math.max(1, wholeIntervals(place.day, wallOf(now, zone).day, interval));
  let found = after(place, times(interval, intervalCount));
  while (epochMsOf(found, zone) <= nowMs) {
    intervalCount++;
    found = after(place, times(interval, intervalCount));
  }
  return found;
}

/**
 * Returns the anchor to store for an item due at `place`: a local date with the place's day of the
 * month, on or just before the due day.
 */
export function anchorAt(place: Place): Temporal.PlainDateTime {
  const due = civilDay(place.day);
  if (due.dayOfMonth === place.dayOfMonth) return plainDateTime(place);
  // Only a month that is shorter than the anchor's day gets here. The month before it always has 31
  // days.
  const [year, month] = due.month === 1 ? [due.year - 1, 12] : [due.year, due.month - 1];
  assert(
    place.dayOfMonth <= daysInMonth(year, month),
    `no anchor for day ${place.dayOfMonth} before ${due.year}-${due.month}`,
  );
  return plainDateTime({ day: dayNumber(year, month, place.dayOfMonth), ms: place.ms });
}

/**
 * Whether an anchor already equals what {@link anchorAt} would return, so that the record can keep
 * it.
 */
export function isAnchorOf(anchor: Temporal.PlainDateTime, place: Place): boolean {
  return anchor.day === place.dayOfMonth && wallFromPlain(anchor).ms === place.ms;
}

/**
 * Returns a number of whole intervals that fit between two days. It may be one too few, but never
 * one too many.
 */
function wholeIntervals(from: number, until: number, { unit, count }: Interval): number {
  if (unit === 'days') return Math.floor((until - from) / count);
  const [start, end] = [civilDay(from), civilDay(until)];
  return Math.floor(((end.year - start.year) * 12 + end.month - start.month) / count) - 1;
}

const times = ({ unit, count }: Interval, factor: number): Interval => ({
  unit,
  count: count * factor,
});

function knownInterval(request: NextDateRequest): Interval {
  const interval = intervalOf(request.frequency, request.arbitraryScheduleDays);
  assert(interval.ok, 'Every... needs a number of days');
  return interval.value;
}

const days = (count: number): Interval => ({ unit: 'days', count });
const months = (count: number): Interval => ({ unit: 'months', count });

/**
 * The intervals of the fixed frequencies (auto_order reference, AutoOrderItem.frequency). The type
 * requires one for each frequency of the contract. Weeks are days; months and years follow the
 * calendar.
 */
const intervals: Readonly<Record<Exclude<Frequency, 'Every...'>, Interval>> = {
  Weekly: days(7),
  Biweekly: days(14),
  'Every 10 Days': days(10),
  'Every 24 Days': days(24),
  'Every 28 Days': days(28),
  'Every 45 Days': days(45),
  'Every 4 Weeks': days(28),
  'Every 6 Weeks': days(42),
  'Every 8 Weeks': days(56),
  Monthly: months(1),
  'Every 2 Months': months(2),
  'Every 3 Months': months(3),
  'Every 4 Months': months(4),
  'Every 5 Months': months(5),
  'Every 6 Months': months(6),
  Yearly: months(12),
};
