import { Temporal } from 'temporal-polyfill';
import {
  civilDay,
  dayNumber,
  daysInMonth,
  epochMsOf,
  isZone,
  momentOf,
  msPerDay,
  type Wall,
  wallOf,
} from './calendar.ts';
import { failure, type Outcome, success } from './outcome.ts';

/*
 * Reads dates as clients write them. Published clients in seven languages print a moment in many
 * forms. Forms of RFC 3339 and ISO 8601 with only one meaning are read; every other text is
 * refused.
 */

/** The reason why a text is not an acceptable date. */
export type DateFault = 'malformed' | 'no such date' | 'out of bounds';

/**
 * Reads a date of the wire as a moment. It may have an offset or Z, or neither (then it is in the
 * merchant's local time), or be a day alone (its local midnight). Fractions of a second are
 * dropped, because dates on the wire have whole seconds. The moment must fall on a day from
 * 1900-01-01 to 2999-12-31 in the merchant's zone, so that every date calculated from it can be
 * stored and read.
 */
export function parseWireDate(text: string, zone: string): Outcome<Temporal.Instant, DateFault> {
  const written = writtenDate(text);
  if (!written.ok) return written;
  // The written day is checked first, because the offset of a zone in the year 99999 is unknown.
  if (!isWithin(written.value.wall.day, 2 * daysAround)) return failure('out of bounds');
  const moment = momentOfWritten(written.value, zone);
  return moment.ok && !isWithinWire(moment.value, zone) ? failure('out of bounds') : moment;
}

/**
 * Reads the date of a field by the field's name. An end that is given as a day alone lasts until
 * the end of that day, as people expect: a sale until 28 February also sells on 28 February.
 */
export function parseFieldDate(
  text: string,
  zone: string,
  field: string,
): Outcome<Temporal.Instant, DateFault> {
  const parsed = parseWireDate(text, zone);
  const isEnd = endFields.has(field.slice(field.lastIndexOf('.') + 1));
  if (!parsed.ok || !isEnd || !isDayAlone(text)) return parsed;
  return success(nextDay(parsed.value, zone).subtract({ seconds: 1 }));
}

/** The fields of records that hold the end of something. The fields of filters have other names. */
const endFields = new Set([
  'due_dts',
  'expiration_dts',
  'new_item_end',
  'no_order_after_dts',
  'no_orders_after_dts',
  'quote_expiration_dts',
  'sale_end',
]);

/** Whether a date is written as a day without a time. */
export const isDayAlone = (text: string): boolean => dayShape.test(text);

/** Returns the beginning of the day after a moment. */
const nextDay = (moment: Temporal.Instant, zone: string): Temporal.Instant =>
  momentOf({ day: wallOf(moment, zone).day + 1, ms: 0 }, zone);

/**
 * Like {@link parseWireDate}, but without the bounds, for values that were stored before there were
 * bounds.
 */
export function readWireDate(text: string, zone: string): Outcome<Temporal.Instant, DateFault> {
  const written = writtenDate(text);
  return written.ok ? momentOfWritten(written.value, zone) : written;
}

/**
 * Reads a day (which may be written with a time) as the moment at which the merchant's zone shows
 * it. A day is not a moment: `2027-06-01T00:00:00-05:00` stays 1 June for a merchant in any zone.
 * Only Z is read as UTC, because JavaScript prints a local day that way.
 */
export function parseWireDay(text: string, zone: string): Outcome<Temporal.Instant, DateFault> {
  const written = writtenDate(text);
  if (!written.ok) return written;
  const { offset, wall } = written.value;
  if (offset === 'Z') return parseWireDate(text, zone);
  return isWithin(wall.day, 0) ? success(momentOf(wall, zone)) : failure('out of bounds');
}

/**
 * Returns the day with which a date is written, regardless of its zone; undefined for a text that
 * is not a date.
 */
export function dayWritten(text: string): Temporal.PlainDate | undefined {
  const written = writtenDate(text);
  if (!written.ok) return undefined;
  const { year, month, dayOfMonth } = civilDay(written.value.wall.day);
  return new Temporal.PlainDate(year, month, dayOfMonth);
}

/**
 * Whether a text may be a date of the wire in some zone. It checks input without knowing the
 * merchant.
 */
export function isWireDate(text: string): boolean {
  const read = readWireDate(text, 'UTC');
  return read.ok && isWithin(wallOf(read.value, 'UTC').day, daysAround);
}

/**
 * Reads a date that is only compared with others, as in the filters of lists. Every year is
 * allowed, because clients send `9999-12-31` and `0001-01-01` for "no bound". A date before year 1
 * or after 9999 becomes the first or last day whose year has four digits in every zone.
 */
export function parseFilterDate(text: string, zone: string): Outcome<Temporal.Instant, DateFault> {
  const written = writtenDate(text);
  if (!written.ok && written.reason !== 'out of bounds') return written;
  const beyond = text.startsWith('-') ? -Infinity : Infinity;
  const day = written.ok ? written.value.wall.day : beyond;
  if (day < firstFilterDay) return success(momentOf({ day: firstFilterDay, ms: 0 }, 'UTC'));
  if (!written.ok || day > lastFilterDay)
    return success(momentOf({ day: lastFilterDay, ms: 0 }, 'UTC'));
  return momentOfWritten(written.value, zone);
}

/**
 * Reads the end of a filter's range as the last moment that counts. A day alone counts until it
 * ends in the merchant's zone. A time counts with its whole second, because stored moments are more
 * precise than the wire.
 */
export function parseFilterEnd(text: string, zone: string): Outcome<Temporal.Instant, DateFault> {
  const parsed = parseFilterDate(text, zone);
  if (!parsed.ok) return parsed;
  if (!isDayAlone(text)) return success(parsed.value.add({ milliseconds: 999 }));
  return success(nextDay(parsed.value, zone).subtract({ milliseconds: 1 }));
}

