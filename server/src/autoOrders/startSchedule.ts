import type { Frequency } from '@perennial/contract/frequency.ts';
import { Temporal } from 'temporal-polyfill';
import type { CatalogItem, Step } from '../items/item.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AutoOrderItem, StepCursor } from './autoOrder.ts';
import { after, anchorOf, intervalOf, type Place, placeOfMoment } from './schedule.ts';
import { atPlace, type PlanFault } from './steps.ts';
import { repeatsOf, stepsOf, walk } from './stepWalk.ts';

/** The order line that starts an auto order item. */
export interface PurchasedLine {
  readonly bought: CatalogItem;
  /**
   * The schedule that the customer chose (`auto_order_schedule`). Ignored for an item with steps.
   */
  readonly chosen?: Frequency | undefined;
  /** The interval in days if `Every...` was chosen. */
  readonly arbitraryScheduleDays?: number | undefined;
  readonly orderedAt: Temporal.Instant;
  /**
   * When another system last billed the item (`auto_order_last_rebill_dts`). Dates count from that
   * moment instead of the order's.
   */
  readonly lastRebillAt?: Temporal.Instant | undefined;
  /** The merchant's time zone. */
  readonly zone: string;
}

/** The fields of a new auto order item that depend on its schedule. */
export type ScheduleStart = Pick<
  AutoOrderItem,
  | 'frequency'
  | 'arbitraryScheduleDays'
  | 'anchor'
  | 'step'
  | 'nextShipmentAt'
  | 'nextPreshipmentNoticeAt'
  | 'preshipmentNoticeSent'
  | 'remainingRepeatCount'
>;

/** The reason why an order line starts no auto order item. */
export type NoStart =
  | 'not auto orderable'
  | 'no schedule chosen'
  | 'schedule not offered'
  | 'kit only'
  | 'completed'
  | PlanFault;

/**
 * Starts the schedule of a newly bought item. Its first rebill is one interval after the order, or
 * after the last rebill in another system. The purchase is not a step, so steps begin at the first
 * one. Moments are whole seconds, as the wire shows them.
 */
export function startSchedule(purchase: PurchasedLine): Outcome<ScheduleStart, NoStart> {
  const steps = stepsOf(purchase.bought);
  if (steps.length > 0) return startSteps(purchase, steps);
  return purchase.bought.autoOrder?.autoOrderable === true
    ? startChosen(purchase)
    : failure('not auto orderable');
}

/**
 * Starts the schedule of an item that an update adds without a date. It counts from the last order,
 * as if that order had included the item. A frequency that the item does not offer is accepted, as
 * in every update.
 */
export function startAdded(added: PurchasedLine): Outcome<ScheduleStart, NoStart> {
  const steps = stepsOf(added.bought);
  if (steps.length > 0) return startSteps(added, steps);
  return added.chosen === undefined
    ? failure('no schedule chosen')
    : startEvery(added.chosen, added);
}

/** The first step: schedules begin there, and begin there again when `original_item_id` changes. */
export const firstStep: StepCursor = { index: 0, done: 0 };

/** The one-step schedule of an automatic item (auto_order reference, AutoOrderItemSimpleSchedule). */
export interface SimpleSchedule {
  readonly itemId: string;
  readonly frequency: Frequency;
  /** Absent: no end. */
  readonly repeatCount?: number | undefined;
}

/**
 * The simple schedule of a catalogue item; undefined unless its steps are exactly one item step.
 */
export function simpleSchedule(catalogItem: CatalogItem): SimpleSchedule | undefined {
  const [step, ...more] = stepsOf(catalogItem);
  if (step?.type !== 'item' || more.length > 0) return undefined;
  return {
    itemId: step.itemId ?? catalogItem.itemId,
    frequency: step.schedule,
    repeatCount: step.repeatCount,
  };
}

function startSteps(
  purchase: PurchasedLine,
  steps: readonly Step[],
): Outcome<ScheduleStart, NoStart> {
  const from = countedFrom(purchase);
  const landing = walk(steps, firstStep, from.place);
  if (landing.kind !== 'lands') return failure(landing.why);
  const start = {
    anchor: from.anchor,
    step: landing.cursor ?? firstStep,
    remainingRepeatCount: countOfRebills(steps),
  };
  return success(atPlace(start, landing.place, landing.step, purchase.zone));
}

function startChosen(purchase: PurchasedLine): Outcome<ScheduleStart, NoStart> {
  const { bought, chosen } = purchase;
  if (chosen === undefined) return failure('no schedule chosen');
  if (bought.autoOrder?.schedules.includes(chosen) !== true) return failure('schedule not offered');
  return startEvery(chosen, purchase);
}

function startEvery(chosen: Frequency, purchase: PurchasedLine): Outcome<ScheduleStart, NoStart> {
  const { arbitraryScheduleDays, zone } = purchase;
  const interval = intervalOf(chosen, arbitraryScheduleDays);
  if (!interval.ok) return interval;
  const from = countedFrom(purchase);
  const start = {
    frequency: chosen,
    anchor: from.anchor,
    step: firstStep,
    arbitraryScheduleDays: chosen === 'Every...' ? arbitraryScheduleDays : undefined,
  };
  return success(atPlace(start, after(from.place, interval.value), undefined, zone));
}

function countedFrom({ lastRebillAt, orderedAt, zone }: PurchasedLine): {
  anchor: Temporal.PlainDateTime;
  place: Place;
} {
  const from = wholeSecond(lastRebillAt ?? orderedAt);
  const anchor = anchorOf(from, zone);
  return { anchor, place: placeOfMoment(from, anchor, zone) };
}

/** Returns the number of rebills of the steps; undefined when they never end. */
function countOfRebills(steps: readonly Step[]): number | undefined {
  let count = 0;
  for (const [index, step] of steps.entries()) {
    if (step.type === 'loop') return undefined;
    if (step.type === 'kit only') return count;
    const repeats = repeatsOf(steps, index);
    if (repeats === Infinity) return undefined;
    count += repeats;
  }
  return count;
}

const wholeSecond = (moment: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(moment.epochMilliseconds / 1000) * 1000);
