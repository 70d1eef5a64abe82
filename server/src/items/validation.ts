import { frequencies, isFrequency } from '@perennial/contract/frequency.ts';
import type { Item, ItemAutoOrder, ItemAutoOrderStep } from '@perennial/contract/item.ts';
import { amountFault } from '../kernel/amountFault.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { parseWireDay } from '../kernel/wireDates.ts';

/**
 * Returns the first fault of an item's document in its stored form. Returns undefined when the
 * rules can work with it.
 */
export function itemFault(item: Item, currency: string): FieldFault | undefined {
  return (
    idFault(item.merchant_item_id) ??
    pricingFault(item, currency) ??
    amountFault('tax.taxable_cost', item.tax?.taxable_cost, currency) ??
    kitFault(item) ??
    (item.auto_order && autoOrderFault(item.auto_order, currency))
  );
}

/** Returns the ids of other items that a document names, each with its field. */
export function referencedItems({
  auto_order,
}: Item): { readonly field: string; readonly itemId: string }[] {
  const named = [
    ...(auto_order?.steps ?? []).map((step, i) => ({
      field: `auto_order.steps[${i}].recurring_merchant_item_id`,
      itemId: step.recurring_merchant_item_id,
    })),
    {
      field: 'auto_order.auto_order_cancel_item_id',
      itemId: auto_order?.auto_order_cancel_item_id,
    },
    ...(auto_order?.auto_order_upgrade_items ?? []).map((itemId, i) => ({
      field: `auto_order.auto_order_upgrade_items[${i}]`,
      itemId,
    })),
    ...(auto_order?.auto_order_downgrade_items ?? []).map((itemId, i) => ({
      field: `auto_order.auto_order_downgrade_items[${i}]`,
      itemId,
    })),
  ];
  return named.flatMap(({ field, itemId }) => (itemId === undefined ? [] : [{ field, itemId }]));
}

const itemIdShape = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u;

function idFault(itemId: string | undefined): FieldFault | undefined {
  const fits =
    itemId !== undefined && itemId.length >= 2 && itemId.length <= 20 && itemIdShape.test(itemId);
  return fits
    ? undefined
    : fault(
        'merchant_item_id',
        'is not a valid item id',
        'Send 2 to 20 characters without spaces around them',
      );
}

function pricingFault({ pricing = {} }: Item, currency: string): FieldFault | undefined {
  if (pricing.currency_code !== undefined && pricing.currency_code !== currency) {
    return fault(
      'pricing.currency_code',
      `is not the merchant's currency`,
      `Send prices in ${currency}`,
    );
  }
  return first([
    ...(['cost', 'auto_order_cost', 'sale_cost'] as const).map(
      (name) => () => amountFault(`pricing.${name}`, pricing[name], currency),
    ),
    ...(['sale_start', 'sale_end'] as const).map(
      (name) => () => dateFault(`pricing.${name}`, pricing[name]),
    ),
  ]);
}

function kitFault({ kit_definition: kit }: Item): FieldFault | undefined {
  return first(
    (kit?.components ?? []).map(
      ({ quantity }, i) =>
        () =>
          countFault(`kit_definition.components[${i}].quantity`, quantity, 1),
    ),
  );
}

function autoOrderFault(wire: ItemAutoOrder, currency: string): FieldFault | undefined {
  const amounts = [
    'auth_future_amount',
    'auth_test_amount',
    'auto_order_cancel_minimum_life_time_value',
    'auto_order_cancel_minimum_rebill_value',
  ] as const;
  const counts = [
    'auto_order_cancel_minimum_life_time_count',
    'auto_order_cancel_minimum_rebill_count',
    'auto_order_prohibit_expiring_cards',
  ] as const;
  return first([
    ...amounts.map((name) => () => amountFault(`auto_order.${name}`, wire[name], currency)),
    ...counts.map((name) => () => countFault(`auto_order.${name}`, wire[name], 0)),
    ...(wire.auto_order_schedules ?? []).map(
      (schedule, i) => () => scheduleFault(`auto_order.auto_order_schedules[${i}]`, schedule),
    ),
    () => stepsFault(wire, currency),
  ]);
}

function stepsFault(wire: ItemAutoOrder, currency: string): FieldFault | undefined {
  const steps = wire.steps ?? [];
  if (wire.auto_order_upsell === true && steps.length === 0) {
    return fault(
      'auto_order.steps',
      'is empty although auto_order_upsell is true',
      'Send at least one step, or auto_order_upsell false',
    );
  }
  return first([
    ...steps.map((step, i) => () => stepFault(step, `auto_order.steps[${i}]`, currency)),
    () => orderOfStepsFault(steps),
  ]);
}

// Every step must be reachable, and at least one step must ship an item
// (docs/adr/0010-how-steps-are-read.md).
function orderOfStepsFault(steps: readonly ItemAutoOrderStep[]): FieldFault | undefined {
  const last = steps.length - 1;
  const kitOnly = steps.findIndex((step) => step.type === 'kit only');
  if (kitOnly >= 0)
    return last === 0
      ? undefined
      : fault(
          `auto_order.steps[${kitOnly}].type`,
          'cannot be combined with other steps',
          'Make the kit only step the only step',
        );
  const loop = steps.findIndex((step) => step.type === 'loop');
  if (loop >= 0 && loop < last)
    return fault(
      `auto_order.steps[${loop}].type`,
      'is followed by steps that are never reached',
      'Make the loop the last step',
    );
  if (steps.length > 0 && !steps.some((step) => step.type === 'item')) {
    return fault('auto_order.steps', 'ship nothing', 'Add a step of type item');
  }
  return undefined;
}

