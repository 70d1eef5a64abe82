import type { Temporal } from 'temporal-polyfill';
import { addDays } from '../kernel/calendar.ts';

/** The merchant's rules for declines (settings, DunningPolicy). */
export interface DunningPolicy {
  /** Days from each attempt to the next: [3, 3] means three attempts in all. */
  readonly retryDays: readonly number[];
  /** Decline reasons that end dunning at once, in addition to those that the gateway calls hard. */
  readonly hardReasons: ReadonlySet<string>;
  /** The coupon codes of the first retry, the second, and so on; an empty text means none. */
  readonly couponCodes: readonly string[];
  readonly atEnd: 'disable' | 'cancel';
  /**
   * True if the catalogue's cancel item is charged once before the end (the setting "try cancel
   * item after max retries").
   */
  readonly chargesCancelItem: boolean;
  /**
   * The days that a customer has to confirm a payment at the bank (3-D Secure). 0: a charge that
   * needs it is declined.
   */
  readonly confirmationDays: number;
  /**
   * True if an auto order stopped by declines is tried again when the bank has updated the card.
   */
  readonly retriesUpdatedCards: boolean;
}

/** A decline in the form that the policy reads. */
export interface DeclinedAttempt {
  /** The number of declines in a row, including this one. */
  readonly attempt: number;
  readonly reason: string;
  /** True when the gateway says that another attempt with this card is useless. */
  readonly isHard: boolean;
  readonly at: Temporal.Instant;
  readonly zone: string;
}

/** The step that follows a decline. */
export type DunningStep =
  | { readonly kind: 'retry'; readonly at: Temporal.Instant }
  | { readonly kind: 'end'; readonly isHard: boolean };

/**
 * Returns the next attempt, at the same local time of a later day, or the end if the attempts are
 * used up or no retry can fix the reason.
 */
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

/** Returns the coupon code of the attempt that follows `declines` declines; undefined for none. */
export function retryCoupon(declines: number, policy: DunningPolicy): string | undefined {
  return policy.couponCodes[declines - 1] || undefined;
}
