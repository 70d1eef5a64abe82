import { Temporal } from 'temporal-polyfill';
import { dayNumber, msPerDay, plainDateTime } from '../../kernel/calendar.ts';

/*
 * Moments in PostgreSQL's text. A batch of the engine reads thousands of them, and Temporal's own
 * parser takes more time than all other work on a row; most moments repeat within a batch.
 *
 * Everything that a timestamp column can hold is read, whatever its year: a record with a date that
 * today's checks would refuse must still be shown, changed and skipped. A date outside Temporal's
 * range becomes its first or last day.
 */

/**
 * A timestamptz as PostgreSQL prints it in any zone: `2026-03-15 14:00:00+00`, `2026-03-15
 * 19:45:00+05:45`, optionally with a fraction.
 */
export const momentFromText: (text: string) => Temporal.Instant = remembered((text) => {
  if (isWholeSecond(text)) return Temporal.Instant.fromEpochMilliseconds(epochMsOf(text));
  if (isPlainYear(text)) return Temporal.Instant.from(text.replace(' ', 'T'));
  return Temporal.Instant.fromEpochMilliseconds(inRange(anyEpochMsOf(text)));
});

/** A timestamp without zone as PostgreSQL prints it. */
export const localFromText: (text: string) => Temporal.PlainDateTime = remembered((text) => {
  if (isPlainYear(text)) return Temporal.PlainDateTime.from(text.replace(' ', 'T'));
  const ms = inRange(anyEpochMsOf(text));
  const day = Math.floor(ms / msPerDay);
  return plainDateTime({ day, ms: ms - day * msPerDay });
});

/**
 * Formats a moment or a local time for PostgreSQL: years of more than four digits have no sign, and
 * years before 1 end with BC.
 */
export function textForStorage(
  value: Temporal.Instant | Temporal.PlainDateTime | Temporal.PlainDate,
): string {
  const text = value.toString();
  const [, sign, year, rest] = /^([+-])(\d{6})(.*)$/.exec(text) ?? [];
  if (year === undefined) return text.startsWith('0000') ? `0001${text.slice(4)} BC` : text;
  if (sign === '+') return `${Number(year)}${rest}`;
  return `${String(Number(year) + 1).padStart(4, '0')}${rest} BC`;
}

const offsetAt = '2026-03-15 14:00:00'.length;

const isWholeSecond = (text: string): boolean =>
  (text[offsetAt] === '+' || text[offsetAt] === '-') &&
  !text.endsWith('C') &&
  (text.length === offsetAt + '+05'.length || text.length === offsetAt + '+05:45'.length);

/** Matches a year of four digits, which Temporal reads to the last microsecond. */
const isPlainYear = (text: string): boolean => text[4] === '-' && !text.endsWith('BC');

function epochMsOf(text: string): number {
  const number = (from: number, until: number) => Number(text.slice(from, until));
  const day = dayNumber(number(0, 4), number(5, 7), number(8, 10));
  const offset =
    (text[offsetAt] === '-' ? -1 : 1) *
    (number(offsetAt + 1, offsetAt + 3) * 60 + number(offsetAt + 4, offsetAt + 6));
  return (
    day * msPerDay + ((number(11, 13) * 60 + number(14, 16) - offset) * 60 + number(17, 19)) * 1000
  );
}

const anyShape =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d(?:\.\d+)?)(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;

/** Matches any year, fraction and offset, BC, and infinity. */
function anyEpochMsOf(text: string): number {
  if (text === 'infinity') return Infinity;
  if (text === '-infinity') return -Infinity;
  const match = anyShape.exec(text);
  if (match === null) throw new RangeError(`not a timestamp of PostgreSQL: ${text}`);
  const [, year, month, day, hour, minute, second, sign, east = '0', eastMinutes = '0'] = match;
  const [eastSeconds = '0', bc] = match.slice(10);
  // PostgreSQL has no year 0: its 1 BC is the calendar's year 0.
  const days = dayNumber(
    bc === undefined ? Number(year) : 1 - Number(year),
    Number(month),
    Number(day),
  );
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const offset = (Number(east) * 60 + Number(eastMinutes)) * 60 + Number(eastSeconds);
  return days * msPerDay + Math.floor((seconds - (sign === '-' ? -1 : 1) * offset) * 1000);
}

// PostgreSQL's first year, for which the wall time in any zone can still be calculated.
const firstMs = dayNumber(-4712, 1, 1) * msPerDay;
const lastMs = dayNumber(200_000, 1, 1) * msPerDay;

const inRange = (epochMs: number): number => Math.min(Math.max(epochMs, firstMs), lastMs);

// Values are immutable, so a cached one may be returned again. There are two generations: the older
// one is dropped when the newer one is full.
function remembered<Value>(parse: (text: string) => Value): (text: string) => Value {
  const generationMax = 5000;
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  return (text) => {
    const known = young.get(text) ?? old.get(text);
    const value = known ?? parse(text);
    if (young.size >= generationMax) [young, old] = [new Map(), young];
    young.set(text, value);
    return value;
  };
}
