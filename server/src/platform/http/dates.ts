import type { Temporal } from 'temporal-polyfill';
import { parseWireDate } from '../../kernel/wireDates.ts';
import { refuse } from './refusal.ts';

/**
 * Parses a date that a client sent. Refuses one that cannot be read or is out of bounds, by the
 * name of its field.
 */
export function dateOf(text: string, field: string, zone: string): Temporal.Instant {
  const parsed = parseWireDate(text, zone);
  return parsed.ok ? parsed.value : refuse('wrong_date', { field });
}

/** Like {@link dateOf}; absent, null and blank ask for nothing. */
export function optionalDate(
  text: string | null | undefined,
  field: string,
  zone: string,
): Temporal.Instant | undefined {
  const given = text?.trim();
  return given ? dateOf(given, field, zone) : undefined;
}