function stepFault(
  step: ItemAutoOrderStep,
  path: string,
  currency: string,
): FieldFault | undefined {
  return (
    daysFault(`${path}.preshipment_notice_days`, step.preshipment_notice_days, 0) ??
    stepOfTypeFault(step, path, currency)
  );
}

function stepOfTypeFault(
  step: ItemAutoOrderStep,
  path: string,
  currency: string,
): FieldFault | undefined {
  switch (step.type) {
    case 'item':
      return itemStepFault(step, path, currency);
    case 'pause':
      return daysFault(`${path}.pause_days`, step.pause_days ?? 0, 1);
    case 'pause until':
      return pauseUntilFault(step, path);
    case 'loop':
    case 'kit only':
      return undefined;
    case undefined:
      return fault(`${path}.type`, 'is missing', 'Send item, pause, pause until, loop or kit only');
  }
}

function itemStepFault(
  step: ItemAutoOrderStep,
  path: string,
  currency: string,
): FieldFault | undefined {
  return first([
    () =>
      step.recurring_merchant_item_id === undefined &&
      step.recurring_merchant_item_oid !== undefined
        ? fault(
            `${path}.recurring_merchant_item_id`,
            'is missing although its oid is given',
            'Send the id of the item',
          )
        : undefined,
    () => scheduleFault(`${path}.schedule`, step.schedule ?? ''),
    () =>
      step.schedule === 'Every...'
        ? daysFault(`${path}.arbitrary_schedule_days`, step.arbitrary_schedule_days ?? 0, 1)
        : undefined,
    () => countFault(`${path}.repeat_count`, step.repeat_count, 1),
    () => amountFault(`${path}.arbitrary_unit_cost`, step.arbitrary_unit_cost, currency),
    ...(step.arbitrary_unit_cost_schedules ?? []).flatMap((each, i) => [
      () =>
        neededAmountFault(
          `${path}.arbitrary_unit_cost_schedules[${i}].arbitrary_unit_cost`,
          each.arbitrary_unit_cost,
          currency,
        ),
      () =>
        countFault(
          `${path}.arbitrary_unit_cost_schedules[${i}].retry_days`,
          each.retry_days ?? -1,
          0,
        ),
    ]),
    ...(step.grandfather_pricing ?? []).flatMap((each, i) => [
      () =>
        neededAmountFault(`${path}.grandfather_pricing[${i}].unit_cost`, each.unit_cost, currency),
      () =>
        dateFault(
          `${path}.grandfather_pricing[${i}].on_or_before_date`,
          each.on_or_before_date ?? '',
        ),
    ]),
  ]);
}

function pauseUntilFault(step: ItemAutoOrderStep, path: string): FieldFault | undefined {
  const day = step.pause_until_day_of_month;
  if ((step.pause_until_date === undefined) === (day === undefined)) {
    return fault(
      `${path}.pause_until_date`,
      'or pause_until_day_of_month must say when the pause ends',
      'Send one of the two',
    );
  }
  if (day !== undefined && (day < 1 || day > 31))
    return fault(
      `${path}.pause_until_day_of_month`,
      'is not a valid day of a month',
      'Send 1 to 31',
    );
  return (
    dateFault(`${path}.pause_until_date`, step.pause_until_date) ??
    daysFault(`${path}.pause_until_minimum_delay_days`, step.pause_until_minimum_delay_days, 0)
  );
}

function scheduleFault(field: string, schedule: string): FieldFault | undefined {
  return isFrequency(schedule)
    ? undefined
    : fault(field, 'is not a valid schedule', `Send one of: ${frequencies.join(', ')}`);
}

function neededAmountFault(
  field: string,
  amount: number | undefined,
  currency: string,
): FieldFault | undefined {
  return amount === undefined
    ? fault(field, 'is missing', 'Send an amount')
    : amountFault(field, amount, currency);
}

/** Returns the fault of a count below the minimum. */
export function countFault(
  field: string,
  count: number | undefined,
  least: number,
): FieldFault | undefined {
  return count === undefined || count >= least
    ? undefined
    : fault(field, `is less than ${least}`, `Send ${least} or more`);
}

/** Returns the fault of a percentage outside of 0 to 100. */
export const percentFault = (field: string, percent: number | undefined): FieldFault | undefined =>
  percent === undefined || (percent >= 0 && percent <= 100)
    ? undefined
    : fault(field, 'is not a valid percentage', 'Send 0 to 100');

/** The longest interval is a century. Later dates would not fit on the wire. */
const daysMax = 36_500;

function daysFault(field: string, days: number | undefined, least: number): FieldFault | undefined {
  if (days === undefined || days <= daysMax) return countFault(field, days, least);
  return fault(field, `is more than ${daysMax}`, `Send ${least} to ${daysMax}`);
}

function dateFault(field: string, date: string | undefined): FieldFault | undefined {
  if (date === undefined || parseWireDay(date, 'UTC').ok) return undefined;
  return fault(
    field,
    'is not a date from 1900-01-01 to 2999-12-31',
    'Send ISO 8601, for example 2026-03-31',
  );
}

function first(checks: readonly (() => FieldFault | undefined)[]): FieldFault | undefined {
  for (const check of checks) {
    const found = check();
    if (found) return found;
  }
  return undefined;
}

const fault = (field: string, reason: string, fix: string): FieldFault => ({ field, reason, fix });
