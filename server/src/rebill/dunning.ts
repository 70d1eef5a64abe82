import type { Temporal } from 'temporal-polyfill';
import { addDays } from '../kernel/calendar.ts';

/** What a merchant does about declines (settings, DunningPolicy). */
export interface DunningPolicy {
  /** Days from each attempt to the next: [3, 3] makes three attempts in all. */
  readonly retryDays: readonly number[];
  /** Reasons that end it at once, beside those that the gateway itself calls hard. */
  readonly hardReasons: ReadonlySet<string>;
  /** The coupon of the first retry, the second, and so on; an empty text for none. */
  readonly couponCodes: readonly string[];
  readonly atEnd: 'disable' | 'cancel';
  /** Before the end the cancel item of the catalogue is charged once instead (the setting "try cancel item after max retries"). */
  readonly chargesCancelItem: boolean;
}

/** A decline as the policy looks at it. */
export interface DeclinedAttempt {
  /** Declines in a row, this one included. */
  readonly attempt: number;
  readonly reason: string;
  /** The gateway says that trying this card again is useless. */
  readonly isHard: boolean;
  readonly at: Temporal.Instant;
  readonly zone: string;
}

/** What follows a decline. */
export type DunningStep =
  | { readonly kind: 'retry'; readonly at: Temporal.Instant }
  | { readonly kind: 'end'; readonly isHard: boolean };

/** The next attempt so many local days later at the same time of day, or the end: attempts used up, or a reason that no retry fixes. */
export function afterDecline(
  { attempt, reason, isHard, at, zone }: DeclinedAttempt,
  policy: DunningPolicy,
): DunningStep {
  if (isHard || policy.hardReasons.has(reason)) return { kind: 'end', isHard: true };
  const days = policy.retryDays[attempt - 1];
  return days === undefined
    ? { kind: 'end', isHard: false }
    : { kind: 'retry', at: addDays(at, days, zone) };
}

/** The coupon of the attempt that follows `declines` declines; undefined for none. */
export function retryCoupon(declines: number, policy: DunningPolicy): string | undefined {
  return policy.couponCodes[declines - 1] || undefined;
}
