import { formatMoment, wallOf } from '../kit/moment.ts';

/**
 * Parses times in words, for snoozing and due dates: `tomorrow 9`, `in 3 days`, `mon 14:30`, `3
 * mar`. All results are wall times in the merchant's zone, in the wire format
 * `2026-03-03T09:00:00`.
 */

/** Words that a dialog suggests. */
export const whenSuggestions = [
  'in 2 hours',
  'tomorrow 9',
  'in 3 days',
  'next week',
  'next month',
] as const;

/** Returns the merchant's wall time at a moment. */
export const localTime = (iso: string, zone: string): string => wallOf(iso, zone);

/** Formats a wall time for people, always with its year: `Tue 3 Mar 2026, 09:00`. */
export const localWords = (at: string): string =>
  formatMoment(`${at}Z`, 'UTC', 'minute', '1970-01-01T00:00:00Z');

/**
 * Parses words as a wall time after `now`; undefined when they are not a time. A day without a time
 * is nine o'clock; a time without a day is its next occurrence.
 */
export function parseWhen(text: string, now: string): string | undefined {
  const words = tidied(text);
  const nowMs = Date.parse(`${now}Z`);
  const at = readExact(words, nowMs) ?? readDay(words, nowMs) ?? readTime(words, nowMs);
  return at !== undefined && at > nowMs ? new Date(at).toISOString().slice(0, 19) : undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Normalizes: lower case, single spaces, no filler words, `9 am` → `9am`. */
const tidied = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[,.]/g, ' ')
    .replaceAll(/\b(at|on|the|until|this)\b/g, ' ')
    .replaceAll(/(\d)\s+(am|pm)\b/g, '$1$2')
    .replaceAll(/\s+/g, ' ')
    .trim();

const span = /^(?:in )?(\d{1,4}|an?) ?(min(?:ute)?s?|h(?:our)?s?)$/;

/** `in 2 hours`, `30 min`: counted from now, to the minute. */
function readExact(words: string, nowMs: number): number | undefined {
  const [, count, unit] = span.exec(words) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const atMs = nowMs + countOf(count) * (unit.startsWith('h') ? hourMs : minuteMs);
  return Math.floor(atMs / minuteMs) * minuteMs;
}

const countOf = (text: string): number => (/^\d/.test(text) ? Number(text) : 1);

/** A day, optionally followed by a time of day. */
function readDay(words: string, nowMs: number): number | undefined {
  const whole = dayIn(words, nowMs);
  if (whole !== undefined) return whole + usualTimeMs(words);
  const [, day = '', time = ''] = /^(.+) (\S+)$/.exec(words) ?? [];
  const atMs = timeIn(time);
  const dayAt = atMs === undefined ? undefined : dayIn(day, nowMs, atMs);
  return dayAt === undefined ? undefined : dayAt + atMs!;
}

/** Nine o'clock; `today` without a time means its end, `tonight` the evening. */
const usualTimeMs = (words: string): number => (usualHours[words] ?? 9) * hourMs;
const usualHours: Readonly<Record<string, number>> = { today: 17, tonight: 19 };

/** A time without a day: today, or tomorrow if it has passed. */
function readTime(words: string, nowMs: number): number | undefined {
  const atMs = timeIn(words);
  if (atMs === undefined) return undefined;
  const today = startOfDay(nowMs) + atMs;
  return today > nowMs ? today : today + dayMs;
}

const namedTimes: Readonly<Record<string, number>> = {
  morning: 9,
  noon: 12,
  afternoon: 14,
  evening: 19,
};

/** `9`, `9:30`, `9am`, `14h`, `noon` as milliseconds of the day. */
function timeIn(text: string): number | undefined {
  const named = namedTimes[text];
  if (named !== undefined) return named * hourMs;
  const match = /^(\d{1,2})(?::(\d\d))?(am|pm|h)?$/.exec(text);
  if (!match) return undefined;
  const [typed, minute, half] = [Number(match[1]), Number(match[2] ?? 0), match[3]];
  const isHalf = half === 'am' || half === 'pm';
  if (minute > 59 || typed > (isHalf ? 12 : 23) || (isHalf && typed === 0)) return undefined;
  const hour = isHalf ? (typed % 12) + (half === 'pm' ? 12 : 0) : typed;
  return hour * hourMs + minute * minuteMs;
}

const startOfDay = (ms: number): number => Math.floor(ms / dayMs) * dayMs;

