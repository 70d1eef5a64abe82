import type { AutoOrderItem as WireItem } from '@perennial/contract/autoOrderItem.ts';
import type { Frequency } from '@perennial/contract/frequency.ts';
import { Temporal } from 'temporal-polyfill';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { type NoStart, type ScheduleStart, startAdded } from './startSchedule.ts';
import type { Catalog } from './steps.ts';
import { stepsOf } from './stepWalk.ts';

/**
 * Returns a new item of an update with missing values filled in (published samples of the
 * auto_order document). An item without a frequency gets the first schedule that its catalogue item
 * offers, or else the schedule of the other items. `rebill_value` is its price if
 * `arbitrary_unit_cost` is absent. Along with `number_of_rebills` it is the value of those rebills,
 * for items that are moved from another system.
 */
export function asAdded(
  body: WireItem,
  siblings: readonly AutoOrderItem[],
  catalog: Catalog,
): WireItem {
  const bought = catalog(body.original_item_id ?? '');
  const needsFrequency =
    body.frequency == null && bought !== undefined && stepsOf(bought).length === 0;
  const frequency = needsFrequency
    ? (bought.autoOrder?.schedules[0] ?? frequencyOf(siblings))
    : undefined;
  const { rebill_value: value, ...rest } = body;
  const priced =
    (body.number_of_rebills ?? 0) > 0 || value == null
      ? body
      : { ...rest, arbitrary_unit_cost: body.arbitrary_unit_cost ?? value };
  return frequency === undefined ? priced : { ...priced, frequency };
}

/** Returns the items that an update keeps. A new item may use their schedule. */
export const keptItems = (
  { items }: AutoOrder,
  list: readonly WireItem[],
): readonly AutoOrderItem[] =>
  items.filter(({ itemOid }) => list.some((each) => each.auto_order_item_oid === itemOid));

const frequencyOf = (items: readonly AutoOrderItem[]): Frequency | undefined =>
  items.find(({ frequency }) => frequency !== undefined)?.frequency;

/**
 * Returns the schedule of a new item without a date: one interval after the last order of the auto
 * order. Fails when the item has no schedule to count with.
 */
export function startOfAdded(
  autoOrder: AutoOrder,
  body: WireItem,
  { catalog, zone }: { readonly catalog: Catalog; readonly zone: string },
): Outcome<ScheduleStart & { readonly originalItemId: string }, NoStart> {
  const bought = catalog(body.original_item_id ?? '');
  if (bought === undefined) return failure('unknown item');
  const start = startAdded({
    bought,
    chosen: body.frequency ?? undefined,
    arbitraryScheduleDays: body.arbitrary_schedule_days ?? undefined,
    orderedAt: lastOrderOf(autoOrder),
    zone,
  });
  return start.ok ? success({ ...start.value, originalItemId: bought.itemId }) : start;
}

/**
 * Returns the time of an auto order's last order, or of its original order if no item has shipped
 * since.
 */
const lastOrderOf = ({ items, signedUpAt }: AutoOrder): Temporal.Instant =>
  items
    .flatMap(({ lastOrderAt }) => lastOrderAt ?? [])
    .reduce((last, at) => (Temporal.Instant.compare(at, last) > 0 ? at : last), signedUpAt);
