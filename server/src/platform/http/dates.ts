import type { Temporal } from 'temporal-polyfill';
import { parseFieldDate, parseFilterDate, parseFilterEnd } from '../../kernel/wireDates.ts';
import { refuse } from './refusal.ts';

/**
 * Parses a date that a client sent. Refuses one that is invalid or out of bounds, and names its
 * field.
 */
export function dateOf(text: string, field: string, zone: string): Temporal.Instant {
  const parsed = parseFieldDate(text, zone, field);
  return parsed.ok ? parsed.value : refuse('wrong_date', { field });
}

/**
 * Parses the date of a filter, in any year. Refuses an invalid one and names its field. Absent,
 * null and blank values do not filter. A date that ends a range counts to its last moment.
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

/** Parses the date of a filter. The name of its field shows whether it ends a range. */
export const parseCriterion = (text: string, zone: string, field: string) =>
  (endsRange.test(field) ? parseFilterEnd : parseFilterDate)(text, zone);

const endsRange = /(?:_end|endDate|until_dts|^to)$/;
