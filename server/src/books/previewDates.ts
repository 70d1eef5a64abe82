import type { Temporal } from 'temporal-polyfill';
import type { AutoOrderItem, StepCursor } from '../autoOrders/autoOrder.ts';
import type { Catalog } from '../autoOrders/steps.ts';
import { stepsOf } from '../autoOrders/stepWalk.ts';
import type { Step } from '../items/item.ts';
import { civilDay, localDate, wallOf } from '../kernel/calendar.ts';
import { isAfter } from '../kernel/moments.ts';

/** One rule that determined the date of a shipment. */
export interface DateRule {
  readonly rule:
    | 'scheduled date'
    | 'frequency'
    | 'step'
    | 'pause'
    | 'pause until'
    | 'loop'
    | 'end of month'
    | 'catalog pause'
    | 'next attempt'
    | 'overdue'
    | 'same day';
  /** The effect of the rule, in words. */
  readonly detail: string;
  /** The date that the rule gave, if no other rule contributed to it. */
  readonly at?: Temporal.Instant;
}

/** A shipment whose date is explained. */
export interface DatedShipment {
  /** The item as it is billed. */
  readonly item: AutoOrderItem;
  readonly scheduledAt: Temporal.Instant;
  /** The time at which it is billed. */
  readonly at: Temporal.Instant;
  /** The item as it was last billed; absent: its date is from the record. */
  readonly shipped?: AutoOrderItem;
  /** Days by which it was moved because its catalogue item is paused. */
  readonly slips: number;
  readonly declines: number;
  readonly nextAttemptAt?: Temporal.Instant | undefined;
  readonly catalog: Catalog;
  readonly zone: string;
}

/**
 * Returns the rules that determined the date of a shipment, in the order in which they applied. It
 * only explains the results of the schedule rules.
 */
export function dateRules(shipment: DatedShipment): DateRule[] {
  const { item, scheduledAt, at, slips, declines, nextAttemptAt } = shipment;
  const rules =
    shipment.shipped === undefined
      ? [{ rule: 'scheduled date', detail: 'from the auto order', at: scheduledAt } as const]
      : [...scheduleRules(shipment, shipment.shipped), ...endOfMonth(shipment)];
  const more: DateRule[] = [];
  if (slips > 0)
    more.push({
      rule: 'catalog pause',
      detail:
        `${item.originalItemId} is paused in the catalogue: ` +
        `moved by ${slips === 1 ? 'a day' : `${slips} days`}`,
      at: scheduledAt,
    });
  if (nextAttemptAt !== undefined && isAfter(nextAttemptAt, scheduledAt))
    more.push({
      rule: 'next attempt',
      detail: declines > 0 ? `after ${declines} declined` : 'missed shipments are billed one a day',
      at: nextAttemptAt,
    });
  else if (isAfter(at, scheduledAt))
    more.push({ rule: 'overdue', detail: 'its date has passed, so it is billed at once', at });
  if (isAfter(scheduledAt, at))
    more.push({ rule: 'same day', detail: 'billed with items that are due earlier that day', at });
  return [...rules, ...more];
}

function scheduleRules(
  { item, scheduledAt, slips, catalog, zone }: DatedShipment,
  shipped: AutoOrderItem,
): DateRule[] {
  const since =
    shipped.nextShipmentAt === undefined ? '' : ` after ${localDate(shipped.nextShipmentAt, zone)}`;
  const original = catalog(item.originalItemId);
  const steps = original === undefined ? [] : stepsOf(original);
  // A date that was moved later no longer comes from the schedule.
  const given = slips > 0 ? {} : { at: scheduledAt };
  if (steps.length === 0) {
    const every =
      item.frequency === 'Every...' ? `every ${item.arbitraryScheduleDays} days` : item.frequency;
    return [{ rule: 'frequency', detail: `${every}${since}`, ...given }];
  }
  const passed = stepsPassed(
    steps,
    { index: shipped.step.index, done: shipped.step.done + 1 },
    item.step,
  );
  const step = steps[item.step.index];
  const schedule =
    step?.type === 'item'
      ? `${step.schedule}, ${shipmentWord(item.step, step.repeatCount)}`
      : 'repeated';
  return [
    ...passed.map(passedRule),
    {
      rule: 'step',
      detail: `step ${item.step.index + 1} of ${steps.length}: ${schedule}${since}`,
      ...given,
    },
  ];
}

const shipmentWord = ({ done }: StepCursor, repeatCount: number | undefined): string =>
  repeatCount === undefined ? `shipment ${done + 1}` : `shipment ${done + 1} of ${repeatCount}`;

/** Returns the steps without a shipment that a schedule passed, in order. */
function stepsPassed(steps: readonly Step[], from: StepCursor, to: StepCursor): Step[] {
  if (from.index === to.index && from.done === to.done) return [];
  const passed: Step[] = [];
  let { index } = from;
  for (let visited = 0; visited <= steps.length; visited++) {
    index = steps[index]?.type === 'loop' ? 0 : index + 1;
    const step = steps[index];
    if (step === undefined || (index === to.index && step.type === 'item')) break;
    if (step.type !== 'item') passed.push(step);
  }
  return passed;
}

function passedRule(step: Step): DateRule {
  switch (step.type) {
    case 'pause':
      return { rule: 'pause', detail: `${step.pauseDays} days` };
    case 'pause until':
      return {
        rule: 'pause until',
        detail:
          step.untilDate === undefined
            ? `day ${step.untilDayOfMonth} of the month`
            : String(step.untilDate),
      };
    default:
      return { rule: 'loop', detail: 'back to the first step' };
  }
}

/**
 * Explains a shipment on the last day of a month without the anchor's day. The anchor's day returns
 * later.
 */
function endOfMonth({ item, scheduledAt, slips, zone }: DatedShipment): DateRule[] {
  const { dayOfMonth } = civilDay(wallOf(scheduledAt, zone).day);
  if (slips > 0 || item.anchor.day <= dayOfMonth) return [];
  return [
    {
      rule: 'end of month',
      detail: `counted from day ${item.anchor.day}, which this month lacks`,
      at: scheduledAt,
    },
  ];
}
