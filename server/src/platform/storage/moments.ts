import { Temporal } from 'temporal-polyfill';
import { dayNumber, momentText, msPerDay } from '../../kernel/calendar.ts';

/*
 * Moments between PostgreSQL's text and Temporal. A batch of the engine reads and writes thousands of them, and Temporal's own parser and printer cost
 * more than everything else that is done with a row; most moments repeat within a batch.
 */

/** A timestamptz as PostgreSQL prints it in UTC: `2026-03-15 14:00:00+00`, with a fraction where it has one. */
export const momentFromText: (text: string) => Temporal.Instant = remembered((text) => (
  text.length === wholeSecondLength && text.endsWith('+00')
    ? Temporal.Instant.fromEpochMilliseconds(epochMsOf(text))
    : Temporal.Instant.from(text.replace(' ', 'T'))));

/** A timestamp without zone as PostgreSQL prints it. */
export const localFromText: (text: string) => Temporal.PlainDateTime = remembered((text) => Temporal.PlainDateTime.from(text.replace(' ', 'T')));

/** Rows as JSON for `jsonb_to_recordset`, their moments as PostgreSQL reads them. */
export function rowsText(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return JSON.stringify(rows.map((row) => {
    const written: Record<string, unknown> = {};
    for (const name in row) {
      const value = row[name];
      written[name] = value instanceof Temporal.Instant ? momentText(value) : value;
    }
    return written;
  }));
}

const wholeSecondLength = '2026-03-15 14:00:00+00'.length;

function epochMsOf(text: string): number {
  const number = (from: number, until: number) => Number(text.slice(from, until));
  const day = dayNumber(number(0, 4), number(5, 7), number(8, 10));
  return day * msPerDay + ((number(11, 13) * 60 + number(14, 16)) * 60 + number(17, 19)) * 1000;
}

// Values are immutable, so the same one may be handed out again. Two generations: the older is forgotten when the younger is full.
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
