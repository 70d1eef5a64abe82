import { Temporal } from 'temporal-polyfill';

/*
 * Converts between moments, wall times and days in a merchant's zone. Temporal is the authority on
 * zones. The schedule rules run for every rebill, where a ZonedDateTime would cost tens of
 * microseconds. So this file caches the offset spans that Temporal reports for a zone and
 * calculates days with whole numbers.
 */

/**
 * A date and time on the wall of a zone: `day` counts from 1970-01-01, `ms` from midnight of that
 * day (0 to 86,399,999).
 */
export interface Wall {
  readonly day: number;
  readonly ms: number;
}

/** A calendar day (proleptic Gregorian). */
export interface CivilDay {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  /** 1–31 */
  readonly dayOfMonth: number;
}

/** Milliseconds of a day without a clock change. */
export const msPerDay = 86_400_000;

/** Returns the wall time that a zone shows at a moment. */
export function wallOf(moment: Temporal.Instant, zone: string): Wall {
  const epochMs = moment.epochMilliseconds;
  return wallFromMs(epochMs + offsetMs(epochMs, zone));
}

/**
 * Returns the moment at which a zone shows the wall time `wall`. A time that the zone skips (clocks
 * go forward) moves forward by the length of the gap. If a time occurs twice (clocks go back), the
 * earlier one counts.
 */
export function momentOf(wall: Wall, zone: string): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(epochMsOf(wall, zone));
}

/** Like {@link momentOf}, in milliseconds since 1970. */
export function epochMsOf(wall: Wall, zone: string): number {
  const local = wall.day * msPerDay + wall.ms;
  // No zone is further than a day from UTC, and no zone changes twice within two days.
  const before = offsetMs(local - msPerDay, zone);
  const after = offsetMs(local + msPerDay, zone);
  if (before === after) return local - before;
  const early = local - Math.max(before, after);
  if (early + offsetMs(early, zone) === local) return early;
  const late = local - Math.min(before, after);
  if (late + offsetMs(late, zone) === local) return late;
  return local - before;
}

/** Returns the local date and time of a moment. */
export function toLocal(moment: Temporal.Instant, zone: string): Temporal.PlainDateTime {
  return plainDateTime(wallOf(moment, zone));
}

/**
 * Returns the moment of a local date and time. Skipped and repeated times are as in {@link
 * momentOf}.
 */
export function toInstant(local: Temporal.PlainDateTime, zone: string): Temporal.Instant {
  return momentOf(wallFromPlain(local), zone);
}

/** Returns the day on which a moment falls. */
export function localDate(moment: Temporal.Instant, zone: string): Temporal.PlainDate {
  const { year, month, dayOfMonth } = civilDay(wallOf(moment, zone).day);
  return new Temporal.PlainDate(year, month, dayOfMonth);
}

/** Returns the first moment of a day. If the zone skips midnight, that is when the day begins. */
export function startOfDay(date: Temporal.PlainDate, zone: string): Temporal.Instant {
  return momentOf({ day: dayNumber(date.year, date.month, date.day), ms: 0 }, zone);
}

/**
 * Returns the bounds of the day on which a moment falls: its first moment, inclusive, and the next
 * day's first, exclusive.
 */
export function dayBounds(
  moment: Temporal.Instant,
  zone: string,
): { from: Temporal.Instant; until: Temporal.Instant } {
  const { day } = wallOf(moment, zone);
  return { from: momentOf({ day, ms: 0 }, zone), until: momentOf({ day: day + 1, ms: 0 }, zone) };
}

/** Returns the moment a number of days later (or earlier) at the same time of day. */
export function addDays(moment: Temporal.Instant, days: number, zone: string): Temporal.Instant {
  const wall = wallOf(moment, zone);
  return momentOf({ day: wall.day + days, ms: wall.ms }, zone);
}

/**
 * Returns the number of calendar days from one moment's day to another's; negative when `to` is on
 * the earlier day.
 */
export function daysBetween(from: Temporal.Instant, to: Temporal.Instant, zone: string): number {
  return wallOf(to, zone).day - wallOf(from, zone).day;
}

/**
 * Returns the day number `months` later, on `dayOfMonth`, or on the last day of a shorter month.
 */
export function addMonthsClamped(day: number, months: number, dayOfMonth: number): number {
  const { year, month } = civilDay(day);
  const count = year * 12 + (month - 1) + months;
  return clampedDay(Math.floor(count / 12), (((count % 12) + 12) % 12) + 1, dayOfMonth);
}

/** Returns the day number of `dayOfMonth` in a month, or of the last day of a shorter month. */
export function clampedDay(year: number, month: number, dayOfMonth: number): number {
  return dayNumber(year, month, Math.min(dayOfMonth, daysInMonth(year, month)));
}

/**
 * Returns the days since 1970-01-01. Years begin in March here, so the leap day is the last of its
 * year and needs no special case.
 */
export function dayNumber(year: number, month: number, dayOfMonth: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const daysBeforeMonth = Math.floor((153 * marchMonth + 2) / 5);
  const daysBeforeYear =
    marchYear * 365 +
    Math.floor(marchYear / 4) -
    Math.floor(marchYear / 100) +
    Math.floor(marchYear / 400);
  return daysBeforeYear + daysBeforeMonth + dayOfMonth - 1 - daysToEpoch;
}

