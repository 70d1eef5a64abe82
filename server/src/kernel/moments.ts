import type { Temporal } from 'temporal-polyfill';

/* Compares moments to the millisecond, because that is how they are stored. */

/** Whether a moment is before another one. */
export const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean =>
  one.epochMilliseconds < other.epochMilliseconds;

/** Whether a moment is after another one. */
export const isAfter = (one: Temporal.Instant, other: Temporal.Instant): boolean =>
  one.epochMilliseconds > other.epochMilliseconds;

/** Whether a moment has come at `now`. */
export const isReached = (at: Temporal.Instant, now: Temporal.Instant): boolean =>
  at.epochMilliseconds <= now.epochMilliseconds;

/** Returns the earlier of two moments; the second if the first is absent. */
export const earlier = (
  one: Temporal.Instant | undefined,
  other: Temporal.Instant,
): Temporal.Instant => (one === undefined || isBefore(other, one) ? other : one);

/** Returns the later of two moments; the second if the first is absent. */
export const later = (
  one: Temporal.Instant | undefined,
  other: Temporal.Instant,
): Temporal.Instant => (one === undefined || isAfter(other, one) ? other : one);
