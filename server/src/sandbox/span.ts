import { Temporal } from 'temporal-polyfill';

/**
 * Parses a span of time: `1y`, `3mo`, `2w`, `10d`, `5h`, `30min`, several together (`1y6mo`), or
 * ISO 8601 (`P1Y6M`). Returns undefined for anything else.
 */
export function parseSpan(text: string): Temporal.Duration | undefined {
  const span = text.trim();
  return /^P/i.test(span) ? isoSpan(span) : shortSpan(span.toLowerCase());
}

/** Returns the moment that is one span after another, in the calendar of the zone. */
export function laterBy(
  moment: Temporal.Instant,
  span: Temporal.Duration,
  zone: string,
): Temporal.Instant {
  return moment.toZonedDateTimeISO(zone).add(span).toInstant();
}

function isoSpan(text: string): Temporal.Duration | undefined {
  try {
    const span = Temporal.Duration.from(text);
    return span.sign < 0 ? undefined : span;
  } catch {
    return undefined;
  }
}

function shortSpan(text: string): Temporal.Duration | undefined {
  if (!/^(\d{1,6}(y|mo|w|d|h|min))+$/.test(text)) return undefined;
  const counts = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0 };
  for (const [, count, unit] of text.matchAll(/(\d+)([a-z]+)/g))
    counts[units[unit!]!] += Number(count);
  return Temporal.Duration.from(counts);
}

const units: Readonly<Record<string, 'years' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes'>> =
  {
    y: 'years',
    mo: 'months',
    w: 'weeks',
    d: 'days',
    h: 'hours',
    min: 'minutes',
  };
