import { dueAt } from '../autoOrders/calculated.ts';
import { isParked } from '../autoOrders/parking.ts';
import { addDays } from '../kernel/calendar.ts';
import { isAfter } from '../kernel/moments.ts';
import type { Decision, DecisionInput, Parking } from './plan.ts';

/** A reason that prevents a planned charge but is not a fault of the auto order. */
export interface RebillObstacle {
  readonly waitsFor: string;
  /** True if all charges of the merchant wait for it, so that it is reported only once. */
  readonly isShared?: true;
  /** The fault and its fix, without a full stop at the end. */
  readonly reason: string;
}

/**
 * Holds back a planned charge, which does not count as an attempt. A stop of the whole installation
 * is reported centrally (`/readyz`, log, metrics), and so is a gateway that refuses the account
 * (one task). A missing gateway concerns staff, so the auto order itself reports it, once.
 */
export function heldBack(
  { autoOrder: before, at, zone }: DecisionInput,
  { autoOrder, notes }: Extract<Decision, { kind: 'charge' }>,
  { waitsFor, reason, isShared }: RebillObstacle,
): Parking {
  const due = dueAt(autoOrder);
  const until = due !== undefined && isAfter(due, at) ? due : addDays(at, 1, zone);
  const words = `Cannot rebill: ${reason}`;
  const parking = { kind: 'park', until, reason: words, waitsFor } as const;
  // It stays parked, so no shipment is missed yet.
  const waiting = notes.length === 0 && isParked(before.failureReason) ? before : autoOrder;
  if (isShared || before.failureReason === words) return { ...parking, autoOrder: waiting, notes };
  return {
    ...parking,
    autoOrder: { ...waiting, failureReason: words },
    notes: [
      ...notes,
      {
        message: `${words}. Nothing was charged. The auto order is charged automatically as soon as this is fixed.`,
        event: { name: 'auto_order_update', data: { reason: 'parked', fault: reason } },
      },
    ],
  };
}

/**
 * Returns the decision on a parked auto order that can be billed again: it is no longer parked, its
 * history says so, and its task is closed.
 */
export function released({ autoOrder: before }: DecisionInput, decision: Decision): Decision {
  if (decision.kind === 'park' || !isParked(before.failureReason)) return decision;
  const { failureReason: _, ...autoOrder } = decision.autoOrder;
  const note = {
    message: 'It can be billed again.',
    event: { name: 'auto_order_update' as const, data: { reason: 'unparked' } },
  };
  return { ...decision, autoOrder, notes: [note, ...decision.notes] };
}