/** Whether a text may be the date of a filter in some zone. */
export const isFilterDate = (text: string): boolean => parseFilterDate(text, 'UTC').ok;

const firstFilterDay = dayNumber(1, 1, 3);
const lastFilterDay = dayNumber(9999, 12, 29);

/** The first and the last day that a date on the wire may have. */
export const firstWireDay = '1900-01-01';
/** The last day that a date on the wire may have. */
export const lastWireDay = '2999-12-31';

const firstDay = dayNumber(1900, 1, 1);
const lastDay = dayNumber(2999, 12, 31);
/** In another zone, a moment can fall on the next or the previous day. */
const daysAround = 1;

/** Whether a day number is within the bounds, or at most `around` days outside. */
const isWithin = (day: number, around: number): boolean =>
  day >= firstDay - around && day <= lastDay + around;

/** Whether a moment is within the bounds of the wire in the local time of some zone. */
export const isNearWire = ({ epochMilliseconds }: Temporal.Instant): boolean =>
  isWithin(Math.floor(epochMilliseconds / msPerDay), daysAround);

/** Whether a moment is within the bounds of the wire in a zone's local time. */
export const isWithinWire = (moment: Temporal.Instant, zone: string): boolean =>
  isWithin(wallOf(moment, zone).day, 0);

/** A date as it is written, without any zone applied. */
interface WrittenDate {
  readonly wall: Wall;
  /** `Z`, or seconds east of UTC; absent for a local time. */
  readonly offset: 'Z' | number | undefined;
  /** The zone of RFC 9557, such as `[Europe/Paris]`. */
  readonly zone: string | undefined;
  readonly isLeapSecond: boolean;
}

const date = String.raw`(\d{4}|[1-9]\d{4,5}|[+-]\d{6})-(\d\d)-(\d\d)`;
const time = String.raw`[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?`;
// A plus that was not encoded in a query arrives as a blank. A blank has no other meaning there.
const offset = String.raw` ?([Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)| (\d\d:?\d\d)`;
const suffix = String.raw`(?:\[!?([A-Za-z][A-Za-z0-9_+/-]*)\])?(?:\[!?u-ca=(?:iso8601|gregory)\])?`;
const dayShape = new RegExp(`^${date}$`);
const wireShape = new RegExp(`^${date}(?:${time}(?:${offset})?${suffix})?$`);

function writtenDate(text: string): Outcome<WrittenDate, DateFault> {
  const match = wireShape.exec(text);
  if (match === null) return failure('malformed');
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', signed, unsigned, zone] =
    match;
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  const dayOf = dayIfExists(Number(year), Number(month), Number(day));
  if (Math.abs(Number(year)) > yearMax) return failure('out of bounds');
  if (dayOf === undefined || hour > 23 || minute > 59 || second > 60)
    return failure('no such date');
  const east = offsetOf(signed ?? (unsigned && `+${unsigned}`));
  if (east === 'no such offset' || (zone !== undefined && !isZone(zone)))
    return failure('no such date');
  const ms = ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1000;
  return success({ wall: { day: dayOf, ms }, offset: east, zone, isLeapSecond: second === 60 });
}

/** Temporal's moments end in the year 275760. */
const yearMax = 200_000;

function dayIfExists(year: number, month: number, dayOfMonth: number): number | undefined {
  const exists =
    month >= 1 && month <= 12 && dayOfMonth >= 1 && dayOfMonth <= daysInMonth(year, month);
  return exists ? dayNumber(year, month, dayOfMonth) : undefined;
}

/**
 * Reads an offset. PostgreSQL and this server print offsets with seconds for times before zones had
 * whole minutes.
 */
function offsetOf(text: string | undefined): 'Z' | number | undefined | 'no such offset' {
  if (text === undefined) return undefined;
  if (text === 'Z' || text === 'z') return 'Z';
  const numbers = text.slice(1).replaceAll(':', '').padEnd(6, '0');
  const hours = Number(numbers.slice(0, 2));
  const [minutes, seconds] = [Number(numbers.slice(2, 4)), Number(numbers.slice(4, 6))];
  if (hours > 23 || minutes > 59 || seconds > 59) return 'no such offset';
  return (text[0] === '-' ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds);
}

function momentOfWritten(
  { wall, offset, zone, isLeapSecond }: WrittenDate,
  merchantZone: string,
): Outcome<Temporal.Instant, DateFault> {
  const east = offset === 'Z' ? 0 : offset;
  const moment =
    east === undefined
      ? momentOf(wall, zone ?? merchantZone)
      : momentOf({ day: wall.day, ms: wall.ms - east * 1000 }, 'UTC');
  if (isLeapSecond && !isEndOfDay(moment)) return failure('no such date');
  return isOfZone(moment, wall, offset, zone) ? success(moment) : failure('no such date');
}

/**
 * Whether a moment is the last second of a UTC day. A leap second comes at the end of a UTC day; it
 * is read as the second before it, which is on the same day.
 */
const isEndOfDay = (moment: Temporal.Instant): boolean => wallOf(moment, 'UTC').ms === 86_399_000;

/**
 * Whether an offset matches the zone that is written with it (RFC 9557). If they differ, one of
 * them is wrong.
 */
function isOfZone(
  moment: Temporal.Instant,
  wall: Wall,
  offset: WrittenDate['offset'],
  zone: string | undefined,
): boolean {
  if (zone === undefined || typeof offset !== 'number') return true;
  const shown = wallOf(moment, zone);
  return epochMsOf(shown, 'UTC') === epochMsOf(wall, 'UTC');
}