/** Returns the calendar day of a day number: the inverse of {@link dayNumber}. */
export function civilDay(day: number): CivilDay {
  const sinceMarchZero = day + daysToEpoch;
  const era = Math.floor(sinceMarchZero / daysPerEra);
  const dayOfEra = sinceMarchZero - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** 28 to 31. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Converts a wall time to Temporal's local date and time. */
export function plainDateTime({ day, ms }: Wall): Temporal.PlainDateTime {
  const { year, month, dayOfMonth } = civilDay(day);
  const seconds = Math.floor(ms / 1000);
  return new Temporal.PlainDateTime(
    year,
    month,
    dayOfMonth,
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
    ms % 1000,
  );
}

/**
 * Converts Temporal's local date and time to a wall time. Parts finer than a millisecond are
 * dropped.
 */
export function wallFromPlain(local: Temporal.PlainDateTime): Wall {
  return {
    day: dayNumber(local.year, local.month, local.day),
    ms: ((local.hour * 60 + local.minute) * 60 + local.second) * 1000 + local.millisecond,
  };
}

/**
 * Whether a text is the name of a zone that Temporal knows. Temporal also accepts offsets and whole
 * dates as zones. They have no daylight saving, and PostgreSQL reads their sign the other way
 * round.
 */
export function isZone(name: string): boolean {
  if (!zoneShape.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * The form of names in the IANA database: parts of letters, digits, `_`, `+` and `-`, each
 * beginning with a letter.
 */
const zoneShape = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z][A-Za-z0-9_+-]*)*$/;

/**
 * Formats a moment as the wire writes it: the merchant's local time in whole seconds with a numeric
 * offset, never Z (`2021-05-18T12:10:19-04:00`).
 */
export function wireDate(moment: Temporal.Instant, zone: string): string {
  const epochMs = moment.epochMilliseconds;
  const minutesEast = Math.round(offsetMs(epochMs, zone) / 60_000);
  const { day, ms } = wallFromMs(epochMs + minutesEast * 60_000);
  const east = Math.abs(minutesEast);
  const offset = `${digits(Math.floor(east / 60), 2)}:${digits(east % 60, 2)}`;
  return `${wallText(day, ms)}${minutesEast < 0 ? '-' : '+'}${offset}`;
}

/** Formats a moment in UTC, to the millisecond (`2021-05-18T16:10:19.250Z`). */
export function momentText(moment: Temporal.Instant): string {
  const { day, ms } = wallFromMs(moment.epochMilliseconds);
  const { year } = civilDay(day);
  if (year < 1000 || year > 9999) return moment.toString();
  return `${wallText(day, ms)}${ms % 1000 === 0 ? '' : `.${digits(ms % 1000, 3)}`}Z`;
}

/** Formats a wall time in whole seconds: `2021-05-18T12:10:19`. */
function wallText(day: number, ms: number): string {
  const { year, month, dayOfMonth } = civilDay(day);
  const seconds = Math.floor(ms / 1000);
  const date = `${yearText(year)}-${digits(month, 2)}-${digits(dayOfMonth, 2)}`;
  const minutes = Math.floor(seconds / 60);
  const hour = digits(Math.floor(minutes / 60), 2);
  return `${date}T${hour}:${digits(minutes % 60, 2)}:${digits(seconds % 60, 2)}`;
}

/**
 * Formats a year with four digits, or with a sign and six digits if four are not enough (ISO 8601,
 * expanded years).
 */
const yearText = (year: number): string =>
  year >= 0 && year <= 9999
    ? digits(year, 4)
    : `${year < 0 ? '-' : '+'}${digits(Math.abs(year), 6)}`;

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

function wallFromMs(localMs: number): Wall {
  const day = Math.floor(localMs / msPerDay);
  return { day, ms: localMs - day * msPerDay };
}

/**
 * A period in which a zone keeps one offset: from `from` inclusive until `until` exclusive, in
 * milliseconds since 1970.
 */
interface OffsetSpan {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

/**
 * The spans that Temporal has reported so far, per zone and in order of time. A span is added
 * whenever a moment is outside the known ones.
 */
const knownSpans = new Map<string, OffsetSpan[]>();

/**
 * A change of a zone's offset: its moment, and the milliseconds ahead of UTC before and after it.
 */
export interface OffsetChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Returns the changes of a zone's offset after one moment and before another, in milliseconds since
 * 1970.
 */
export function offsetChanges(zone: string, from: number, until: number): OffsetChange[] {
  const changes: OffsetChange[] = [];
  let span = offsetSpan(from, zone);
  while (span.until < until) {
    const next = offsetSpan(span.until, zone);
    changes.push({ at: span.until, before: span.offset, after: next.offset });
    span = next;
  }
  return changes;
}

/** Returns the offset of a zone from UTC at a moment, in milliseconds; positive in the east. */
const offsetMs = (epochMs: number, zone: string): number => offsetSpan(epochMs, zone).offset;

function offsetSpan(epochMs: number, zone: string): OffsetSpan {
  const spans = knownSpans.get(zone) ?? [];
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.until <= epochMs) low = middle + 1;
    else high = middle;
  }
  const found = spans[low];
  if (found !== undefined && found.from <= epochMs) return found;
  const span = askTemporal(epochMs, zone);
  spans.splice(low, 0, span);
  knownSpans.set(zone, spans);
  return span;
}

function askTemporal(epochMs: number, zone: string): OffsetSpan {
  const at = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone);
  const next = at.getTimeZoneTransition('next');
  // "Previous" excludes the moment from which it searches, and a span may begin exactly here. So
  // the search starts a moment later.
  const previous = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return {
    from: previous?.epochMilliseconds ?? -Infinity,
    until: next?.epochMilliseconds ?? Infinity,
    offset: at.offsetNanoseconds / 1_000_000,
  };
}

/** Days from 0000-03-01 to 1970-01-01. */
const daysToEpoch = 719_468;
/** Days in 400 years, after which the calendar repeats. */
const daysPerEra = 146_097;
