/**
 * Formats times for people, in the merchant's zone, which the page names once. Formatters are
 * created once for each zone, because creating one takes longer than drawing a row.
 */

/** The parts of a time to show: `Tue 3 Mar` · `Tue 3 Mar, 09:14` · with the year and seconds. */
export type MomentStyle = 'day' | 'minute' | 'exact';

/** Formats a time of the wire format in a zone; leaves out the year if it is the year of `now`. */
export function formatMoment(iso: string, zone: string, style: MomentStyle, now: string): string {
  const parts = partsOf(iso, zone);
  const isThisYear = parts.year === partsOf(now, zone).year;
  const day = `${parts.weekday} ${parts.day} ${parts.month}`;
  if (style === 'exact')
    return `${day} ${parts.year}, ${parts.hour}:${parts.minute}:${parts.second} ${parts.zoneName}`;
  const dated = isThisYear ? day : `${day} ${parts.year}`;
  return style === 'day' ? dated : `${dated}, ${parts.hour}:${parts.minute}`;
}

/**
 * Formats a calendar day (`2026-03-31`) like {@link formatMoment} formats days. Other texts stay.
 */
export const formatDay = (day: string, now: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(day) ? formatMoment(`${day}T12:00:00Z`, 'UTC', 'day', now) : day;

/**
 * Parses a time written by a person or the API: with its offset, or as the wall time of the zone.
 */
export const formatWritten = (text: string, zone: string, now: string): string =>
  /(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? formatMoment(text, zone, 'minute', now)
    : formatMoment(`${text}Z`, 'UTC', 'minute', now);

/** Formats the days and times in a sentence of the server as the console shows them. */
export const withDays = (
  sentence: string,
  zone: string,
  now: string,
  style: MomentStyle = 'minute',
): string =>
  sentence.replace(writtenMoment, (text) =>
    Number.isNaN(Date.parse(text))
      ? text
      : text.includes('T')
        ? formatMoment(text, zone, style, now)
        : formatDay(text, now),
  );

/** Matches a day, or a time with its offset. Parts of longer words or numbers do not match. */
const writtenMoment =
  /(?<![\w-])\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?(?![\w:-])/g;

/** The distance from `now`, for example `in 3 days`, `5 min ago`, `now`. Days are whole days. */
export function formatDistance(iso: string, now: string): string {
  const seconds = Math.round((Date.parse(iso) - Date.parse(now)) / 1000);
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['now', 1];
  if (unit === 'now') return 'now';
  const count = Math.trunc(Math.abs(seconds) / size);
  const words = `${count} ${unit}${count === 1 || unit === 'min' ? '' : 's'}`;
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

const units: readonly (readonly [string, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['min', 60],
];

/** Returns the calendar day of a moment in a zone, as `2026-03-31`. */
export function dayOf(iso: string, zone: string): string {
  const { year, monthNumber, day } = partsOf(iso, zone);
  return `${year}-${monthNumber}-${day.padStart(2, '0')}`;
}

/** Returns the wall time of a moment in a zone, as `2026-03-31T09:14:00`. */
export function wallOf(iso: string, zone: string): string {
  const { hour, minute, second } = partsOf(iso, zone);
  return `${dayOf(iso, zone)}T${hour}:${minute}:${second}`;
}

/** Returns a zone's name for people: `America/New_York` → `New York`. */
export const zoneName = (zone: string): string =>
  (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');

interface Parts {
  readonly year: string;
  readonly month: string;
  readonly monthNumber: string;
  readonly day: string;
  readonly weekday: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  readonly zoneName: string;
}

/** Cached, because `Intl` takes longer than the rest of a row and lists repeat the same times. */
const partsMax = 5000;
const known = new Map<string, Parts>();

function partsOf(iso: string, zone: string): Parts {
  const key = `${zone} ${iso}`;
  const before = known.get(key);
  if (before) return before;
  if (known.size >= partsMax) known.clear();
  const parts = readParts(iso, zone);
  known.set(key, parts);
  return parts;
}

function readParts(iso: string, zone: string): Parts {
  const found = new Map(formatterOf(zone).formatToParts(Date.parse(iso)).map(read));
  const monthNumber = found.get('month') ?? '';
  return {
    year: found.get('year') ?? '',
    monthNumber,
    month: months[Number(monthNumber) - 1] ?? '',
    day: String(Number(found.get('day'))),
    weekday: found.get('weekday') ?? '',
    hour: found.get('hour') ?? '',
    minute: found.get('minute') ?? '',
    second: found.get('second') ?? '',
    zoneName: found.get('timeZoneName') ?? '',
  };
}

const read = ({ type, value }: Intl.DateTimeFormatPart): [string, string] => [type, value];

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
