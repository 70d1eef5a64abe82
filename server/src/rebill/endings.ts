import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import type { RebillNote } from './note.ts';

/** An auto order after a change that may end it, with the notes that report the change. */
export interface AutoOrderAfter {
  readonly autoOrder: AutoOrder;
  readonly notes: readonly RebillNote[];
  /**
   * True if fields changed that otherwise only people edit, beyond the ones that a rebill moves.
   */
  readonly isEdited?: true;
}

/** Returns the auto order after its last shipment. The wire shows it as disabled. */
export function completedByEngine(
  autoOrder: AutoOrder,
  at: Temporal.Instant,
  notes: readonly RebillNote[],
): AutoOrderAfter {
  const note: RebillNote = {
    message: 'Completed: nothing more will ship.',
    event: { name: 'auto_order_update', data: { reason: 'completed' } },
  };
  return {
    autoOrder: {
      ...autoOrder,
      status: 'disabled',
      enabled: false,
      completed: true,
      disabledAt: at,
      nextAttemptAt: undefined,
    },
    notes: [...notes, note],
  };
}

/**
 * Returns the auto order after its last order before the cancelation. Its history already names the
 * person who requested the cancelation, and the reason.
 */
export function canceledAfterOrders(autoOrder: AutoOrder, at: Temporal.Instant): AutoOrderAfter {
  const cancelReason =
    autoOrder.cancelReason ?? 'The orders that were left before the cancelation are used up';
  return canceledByEngine({ ...autoOrder, cancelReason }, at, {
    reason: 'cancel after next x orders',
  });
}

/** Returns the auto order after the engine canceled it. */
export function canceledByEngine(
  autoOrder: AutoOrder,
  at: Temporal.Instant,
  data: Readonly<Record<string, unknown>>,
): AutoOrderAfter {
  const note: RebillNote = {
    message: `Canceled: ${autoOrder.cancelReason}.`,
    event: { name: 'auto_order_cancel', data },
  };
  return {
    autoOrder: {
      ...autoOrder,
      status: 'canceled',
      enabled: false,
      canceledAt: autoOrder.canceledAt ?? at,
      nextAttemptAt: undefined,
    },
    notes: [note],
  };
}

/** Returns the auto order after declined charges disabled it. */
export function disabledByDeclines(
  autoOrder: AutoOrder,
  at: Temporal.Instant,
  data: Readonly<Record<string, unknown>>,
): AutoOrderAfter {
  const note: RebillNote = {
    message: 'Disabled: the charge was declined for good, or its retries are used up.',
    event: { name: 'auto_order_disable', data },
  };
  return {
    autoOrder: {
      ...autoOrder,
      status: 'disabled',
      enabled: false,
      disabledAt: at,
      nextAttemptAt: undefined,
    },
    notes: [note],
  };
}
