import type { Temporal } from 'temporal-polyfill';
import { wallOf, wireDate } from '../kernel/calendar.ts';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { isAfter, isReached } from '../kernel/moments.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { type Billed, itemsBilled } from './billed.ts';
import type { EditRules } from './editItem.ts';
import { after, onDay, type Place } from './schedule.ts';
import { atPlace, type NextPlace, nextPlace } from './steps.ts';

/*
 * Skips shipments and brings them back. A request names the shipment by its day, so that a repeated
 * request skips only once (docs/adr/0054-changes-that-may-be-repeated.md). A skip moves the item
 * along its schedule and counts no shipment: the step that would have shipped ships on the next
 * date.
 */

/** The shipment that a request names. */
export interface NamedShipment {
  /** Absent: every item that ships on that day. */
  readonly itemOid?: number | undefined;
  /** Any moment on the local day of the shipment. */
  readonly at: Temporal.Instant;
}

/** A named shipment, and the number of shipments to skip, starting with it. */
export interface SkipRequest extends NamedShipment {
  readonly count: number;
}

/**
 * Returns the auto order without the named shipments. Returns it unchanged if they were skipped
 * before. Fails if that day is not the day of the next shipment.
 */
export function skipped(
  autoOrder: AutoOrder,
  request: SkipRequest,
  billed: Billed,
  rules: EditRules,
): Outcome<AutoOrder, FieldFault> {
  const items = shippingItems(autoOrder, request.itemOid);
  const day = dayOf(request.at, rules);
  const named = items.filter((item) => dayOf(item.nextShipmentAt!, rules) === day);
  const stuck = named.find((item) => nextPlace(item, rules.catalog, rules.zone) === undefined);
  if (stuck !== undefined)
    return failure({
      field: 'shipment_dts',
      reason: `cannot be skipped: the schedule of ${stuck.originalItemId} leads to no other date`,
      fix: 'Fix the schedule of that item',
    });
  if (named.length > 0)
    return success(
      withoutRetries(
        replaced(autoOrder, named, (item) => skippedItem(item, request.count, rules)),
        rules,
      ),
    );
  const wasSkipped = (item: AutoOrderItem) =>
    leadsToNext(item, day, rules) && !wasBilled(item, day, billed, rules);
  return items.some(wasSkipped) ? success(autoOrder) : notNext(items, day, billed, rules);
}

/**
 * Returns the auto order with a skipped shipment brought back. Returns it unchanged if the item
 * already ships on that day. Fails if the day has passed, was billed, or is not a day of the item's
 * schedule before its next shipment.
 */
export function unskipped(
  autoOrder: AutoOrder,
  request: NamedShipment,
  billed: Billed,
  rules: EditRules,
): Outcome<AutoOrder, FieldFault> {
  const items = shippingItems(autoOrder, request.itemOid);
  const day = dayOf(request.at, rules);
  if (items.some((item) => dayOf(item.nextShipmentAt!, rules) === day)) return success(autoOrder);
  const broughtBack = (item: AutoOrderItem): AutoOrderItem | undefined => {
    if (!leadsToNext(item, day, rules) || wasBilled(item, day, billed, rules)) return undefined;
    const moved = broughtTo(item, day, rules);
    return isAfter(moved.nextShipmentAt!, rules.now) ? moved : undefined;
  };
  const named = items.filter((item) => broughtBack(item) !== undefined);
  if (named.length > 0)
    return success(replaced(autoOrder, named, (item) => broughtBack(item) ?? item));
  const isPast = day <= dayOf(rules.now, rules);
  return isPast
    ? failure({
        field: 'shipment_dts',
        reason: 'has passed, so the shipment cannot be brought back',
        fix: 'Send the day of a skipped shipment that is in the future',
      })
    : notNext(items, day, billed, rules);
}

/** Returns the items that have a next shipment: all of them, or the one that the request names. */
const shippingItems = ({ items }: AutoOrder, itemOid: number | undefined): AutoOrderItem[] =>
  items.filter(
    (item) =>
      (itemOid === undefined ? !item.paused : item.itemOid === itemOid) &&
      item.nextShipmentAt !== undefined,
  );

const dayOf = (moment: Temporal.Instant, { zone }: EditRules): number => wallOf(moment, zone).day;

