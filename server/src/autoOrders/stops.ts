import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';

/** A reason for which an item does not ship. */
export type Stop = AutoOrderStop | ItemStop;

/** Stops every item of the auto order. */
export type AutoOrderStop = 'merged' | 'canceled' | 'disabled' | 'cancel after next x orders';

/** Stops one item. All but 'paused' are final. */
export type ItemStop =
  | 'paused'
  | 'remaining repeat count'
  | 'no order after'
  | 'completed'
  | 'kit only';

/** Whether a stop is final for the item, so that its auto order may complete. */
export function isFinalStop(stop: Stop): boolean {
  return (
    stop === 'completed' ||
    stop === 'remaining repeat count' ||
    stop === 'no order after' ||
    stop === 'kit only'
  );
}

/** Returns the reason that stops the whole auto order, if there is one. */
export function autoOrderStop(
  autoOrder: Pick<AutoOrder, 'status' | 'enabled' | 'cancelAfterNextXOrders'>,
): AutoOrderStop | undefined {
  if (autoOrder.status !== 'active') return autoOrder.status;
  if (!autoOrder.enabled) return 'disabled';
  return (autoOrder.cancelAfterNextXOrders ?? 1) <= 0 ? 'cancel after next x orders' : undefined;
}

/** Returns the reason that stops the item itself, if there is one. */
export function itemStop(item: AutoOrderItem): ItemStop | undefined {
  if (item.paused) return 'paused';
  return (item.remainingRepeatCount ?? 1) <= 0 ? 'remaining repeat count' : undefined;
}

/**
 * Whether the time of billing is after `noOrderAfterAt`. An overdue rebill is billed now, so an
 * item that was ended while its card was retried is not charged again.
 */
export function isOver(item: AutoOrderItem, at: Temporal.Instant, now: Temporal.Instant): boolean {
  return (
    item.noOrderAfterAt !== undefined &&
    Math.max(at.epochMilliseconds, now.epochMilliseconds) > item.noOrderAfterAt.epochMilliseconds
  );
}
