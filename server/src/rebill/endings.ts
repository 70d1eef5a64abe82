import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from '../autoOrders/autoOrder.ts';
import type { Note } from './note.ts';

/** A record as it is from now on, perhaps at its end, with what to tell of it. */
export interface AutoOrderAfter {
  readonly autoOrder: AutoOrder;
  readonly notes: readonly Note[];
  /** True when more of it changed than a rebill moves: what otherwise only people edit. */
  readonly isEdited?: true;
}

/** Nothing more will ship: it ran to its end, which the wire shows as disabled. */
export function completed(
  autoOrder: AutoOrder,
  at: Temporal.Instant,
  notes: readonly Note[],
): AutoOrderAfter {
  const note: Note = {
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

/** The orders that were left before its cancelation are used up. Who asked for it, and why, was written when it was asked. */
export function canceledAfterOrders(autoOrder: AutoOrder, at: Temporal.Instant): AutoOrderAfter {
  const cancelReason =
    autoOrder.cancelReason ?? 'The orders that were left before the cancelation are used up';
  return canceled({ ...autoOrder, cancelReason }, at, { reason: 'cancel after next x orders' });
}

/** Canceled by the engine. */
export function canceled(
  autoOrder: AutoOrder,
  at: Temporal.Instant,
  data: Readonly<Record<string, unknown>>,
): AutoOrderAfter {
  const note: Note = {
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

/** Disabled by declined charges. */
export function disabledByDeclines(
  autoOrder: AutoOrder,
  at: Temporal.Instant,
  data: Readonly<Record<string, unknown>>,
): AutoOrderAfter {
  const note: Note = {
    message: 'Disabled: the charge was declined too often or for good.',
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

/** An item that ships no more. */
export const withoutNext = (item: AutoOrderItem): AutoOrderItem => ({
  ...item,
  nextShipmentAt: undefined,
  nextPreshipmentNoticeAt: undefined,
  preshipmentNoticeSent: false,
});