/** Returns the start of the named day. `atMs` is the requested time on it. */
function dayIn(words: string, nowMs: number, atMs = 9 * hourMs): number | undefined {
  const today = startOfDay(nowMs);
  return (
    namedDay(words, today) ??
    countedDay(words, today) ??
    weekdayIn(words, today, today + atMs > nowMs) ??
    dateIn(words, nowMs, atMs)
  );
}

function namedDay(words: string, today: number): number | undefined {
  switch (words) {
    case 'today':
    case 'tonight':
      return today;
    case 'tomorrow':
    case 'tmr':
      return today + dayMs;
    case 'next week':
      return mondayAfter(today);
    case 'next month':
      return addMonths(startOfMonth(today), 1);
    case 'end of month':
      return addMonths(startOfMonth(today), 1) - dayMs;
    default:
      return undefined;
  }
}

const mondayAfter = (today: number): number => today + (7 - daysSinceMonday(today)) * dayMs;
const daysSinceMonday = (day: number): number => (new Date(day).getUTCDay() + 6) % 7;
const startOfMonth = (day: number): number => day - (new Date(day).getUTCDate() - 1) * dayMs;

/** `in 3 days`, `2w`, `a month`. */
function countedDay(words: string, today: number): number | undefined {
  const match = /^(?:in )?(\d{1,3}|an?) ?(d(?:ay)?s?|w(?:eek)?s?|mo(?:nth)?s?|y(?:ear)?s?)$/.exec(
    words,
  );
  if (!match) return undefined;
  const [count, unit] = [countOf(match[1]!), match[2]!.charAt(0)];
  if (unit === 'd') return today + count * dayMs;
  if (unit === 'w') return today + count * 7 * dayMs;
  return addMonths(today, unit === 'm' ? count : 12 * count);
}

/** Returns the same day some months later, or the last day of a shorter month. */
function addMonths(day: number, months: number): number {
  const date = new Date(day);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last));
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Returns the next such day; with `next`, the one in the week that begins on the coming Monday. */
function weekdayIn(words: string, today: number, isAhead: boolean): number | undefined {
  const match = /^(next )?(mon|tue|wed|thu|fri|sat|sun)(day|sday|nesday|rsday|urday)?$/.exec(words);
  if (!match) return undefined;
  const index = weekdays.indexOf(match[2]!);
  if (match[1]) return mondayAfter(today) + index * dayMs;
  const ahead = (index - daysSinceMonday(today) + 7) % 7;
  return today + (ahead === 0 && !isAhead ? 7 : ahead) * dayMs;
}

const months =
  'january february march april may june july august september october november december'.split(
    ' ',
  );
/** 29 February is at most eight years away. */
const yearsMax = 8;

/** `3 mar`, `march 3`, `3 mar 2027`, `2026-03-03`; without a year the next such day. */
function dateIn(words: string, nowMs: number, atMs: number): number | undefined {
  const parts = partsIn(words);
  if (!parts) return undefined;
  const { day, month, year } = parts;
  if (year !== undefined) return dayOfDate(year, month, day);
  const thisYear = new Date(nowMs).getUTCFullYear();
  for (let ahead = 0; ahead <= yearsMax; ahead++) {
    const found = dayOfDate(thisYear + ahead, month, day);
    if (found !== undefined && found + atMs > nowMs) return found;
  }
  return undefined;
}

function partsIn(words: string): { day: number; month: number; year?: number } | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(words);
  if (iso) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const dayFirst = /^(\d{1,2}) ([a-z]{3,9})(?: (\d{4}))?$/.exec(words);
  const monthFirst = /^([a-z]{3,9}) (\d{1,2})(?: (\d{4}))?$/.exec(words);
  const [day, name = '', year] = dayFirst
    ? [dayFirst[1], dayFirst[2], dayFirst[3]]
    : [monthFirst?.[2], monthFirst?.[1], monthFirst?.[3]];
  const month = 1 + months.findIndex((each) => name !== '' && each.startsWith(name));
  if (day === undefined || month === 0) return undefined;
  return { day: Number(day), month, ...(year !== undefined && { year: Number(year) }) };
}

/** Returns the start of a day; undefined if the month does not have it. */
function dayOfDate(year: number, month: number, day: number): number | undefined {
  const at = Date.UTC(year, month - 1, day);
  const date = new Date(at);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? at : undefined;
}
