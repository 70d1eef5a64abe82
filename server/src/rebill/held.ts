import { dueAt } from '../autoOrders/calculated.ts';
import { addDays } from '../kernel/calendar.ts';
import type { Decision, DecisionInput, Parking } from './plan.ts';

/** What keeps a planned charge from being made, through no fault of the auto order. */
export interface Obstacle {
  readonly waitsFor: string;
  /** What is wrong and how to fix it, without a full stop at the end. */
  readonly reason: string;
}

/**
 * A planned charge that has to wait. Nothing counts as an attempt. A stop of the whole installation is told in one place
 * for all (`/readyz`, log, metrics); a gateway that is missing concerns staff, so the auto order says so itself, once.
 */
export function heldBack(
  { autoOrder: before, at, zone }: DecisionInput,
  { autoOrder, notes }: Extract<Decision, { kind: 'charge' }>,
  { waitsFor, reason }: Obstacle,
): Parking {
  const due = dueAt(autoOrder);
  const until =
    due !== undefined && due.epochMilliseconds > at.epochMilliseconds ? due : addDays(at, 1, zone);
  const words = `Cannot rebill: ${reason}`;
  const parking = { kind: 'park', until, reason: words, waitsFor } as const;
  if (waitsFor === 'charging' || before.failureReason === words)
    return { ...parking, autoOrder, notes };
  return {
    ...parking,
    autoOrder: { ...autoOrder, failureReason: words },
    notes: [
      ...notes,
      {
        message: `${words}. Nothing was charged; it goes on by itself once that is so.`,
        event: { name: 'auto_order_update', data: { reason: 'parked', fault: reason } },
      },
    ],
  };
}
