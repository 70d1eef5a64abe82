/**
 * Reads a moment as people write it: `tomorrow 9`, `in 3 days`, `mon 14:30`, `3 mar`. Everything is
 * local time of the merchant's zone, written without an offset; the server adds the zone.
 */

/** A local date and time of the wire, without an offset: `2026-03-03T09:00:00`. */
export type LocalTime = string;

/** The hour of a day that was named without a time. */
const usualHour = 9;

/**
 * The moment that the words name, always after `now`; undefined when they name none. `now` is the
 * merchant's local time.
 */
export function parseWhen(words: string, now: LocalTime): LocalTime | undefined {
  const text = words.trim().toLowerCase().replace(/\s+/g, ' ').replace(/^at /, '');
  const found = readSpan(text, now) ?? readDayAndTime(text, now);
  return found !== undefined && found > now ? found : undefined;
}

const spanMinutes: Readonly<Record<string, number>> = {
  m: 1,
  min: 1,
  minute: 1,
  h: 60,
  hour: 60,
  d: 1440,
  day: 1440,
  w: 10_080,
  week: 10_080,
};

/** `in 3 days`, `2h`, `in a week`, `in 2 months`. Whole days keep the time of day. */
function readSpan(text: string, now: LocalTime): LocalTime | undefined {
  const match = /^(in )?(\d{1,3}|an?) ?([a-z]+?)s?(?: (?:at )?(.+))?$/.exec(text);
  if (!match) return undefined;
  const [, isIn, amount = '', unit = '', time] = match;
  if (!isIn && !/^\d/.test(amount)) return undefined;
  const count = /^\d/.test(amount) ? Number(amount) : 1;
  const moved =
    unit === 'month' ? addMonths(now, count) : addMinutes(now, count * (spanMinutes[unit] ?? NaN));
  if (moved === undefined) return undefined;
  if (time === undefined) return moved;
  const clock = readTime(time);
  return clock && `${moved.slice(0, 10)}T${clock}`;
}

/** A day, a time, or both; a time alone is the next one. */
function readDayAndTime(text: string, now: LocalTime): LocalTime | undefined {
  const time = readTime(text);
  if (time !== undefined) {
    const today = `${now.slice(0, 10)}T${time}`;
    return today > now ? today : addMinutes(today, 1440);
  }
  // The longest beginning that names a day; the rest must be a time.
  for (let end = text.length; end > 0; end = text.lastIndexOf(' ', end - 1)) {
    const day = readDay(text.slice(0, end), now);
    const rest = text.slice(end).trim().replace(/^at /, '');
    const clock = rest === '' ? usualTime : readTime(rest);
    if (day !== undefined && clock !== undefined) return `${day}T${clock}`;
  }
  return undefined;
}

const usualTime = `${String(usualHour).padStart(2, '0')}:00:00`;

/** `9`, `9am`, `14:30`, `9.15 pm`, `noon`. */
function readTime(text: string): string | undefined {
  if (text === 'noon') return '12:00:00';
  if (text === 'morning') return usualTime;
  if (text === 'evening') return '18:00:00';
  const match = /^(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?$/.exec(text);
  if (!match) return undefined;
  const [, hours = '', minutes = '00', half] = match;
  const hour = half ? (Number(hours) % 12) + (half === 'pm' ? 12 : 0) : Number(hours);
  if (hour > 23 || Number(minutes) > 59 || (half && Number(hours) > 12)) return undefined;
  return `${String(hour).padStart(2, '0')}:${minutes}:00`;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** `today`, `tomorrow`, `monday`, `next week`, `3 mar`, `mar 3 2027`, `2026-03-03`. */
function readDay(text: string, now: LocalTime): string | undefined {
  const today = now.slice(0, 10);
  if (text === 'today') return today;
  if (text === 'tomorrow' || text === 'tmr') return addDays(today, 1);
  if (text === 'next week') return addDays(today, daysUntil(today, 1));
  const name = text.replace(/^next /, '');
  const weekday = weekdays.findIndex((day) => day === name || day.slice(0, 3) === name);
  if (weekday >= 0) return addDays(today, daysUntil(today, weekday));
  return readDate(text, today);
}

function readDate(text: string, today: string): string | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (iso) return validDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const dayFirst = /^(\d{1,2})\.? ([a-z]{3})[a-z]*(?: (\d{4}))?$/.exec(text);
  const monthFirst = /^([a-z]{3})[a-z]* (\d{1,2})(?: (\d{4}))?$/.exec(text);
  const [day, word, year] = dayFirst
    ? [dayFirst[1], dayFirst[2], dayFirst[3]]
    : [monthFirst?.[2], monthFirst?.[1], monthFirst?.[3]];
  const month = months.indexOf(word ?? '') + 1;
  if (month === 0) return undefined;
  if (year !== undefined) return validDay(Number(year), month, Number(day));
  const thisYear = validDay(Number(today.slice(0, 4)), month, Number(day));
  return thisYear === undefined || thisYear >= today
    ? thisYear
    : validDay(Number(today.slice(0, 4)) + 1, month, Number(day));
}

function validDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isSame ? date.toISOString().slice(0, 10) : undefined;
}

/** How many days until the next such weekday; a week when it is today. */
function daysUntil(today: string, weekday: number): number {
  return ((weekday - new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
}

const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Adds minutes of the wall clock; undefined when the number is not one. */
function addMinutes(time: LocalTime, minutes: number): LocalTime | undefined {
  if (Number.isNaN(minutes)) return undefined;
  return new Date(Date.parse(`${time}Z`) + minutes * 60_000).toISOString().slice(0, 19);
}

/** The same day of a later month, or its last day. */
function addMonths(time: LocalTime, count: number): LocalTime {
  const [year = 0, month = 0, day = 0] = time.slice(0, 10).split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + count + 1, 0));
  last.setUTCDate(Math.min(day, last.getUTCDate()));
  return `${last.toISOString().slice(0, 10)}${time.slice(10)}`;
}

/** The local time of a zone at a moment of the wire. */
export function localTime(iso: string, zone: string): LocalTime {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(Date.parse(iso));
  return parts.replace(' ', 'T');
}

/** What people mostly mean, offered as choices. */
export const whenSuggestions = ['in 3 hours', 'tomorrow 9', 'monday 9', 'in 3 days', 'in 2 weeks'];

/** A local time for people: `Tue 3 Mar 2026, 09:00`. */
export function localWords(time: LocalTime): string {
  const date = new Date(`${time}Z`);
  const weekday = weekdays[date.getUTCDay()] ?? '';
  const month = months[date.getUTCMonth()] ?? '';
  return (
    `${capital(weekday.slice(0, 3))} ${date.getUTCDate()} ${capital(month)} ` +
    `${date.getUTCFullYear()}, ${time.slice(11, 16)}`
  );
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
