import type { Temporal } from 'temporal-polyfill';
import { addDays } from '../kernel/calendar.ts';
import { isAfter } from '../kernel/moments.ts';
import type { AutoOrder } from './autoOrder.ts';
import { isCatchingUp } from './steps.ts';

/*
 * Missed shipments are charged at most one a day (docs/operating.md, missed_shipments). The rule
 * reads only the date of the last rebill of each item, which every change keeps. So no change of
 * the auto order (a stop and a start, a merge, a new card, a form) makes two of them due on one
 * day.
 */

/**
 * Returns the moment before which the next missed shipment is not charged: a day after the last
 * rebill. Undefined when the auto order has no missed shipment left, or was never rebilled.
 */
export function pacedUntil({ items }: AutoOrder, zone: string): Temporal.Instant | undefined {
  if (!isMissedLeft(items)) return undefined;
  const last = items
    .filter(({ numberOfRebills }) => numberOfRebills > 0)
    .map(({ lastOrderAt }) => lastOrderAt)
    .reduce(laterOf, undefined);
  return last && addDays(last, 1, zone);
}

/** Whether a missed shipment is still to be charged. */
export const isMissedLeft = (items: AutoOrder['items']): boolean =>
  items.some((item) => !item.paused && isCatchingUp(item));

/** The fields of an auto order that hold the next attempt that the engine plans, or none. */
export const plannedAttempt = (at: Temporal.Instant | undefined) => ({
  nextAttemptAt: at,
  plannedAttemptAt: at,
});

/**
 * Returns the auto order with a next attempt that is not before {@link pacedUntil}. Removes an
 * attempt that waited for a missed shipment when none is left. Returns the same record when nothing
 * changes.
 */
export function paced(
  autoOrder: AutoOrder,
  { now, zone }: { readonly now: Temporal.Instant; readonly zone: string },
): AutoOrder {
  if (autoOrder.status !== 'active') return autoOrder;
  if (!isMissedLeft(autoOrder.items)) return withoutWait(autoOrder);
  const until = pacedUntil(autoOrder, zone);
  const isWaiting = until !== undefined && isAfter(until, now);
  if (!isWaiting || laterOf(autoOrder.nextAttemptAt, until) === autoOrder.nextAttemptAt)
    return autoOrder;
  return { ...autoOrder, ...plannedAttempt(until) };
}

/**
 * Returns the auto order without the day that the engine waits between two missed shipments. The
 * caller knows that none is left, so the wait would only delay other shipments. The retry of a
 * declined charge and a next attempt that a client set stay.
 */
export function withoutWait(autoOrder: AutoOrder): AutoOrder {
  const { nextAttemptAt, plannedAttemptAt, creditCardAttempt, failureReason } = autoOrder;
  const isWait =
    nextAttemptAt !== undefined &&
    nextAttemptAt.epochMilliseconds === plannedAttemptAt?.epochMilliseconds &&
    creditCardAttempt === 0 &&
    failureReason === undefined;
  return isWait ? { ...autoOrder, nextAttemptAt: undefined } : autoOrder;
}

/** Returns the later of two moments; the first if they are equal. */
const laterOf = (
  one: Temporal.Instant | undefined,
  other: Temporal.Instant | undefined,
): Temporal.Instant | undefined =>
  one === undefined || (other !== undefined && isAfter(other, one)) ? other : one;
