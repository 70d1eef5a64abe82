import { Temporal } from 'temporal-polyfill';
import { dayNumber, msPerDay } from '../../kernel/calendar.ts';

/*
 * Moments from PostgreSQL's text. A batch of the engine reads thousands of them, and Temporal's own parser costs
 * more than everything else that is done with a row; most moments repeat within a batch.
 */

/** A timestamptz as PostgreSQL prints it in any zone: `2026-03-15 14:00:00+00`, `2026-03-15 19:45:00+05:45`, with a fraction where it has one. */
export const momentFromText: (text: string) => Temporal.Instant = remembered((text) =>
  isWholeSecond(text)
    ? Temporal.Instant.fromEpochMilliseconds(epochMsOf(text))
    : Temporal.Instant.from(text.replace(' ', 'T')),
);

/** A timestamp without zone as PostgreSQL prints it. */
export const localFromText: (text: string) => Temporal.PlainDateTime = remembered((text) =>
  Temporal.PlainDateTime.from(text.replace(' ', 'T')),
);

const offsetAt = '2026-03-15 14:00:00'.length;

const isWholeSecond = (text: string): boolean =>
  (text[offsetAt] === '+' || text[offsetAt] === '-') &&
  (text.length === offsetAt + '+05'.length || text.length === offsetAt + '+05:45'.length);

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