const replaced = (
  autoOrder: AutoOrder,
  named: readonly AutoOrderItem[],
  change: (item: AutoOrderItem) => AutoOrderItem,
): AutoOrder => ({
  ...autoOrder,
  items: autoOrder.items.map((item) => (named.includes(item) ? change(item) : item)),
});

/** Returns the item without its next shipment; undefined when its schedule leads to no other date. */
export function skippedOnce(
  item: AutoOrderItem,
  rules: Pick<EditRules, 'catalog' | 'zone'>,
): AutoOrderItem | undefined {
  return nextPlace(item, rules.catalog, rules.zone) && skippedItem(item, 1, rules);
}

function skippedItem(
  item: AutoOrderItem,
  count: number,
  { catalog, zone }: Pick<EditRules, 'catalog' | 'zone'>,
): AutoOrderItem {
  const next = nextPlace(item, catalog, zone);
  if (next === undefined) return item;
  let { place } = next;
  for (let skips = 0; skips < count; skips++) place = after(place, next.interval);
  const moved = atPlace(item, place, next.step, zone);
  const isMissed =
    item.missedUntil !== undefined && isReached(moved.nextShipmentAt!, item.missedUntil);
  return isMissed ? moved : { ...moved, missedUntil: undefined };
}

/**
 * Returns the auto order after a skip. The declines and the next attempt belong to the shipment
 * that was due. When it is skipped and nothing else is due, the next shipment starts with a first
 * attempt.
 */
function withoutRetries(autoOrder: AutoOrder, { now }: EditRules): AutoOrder {
  const isDue = ({ nextShipmentAt, paused }: AutoOrderItem) =>
    !paused && nextShipmentAt !== undefined && isReached(nextShipmentAt, now);
  if (autoOrder.items.some(isDue)) return autoOrder;
  if (autoOrder.creditCardAttempt === 0 && autoOrder.nextAttemptAt === undefined) return autoOrder;
  return {
    ...autoOrder,
    creditCardAttempt: 0,
    nextAttemptAt: undefined,
    failureReason: undefined,
  };
}

// More than a year of daily shipments.
const intervalsMax = 1000;

/** Whether the item's schedule, counted from that day, reaches the next shipment later. */
function leadsToNext(item: AutoOrderItem, day: number, { catalog, zone }: EditRules): boolean {
  const next = nextPlace(item, catalog, zone);
  if (next === undefined || day >= next.place.day) return false;
  let place = placeOn(day, next);
  if (after(place, { ...next.interval, count: 0 }).day !== day) return false;
  for (let passed = 0; passed < intervalsMax && place.day < next.place.day; passed++)
    place = after(place, next.interval);
  return place.day === next.place.day;
}

const broughtTo = (
  item: AutoOrderItem,
  day: number,
  { catalog, zone }: EditRules,
): AutoOrderItem => {
  const next = nextPlace(item, catalog, zone);
  return next === undefined ? item : atPlace(item, placeOn(day, next), next.step, zone);
};

/** An interval in months keeps the anchor's day of the month; an interval in days does not. */
const placeOn = (day: number, { place, interval }: NextPlace): Place =>
  interval.unit === 'months' ? { ...place, day } : onDay(place, day);

const wasBilled = (item: AutoOrderItem, day: number, billed: Billed, rules: EditRules): boolean =>
  itemsBilled(billed, item.itemOid).some(({ at }) => dayOf(at, rules) === day);

function notNext(
  items: readonly AutoOrderItem[],
  day: number,
  billed: Billed,
  rules: EditRules,
): Outcome<never, FieldFault> {
  const dates = items.map(({ nextShipmentAt }) => wireDate(nextShipmentAt!, rules.zone)).toSorted();
  if (items.some((item) => wasBilled(item, day, billed, rules)))
    return failure({
      field: 'shipment_dts',
      reason: 'is the day of a shipment that was billed',
      fix: dates[0] === undefined ? 'Read the auto order again' : `The next one is at ${dates[0]}`,
    });
  return failure({
    field: 'shipment_dts',
    reason: 'is not the day of a shipment of this auto order',
    fix:
      dates[0] === undefined
        ? 'No item has a next shipment; give one a next_shipment_dts first'
        : `Send the date of the next shipment, ${dates[0]}`,
  });
}
