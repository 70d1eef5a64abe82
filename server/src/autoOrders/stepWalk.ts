import type { CatalogItem, ItemStep, PauseUntilStep, Step } from '../items/item.ts';
import { dayNumber } from '../kernel/calendar.ts';
import type { StepCursor } from './autoOrder.ts';
import { after, type Interval, intervalOf, onDay, onDayOfMonth, type Place } from './schedule.ts';

/*
 * Follows the steps of a catalogue item from a position in them to the next step that ships, or to
 * an end (docs/adr/0010-how-steps-are-read.md).
 */

/** The reason why steps cannot be followed. */
export type WalkFault = 'schedule days missing' | 'no such day of the month' | 'steps ship nothing';

/** Returns the fixed schedule of a catalogue item; empty if customers choose a schedule. */
export function stepsOf({ autoOrder }: CatalogItem): readonly Step[] {
  return autoOrder !== undefined && autoOrder.upsell ? autoOrder.steps : [];
}

/** The result of following a schedule: a shipment at a place, the end, or a fault. */
export type Landing = Lands | Ends | { readonly kind: 'broken'; readonly why: WalkFault };

/** The step that ships, at which the walk ends. */
export interface Lands {
  readonly kind: 'lands';
  readonly place: Place;
  /** The interval between shipments from here on. */
  readonly interval: Interval;
  readonly step?: ItemStep | undefined;
  readonly cursor?: StepCursor | undefined;
}

/** The walk ends without a shipment. */
export interface Ends {
  readonly kind: 'end';
  readonly why: 'completed' | 'kit only';
}

/**
 * Walks from a position in the steps to the next step that ships, and adds up the waits in between.
 */
export function walk(steps: readonly Step[], from: StepCursor, lastOrder: Place): Landing {
  let { index, done } = from;
  let place = lastOrder;
  let isOnDate = false;
  // One round back to the start visits every step. A longer walk is without end.
  for (let visited = 0; visited <= steps.length; visited++) {
    const step = steps[index];
    if (step === undefined) return { kind: 'end', why: 'completed' };
    if (step.type === 'kit only') return { kind: 'end', why: 'kit only' };
    if (step.type === 'item' && done < repeatsOf(steps, index))
      return landOn(step, { index, done }, place, isOnDate);
    if (step.type === 'pause') place = onDay(place, place.day + step.pauseDays);
    if (step.type === 'pause until') {
      const until = pauseUntil(step, place, lastOrder);
      if (until === 'no such day of the month') return { kind: 'broken', why: until };
      isOnDate ||= until !== place;
      place = until;
    }
    index = step.type === 'loop' ? 0 : index + 1;
    done = 0;
  }
  return { kind: 'broken', why: 'steps ship nothing' };
}

/** Returns the end of the walk at this step. */
export function landOn(
  step: ItemStep,
  cursor: StepCursor,
  place: Place,
  isOnDate: boolean,
): Landing {
  const interval = intervalOf(step.schedule, step.arbitraryScheduleDays);
  if (!interval.ok) return { kind: 'broken', why: interval.reason };
  return {
    kind: 'lands',
    place: isOnDate ? place : after(place, interval.value),
    interval: interval.value,
    step,
    cursor,
  };
}

/**
 * Returns how often a step ships. If it has no count, the last step repeats without end and any
 * other step ships once.
 */
export function repeatsOf(steps: readonly Step[], index: number): number {
  const step = steps[index];
  if (step?.type !== 'item') return 0;
  return step.repeatCount ?? (index === steps.length - 1 ? Infinity : 1);
}

/** Returns the day on which a pause ends, as a place, or the same place if that day has passed. */
function pauseUntil(
  step: PauseUntilStep,
  place: Place,
  lastOrder: Place,
): Place | 'no such day of the month' {
  if (step.untilDate !== undefined) {
    const day = dayNumber(step.untilDate.year, step.untilDate.month, step.untilDate.day);
    return day > place.day ? onDay(place, day) : place;
  }
  const dayOfMonth = step.untilDayOfMonth ?? 0;
  if (!Number.isInteger(dayOfMonth) || dayOfMonth < 1 || dayOfMonth > 31)
    return 'no such day of the month';
  const earliest = Math.max(place.day, lastOrder.day + Math.max(1, step.minimumDelayDays ?? 1));
  return onDayOfMonth(place, dayOfMonth, earliest);
}
