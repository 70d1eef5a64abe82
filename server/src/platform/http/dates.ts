import type { Temporal } from 'temporal-polyfill';
import { parseFieldDate, parseFilterDate, parseFilterEnd } from '../../kernel/wireDates.ts';
import { refuse } from './refusal.ts';

/**
 * Parses a date that a client sent. Refuses one that cannot be read or is out of bounds, by the
 * name of its field.
 */
export function dateOf(text: string, field: string, zone: string): Temporal.Instant {
  const parsed = parseFieldDate(text, zone, field);
  return parsed.ok ? parsed.value : refuse('wrong_date', { field });
}

/**
 * Parses the date of a filter, in any year. Refuses one that cannot be read, by the name of its
 * field. Absent, null and blank do not filter. The end of a range is its last moment.
 */
export function filterDate(
  text: string | null | undefined,
  field: string,
  zone: string,
): Temporal.Instant | undefined {
  const given = text?.trim();
  if (!given) return undefined;
  const parsed = parseCriterion(given, zone, field);
  return parsed.ok ? parsed.value : refuse('wrong_date', { field });
}

/** Reads the date of a filter. The name of its field says whether it ends a range. */
export const parseCriterion = (text: string, zone: string, field: string) =>
  (endsRange.test(field) ? parseFilterEnd : parseFilterDate)(text, zone);

const endsRange = /(?:_end|endDate|until_dts|^to)$/;
