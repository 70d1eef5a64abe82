import { Temporal } from 'temporal-polyfill';

/** The result of one attempt of a delivery. */
export type DeliveryResult =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * The consequence of a result: done, sent again later, or never sent again because the receiver
 * said that it is gone.
 */
export type RetryDecision =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly at: Temporal.Instant }
  | { readonly kind: 'gone' };

/**
 * Minutes until the next attempt after the first, second, ... failure in a row; the last value
 * applies from then on (docs/adr, webhook deliveries).
 */
const backoffMinutes = [1, 2, 4, 8, 16, 32, 60] as const;

/** The longest delay that a receiver can request with `Retry-After`. */
const retryAfterMaxSeconds = 24 * 3600;

/**
 * The failures in a row after which `Retry-After` only lengthens the wait. A receiver that sends 0
 * or a past date would otherwise get attempts without a pause for days.
 */
const promptTriesMax = 5;

/** A webhook that has only failed for this long is disabled; its undelivered events are kept. */
export const disableAfterHours = 72;

/**
 * Decides the consequence of an attempt. `failures` counts this failure and those in a row before
 * it. `jitter`, from 0 to 1, spreads the attempts of many webhooks, so that a recovering receiver
 * does not get all of them in the same second.
 */
export function decideRetry(
  result: DeliveryResult,
  failures: number,
  now: Temporal.Instant,
  jitter: number,
): RetryDecision {
  if (result.kind === 'answered') {
    if (result.status >= 200 && result.status < 300) return { kind: 'delivered' };
    if (result.status === 410) return { kind: 'gone' };
    if (result.retryAfterSeconds !== undefined) {
      const asked = Math.min(result.retryAfterSeconds, retryAfterMaxSeconds);
      const least = failures <= promptTriesMax ? 1 : waitSeconds(failures, jitter);
      return { kind: 'retry', at: now.add({ seconds: Math.max(asked, least) }) };
    }
  }
  return { kind: 'retry', at: now.add({ seconds: waitSeconds(failures, jitter) }) };
}

/**
 * Returns whether a delivery certainly waits for its next attempt and no process is sending it: its
 * next attempt is later than the end of any lease, or its last failure is so recent that the next
 * attempt cannot have begun.
 */
export function isWaiting(
  { nextAt, attempts, lastTriedAt }: Waiting,
  now: Temporal.Instant,
  leaseMs: number,
): boolean {
  const leaseEnds = now.add({ milliseconds: leaseMs });
  if (Temporal.Instant.compare(nextAt, leaseEnds) > 0) return true;
  if (lastTriedAt === undefined) return false;
  const earliest = lastTriedAt.add({ seconds: waitSeconds(attempts, 1) });
  return Temporal.Instant.compare(now, earliest) < 0;
}

/** A delivery that has not ended. */
export interface Waiting {
  /** When its next attempt is due, or when the lease of the process that sends it ends. */
  readonly nextAt: Temporal.Instant;
  /** The number of attempts so far. */
  readonly attempts: number;
  readonly lastTriedAt?: Temporal.Instant | undefined;
}

/** Returns whether failures since `since` have lasted long enough to disable the webhook. */
export function isBeyondHope(since: Temporal.Instant, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(since.add({ hours: disableAfterHours }), now) <= 0;
}

/** Parses a `Retry-After` header, in seconds or as a date; undefined when it is neither. */
export function parseRetryAfter(
  header: string | undefined,
  now: Temporal.Instant,
): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  // Date.parse accepts almost any text (it reads "-5" as a month), so only the HTTP date format
  // reaches it.
  const at = /^[A-Z][a-z]{2}, .* GMT$/.test(header.trim()) ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.epochMilliseconds) / 1000));
}

/** Converts the minutes of a step to seconds and shortens them by up to a fifth. */
function waitSeconds(failures: number, jitter: number): number {
  const minutes =
    backoffMinutes[Math.min(failures, backoffMinutes.length) - 1] ?? backoffMinutes[0];
  return Math.round(minutes * 60 * (1 - 0.2 * jitter));
}
