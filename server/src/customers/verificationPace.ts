import type { Temporal } from 'temporal-polyfill';

/** A limit on mails to one person, and when the next one is allowed. */
export interface PaceExcess {
  readonly limit: number;
  readonly seconds: number;
  readonly retryAfterSeconds: number;
}

/** The limits of mails that verify one address: the number of mails within a span. */
export const verificationLimits = [
  { limit: 1, seconds: 60 },
  { limit: 5, seconds: 24 * 3600 },
] as const;

/** The span of the longest limit in seconds: earlier mails no longer count. */
export const verificationSpanSeconds = Math.max(
  ...verificationLimits.map(({ seconds }) => seconds),
);

/**
 * Returns the limit that another mail would exceed, or undefined. `askedAt` contains the moments of
 * the earlier mails to the person, in any order. Moments after `now` count as well, because a clock
 * may have been set back.
 */
export function paceExcess(
  askedAt: readonly Temporal.Instant[],
  now: Temporal.Instant,
): PaceExcess | undefined {
  const seconds = (moment: Temporal.Instant) => moment.epochMilliseconds / 1000;
  const newestFirst = askedAt.map(seconds).sort((a, b) => b - a);
  const excesses = verificationLimits.flatMap((rule) => {
    const oldest = newestFirst[rule.limit - 1];
    const wait = oldest === undefined ? 0 : Math.ceil(oldest + rule.seconds - seconds(now));
    return wait > 0 ? [{ ...rule, retryAfterSeconds: wait }] : [];
  });
  return excesses.sort((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0];
}
