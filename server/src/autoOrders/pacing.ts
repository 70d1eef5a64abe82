import type { Temporal } from 'temporal-polyfill';
import { addDays } from '../kernel/calendar.ts';
import { isAfter } from '../kernel/moments.ts';
import type { AutoOrder } from './autoOrder.ts';
import { isCatchingUp } from './steps.ts';

/*
 * Missed shipments are charged at most one a day (docs/operating.md, missed_shipments). The rule
 * reads only what every change keeps, the date of the last rebill of each item. So no change of the
 * auto order (a stop and a start, a merge, a new card, a form) makes two of them due on one day.
 */

/**
 * Returns the moment before which the next missed shipment is not charged: a day after the last
 * rebill. Undefined when the auto order has no missed shipment left, or was never rebilled.
 */
export function pacedUntil({ items }: AutoOrder, zone: string): Temporal.Instant | undefined {
  if (!items.some((item) => !item.paused && isCatchingUp(item))) return undefined;
  const last = items
    .filter(({ numberOfRebills }) => numberOfRebills > 0)
    .map(({ lastOrderAt }) => lastOrderAt)
    .reduce(laterOf, undefined);
  return last && addDays(last, 1, zone);
}

/**
 * Returns the auto order with a next attempt that is not before {@link pacedUntil}. It is the same
 * record when nothing has to wait.
 */
export function paced(
  autoOrder: AutoOrder,
  { now, zone }: { readonly now: Temporal.Instant; readonly zone: string },
): AutoOrder {
  if (autoOrder.status !== 'active') return autoOrder;
  const until = pacedUntil(autoOrder, zone);
  const isWaiting = until !== undefined && isAfter(until, now);
  if (!isWaiting || laterOf(autoOrder.nextAttemptAt, until) === autoOrder.nextAttemptAt)
    return autoOrder;
  return { ...autoOrder, nextAttemptAt: until };
}

/** The later of two moments; the first where they are equal. */
const laterOf = (
  one: Temporal.Instant | undefined,
  other: Temporal.Instant | undefined,
): Temporal.Instant | undefined =>
  one === undefined || (other !== undefined && isAfter(other, one)) ? other : one;
