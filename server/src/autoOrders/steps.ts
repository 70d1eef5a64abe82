import { isFrequency } from '@perennial/contract/frequency.ts';
import type { Temporal } from 'temporal-polyfill';
import type { CatalogItem, ItemStep, Step } from '../items/item.ts';
import type { CustomerTier } from '../items/tierPrice.ts';
import { addDays, momentOf, wallOf } from '../kernel/calendar.ts';
import { isReached } from '../kernel/moments.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { isNearWire } from '../kernel/wireDates.ts';
import type { AutoOrder, AutoOrderItem, StepCursor } from './autoOrder.ts';
import { pricedOptions } from './optionPrices.ts';
import { hasArbitraryUnitCost, type Price, priceLine } from './pricing.ts';
import {
  after,
  anchorAt,
  firstPlaceAfter,
  type Interval,
  intervalOf,
  isAnchorOf,
  momentAt,
  onDay,
  type Place,
  placeOfMoment,
} from './schedule.ts';
import { type Landing, type Lands, landOn, stepsOf, type WalkFault, walk } from './stepWalk.ts';
import { autoOrderStop, isFinalStop, isOver, itemStop, type Stop } from './stops.ts';

/*
 * Plans the next shipment of an item, and changes the item when it has shipped. The rebill engine,
 * previews, forecasts, `future_schedules`, `next_item_id` and `calculated_next_shipment_dts` all
 * use `planNext` and `advance`, so they cannot disagree.
 *
 * How a list of steps is read (docs/adr/0010-how-steps-are-read.md): the purchase is not a step;
 * the schedule of a step is the wait before each of its shipments; a pause adds to the wait before
 * the next one; a pause until a date puts the next shipment on that date.
 */

/** Looks up an item of the merchant's catalogue. */
export type Catalog = (itemId: string) => CatalogItem | undefined;

/** The facts that planning needs besides the item and the catalogue. */
export interface PlanContext {
  readonly autoOrder: Pick<
    AutoOrder,
    'status' | 'enabled' | 'signedUpAt' | 'cancelAfterNextXOrders'
  >;
  /** The time at which the plan is made, by the merchant's clock. */
  readonly now: Temporal.Instant;
  /** The merchant's time zone. */
  readonly zone: string;
  /** The merchant's setting for missed shipments. */
  readonly missedShipments: MissedShipments;
  /** Days since the due charge first failed; absent for a first attempt. */
  readonly retryDays?: number | undefined;
  /** The pricing tiers of the customer. Absent: the plan does not need prices. */
  readonly tiers?: readonly CustomerTier[] | undefined;
}

/**
 * How many of the missed shipments of an item are charged: one, none (`skip`), or all, one a day
 * (`bill`). An item misses shipments while it is stopped, or when its date is set in the past.
 * Shipments that became due while the auto order was active are always billed, however late the
 * engine runs.
 */
export type MissedShipments = 'one' | 'skip' | 'bill';

/**
 * The plan for an item: it ships, waits for its catalogue item, does not ship, or has a schedule
 * that cannot be followed.
 */
export type Plan = PlannedShipment | Slip | NoShipment | BrokenPlan;

/** The next shipment of an item. */
export interface PlannedShipment {
  readonly kind: 'ship';
  /** The scheduled moment. When it is in the past, the shipment is due at once. */
  readonly at: Temporal.Instant;
  readonly itemId: string;
  readonly quantity: number;
  readonly price: Price;
  /** The position of the step that ships; absent for an item whose schedule the customer chose. */
  readonly stepUsed?: StepCursor | undefined;
}

/**
 * The item is due while its catalogue item is paused. It moves to `until`, a whole number of local
 * days later.
 */
export interface Slip {
  readonly kind: 'slip';
  readonly until: Temporal.Instant;
}

/** Why an item does not ship. */
export interface NoShipment {
  readonly kind: 'none';
  readonly why: Stop;
}

/**
 * The record or the catalogue must be fixed before the item can rebill. `itemId` names the
 * catalogue item with the fault.
 */
export interface BrokenPlan {
  readonly kind: 'broken';
  readonly why: PlanFault;
  readonly itemId: string;
}

/** Why an item cannot be planned. */
export type PlanFault =
  | WalkFault
  | 'unknown item'
  | 'no schedule'
  | 'no price'
  | 'price too large'
  | 'quantity not positive'
  | 'date out of bounds';

/**
 * Plans the next shipment of an item, or says why there is none. The result depends only on the
 * arguments.
 */
export function planNext(item: AutoOrderItem, catalog: Catalog, context: PlanContext): Plan {
  const stop = autoOrderStop(context.autoOrder) ?? itemStop(item);
  if (stop !== undefined) return { kind: 'none', why: stop };
  const schedule = scheduleOf(item, catalog);
  if (!schedule.ok) return broken(schedule.reason, item.originalItemId);
  const at = item.nextShipmentAt;
  if (at === undefined) return { kind: 'none', why: 'completed' };
  // With such a date, a customer would be charged for hundreds of years.
  if (!isNearWire(at)) return broken('date out of bounds', item.originalItemId);
  const landing = landingAt(item, schedule.value, placeOfMoment(at, item.anchor, context.zone));
  if (landing.kind === 'end') return { kind: 'none', why: landing.why };
  if (landing.kind === 'broken') return broken(landing.why, item.originalItemId);
  if (isOver(item, at, context.now)) return { kind: 'none', why: 'no order after' };
  if (isReached(at, context.now) && catalog(item.originalItemId)?.autoOrder?.paused === true) {
    return { kind: 'slip', until: nextDayAfterNow(at, context) };
  }
  return shipment(item, at, landing, catalog, context);
}

/**
 * Returns the item after the planned shipment was billed, with its next date, anchor, step,
 * pre-shipment notice and the counts on which the schedule depends (`remainingRepeatCount`,
 * `arbitraryUnitCostRemainingOrders`). Values, dates of orders and the number of rebills do not
 * change here. `nextShipmentAt` is absent when nothing is left to ship.
 */
export function advance(
  item: AutoOrderItem,
  shipped: Pick<PlannedShipment, 'at' | 'stepUsed'>,
  catalog: Catalog,
  context: PlanContext,
): AutoOrderItem {
  const counted = countShipment(item, shipped.stepUsed);
  const schedule = scheduleOf(item, catalog);
  if (!schedule.ok) return withoutNext(counted);
  const landing = landingAt(
    counted,
    schedule.value,
    placeOfMoment(shipped.at, item.anchor, context.zone),
  );
  if (landing.kind !== 'lands') return withoutNext(counted);
  const place = withoutMissed(counted, landing, context);
  const next = atPlace(
    { ...stillMissing(counted, place, context), step: landing.cursor ?? counted.step },
    place,
    landing.step,
    context.zone,
  );
  const isFinal =
    itemStop({ ...next, paused: false }) !== undefined ||
    isOver(next, next.nextShipmentAt!, context.now);
  return isFinal ? withoutNext(next) : next;
}

/**
 * Returns the context of the plan after one more order: one order fewer before the cancelation, and
 * a first attempt.
 */
export function afterOrder(context: PlanContext): PlanContext {
  const left = context.autoOrder.cancelAfterNextXOrders;
  if (left === undefined && context.retryDays === undefined) return context;
  const autoOrder =
    left === undefined
      ? context.autoOrder
      : { ...context.autoOrder, cancelAfterNextXOrders: left - 1 };
  return { ...context, autoOrder, retryDays: undefined };
}

/**
 * Returns the item after a slip. Its whole schedule moves, so the intervals between later shipments
 * stay the same. A notice that was already sent is not sent again for each day of the slip.
 */
export function slip(
  item: AutoOrderItem,
  { until }: Slip,
  catalog: Catalog,
  zone: string,
): AutoOrderItem {
  const { day } = wallOf(until, zone);
  const slipped = placed(item, onDay(placeOfMoment(until, item.anchor, zone), day), catalog, zone);
  return { ...slipped, preshipmentNoticeSent: item.preshipmentNoticeSent };
}

/**
 * Returns the item with a next shipment set by hand. Later dates count from it, and its notice is
 * due again.
 */
export function reschedule(
  item: AutoOrderItem,
  at: Temporal.Instant,
  catalog: Catalog,
  zone: string,
): AutoOrderItem {
  const { day, ms } = wallOf(at, zone);
  const moved = placed(item, onDay({ day, dayOfMonth: 0, ms }, day), catalog, zone);
  return { ...moved, nextShipmentAt: at };
}

/**
 * Returns the item without the shipments that it missed while it was stopped: its next date is the
 * first one of the schedule after now.
 */
export function skipMissed(
  item: AutoOrderItem,
  catalog: Catalog,
  context: Pick<PlanContext, 'now' | 'zone'>,
): AutoOrderItem {
  const at = item.nextShipmentAt;
  if (at === undefined || !isReached(at, context.now)) return item;
  const next = nextPlace(item, catalog, context.zone);
  if (next === undefined) return item;
  return atPlace(
    item,
    firstPlaceAfter(context.now, next.place, next.interval, context.zone),
    next.step,
    context.zone,
  );
}

/**
 * Returns the item without its next shipment. Its next date is the one that would follow if the
 * shipment had been billed, but no count changes. Other shipments that are due stay due.
 */
export function passOver(
  item: AutoOrderItem,
  catalog: Catalog,
  context: PlanContext,
): AutoOrderItem {
  const next = nextPlace(item, catalog, context.zone);
  if (next === undefined) return item;
  const { interval } = next;
  const place = withoutMissed(item, { place: after(next.place, interval), interval }, context);
  return atPlace(stillMissing(item, place, context), place, next.step, context.zone);
}

/** The place of an item's next shipment, and how its schedule continues from there. */
export interface NextPlace {
  readonly place: Place;
  /** The wait between two shipments of the step that ships. */
  readonly interval: Interval;
  readonly step: ItemStep | undefined;
}

/** Returns the place of the next shipment; undefined when the schedule does not lead to one. */
export function nextPlace(
  item: AutoOrderItem,
  catalog: Catalog,
  zone: string,
): NextPlace | undefined {
  const at = item.nextShipmentAt;
  const schedule = scheduleOf(item, catalog);
  if (at === undefined || !schedule.ok) return undefined;
  const place = placeOfMoment(at, item.anchor, zone);
  const landing = landingAt(item, schedule.value, place);
  if (landing.kind !== 'lands') return undefined;
  return { place, interval: landing.interval, step: landing.step };
}

/**
 * Whether the auto order has completed: every item has stopped permanently. A paused or broken item
 * keeps it open. An auto order without items is open as well, because an established one waits for
 * its items.
 */
export function hasCompleted(
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  context: PlanContext,
): boolean {
  return (
    items.length > 0 &&
    items.every((item) => {
      const plan = planNext(item, catalog, context);
      return plan.kind === 'none' && isFinalStop(plan.why);
    })
  );
}

/** Returns the same time of day on the first day on which it is after now. */
function nextDayAfterNow(at: Temporal.Instant, { now, zone }: PlanContext): Temporal.Instant {
  const days = Math.max(0, wallOf(now, zone).day - wallOf(at, zone).day);
  const sameDay = addDays(at, days, zone);
  return isReached(sameDay, now) ? addDays(at, days + 1, zone) : sameDay;
}

/** How an item recurs: by the steps of its catalogue item, or with one frequency. */
type ItemSchedule =
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  | { readonly kind: 'frequency'; readonly interval: Interval };

/** Returns the steps of the original item if it has any; otherwise the item's frequency. */
function scheduleOf(item: AutoOrderItem, catalog: Catalog): Outcome<ItemSchedule, PlanFault> {
  const original = catalog(item.originalItemId);
  if (original === undefined) return failure('unknown item');
  const steps = stepsOf(original);
  if (steps.length > 0) return success({ kind: 'steps', steps });
  // A stored record may have an invalid frequency. Such an auto order parks, and can be repaired.
  if (item.frequency === undefined || !isFrequency(item.frequency)) return failure('no schedule');
  const interval = intervalOf(item.frequency, item.arbitraryScheduleDays);
  return interval.ok ? success({ kind: 'frequency', interval: interval.value }) : interval;
}

/**
 * Returns the shipment that follows an order at `lastOrder`. For the shipment that is due now,
 * `place` has no meaning, because its date is set.
 */
function landingAt(item: AutoOrderItem, schedule: ItemSchedule, lastOrder: Place): Landing {
  if (schedule.kind === 'frequency') {
    return {
      kind: 'lands',
      place: after(lastOrder, schedule.interval),
      interval: schedule.interval,
    };
  }
  const landing = walk(schedule.steps, item.step, lastOrder);
  return landing.kind === 'end' ? (extended(item, schedule.steps, lastOrder) ?? landing) : landing;
}

/**
 * If a remaining repeat count is greater than the steps allow (more rebills were granted), the last
 * step repeats until the count is used up.
 */
function extended(
  item: AutoOrderItem,
  steps: readonly Step[],
  lastOrder: Place,
): Landing | undefined {
  const last = steps.at(-1);
  if (last?.type !== 'item' || (item.remainingRepeatCount ?? 0) <= 0) return undefined;
  return landOn(last, { index: steps.length - 1, done: last.repeatCount ?? 0 }, lastOrder, false);
}

function shipment(
  item: AutoOrderItem,
  at: Temporal.Instant,
  landing: Lands,
  catalog: Catalog,
  context: PlanContext,
): Plan {
  const itemId = item.arbitraryItemId ?? landing.step?.itemId ?? item.originalItemId;
  const shipped = catalog(itemId);
  if (shipped === undefined) return broken('unknown item', itemId);
  const price = priceLine({
    item,
    shipped,
    step: landing.step,
    at,
    signedUpAt: context.autoOrder.signedUpAt,
    retryDays: context.retryDays ?? 0,
    options: pricedOptions(item),
    tiers: context.tiers,
    zone: context.zone,
  });
  if (!price.ok) return broken(price.reason, itemId);
  return {
    kind: 'ship',
    at,
    itemId,
    quantity: price.value.quantity,
    price: price.value,
    stepUsed: landing.cursor,
  };
}

const broken = (why: PlanFault, itemId: string): BrokenPlan => ({ kind: 'broken', why, itemId });

function countShipment(item: AutoOrderItem, stepUsed: StepCursor | undefined): AutoOrderItem {
  return {
    ...item,
    step: stepUsed === undefined ? item.step : { index: stepUsed.index, done: stepUsed.done + 1 },
    remainingRepeatCount: oneLess(item.remainingRepeatCount),
    arbitraryUnitCostRemainingOrders: hasArbitraryUnitCost(item)
      ? oneLess(item.arbitraryUnitCostRemainingOrders)
      : item.arbitraryUnitCostRemainingOrders,
    preshipmentNoticeSent: false,
  };
}

const oneLess = (count: number | undefined): number | undefined =>
  count === undefined ? undefined : Math.max(0, count - 1);

/** Returns the item after its last shipment. */
export const withoutNext = (item: AutoOrderItem): AutoOrderItem => ({
  ...item,
  nextShipmentAt: undefined,
  nextPreshipmentNoticeAt: undefined,
  preshipmentNoticeSent: false,
});

/**
 * Returns the place of the next shipment. If that shipment was missed too, it is the first place
 * after the missed ones, unless the merchant bills all of them. Nothing could ship before the
 * customer signed up.
 */
function withoutMissed(
  item: AutoOrderItem,
  { place, interval }: Pick<Lands, 'place' | 'interval'>,
  { autoOrder: { signedUpAt }, missedShipments, zone }: PlanContext,
): Place {
  const missedUntil = item.missedUntil ?? signedUpAt;
  if (item.missedUntil !== undefined && missedShipments === 'bill') return place;
  if (!isReached(momentAt(place, zone), missedUntil)) return place;
  return firstPlaceAfter(missedUntil, place, interval, zone);
}

/**
 * Returns the item. It keeps `missedUntil` only while its next place is not after that moment. If
 * all missed shipments are billed one a day, a shipment that falls due in the meantime waits for
 * its turn.
 */
function stillMissing(
  item: AutoOrderItem,
  place: Place,
  { now, zone, missedShipments }: PlanContext,
): AutoOrderItem {
  const next = momentAt(place, zone);
  if (item.missedUntil === undefined || isReached(next, item.missedUntil)) return item;
  const waits = missedShipments === 'bill' && isReached(next, now);
  return { ...item, missedUntil: waits ? now : undefined };
}

/** Whether the item's next shipment is a missed one. */
export const isCatchingUp = ({ missedUntil, nextShipmentAt }: AutoOrderItem): boolean =>
  missedUntil !== undefined &&
  nextShipmentAt !== undefined &&
  isReached(nextShipmentAt, missedUntil);

/**
 * Returns the item when it starts again, or after its date was set. Its shipments in the past are
 * missed ones. Depending on the merchant's setting, one of them stays due and the schedule omits
 * the others, or the item moves to its first date after now.
 */
export function startAgain(
  item: AutoOrderItem,
  catalog: Catalog,
  context: Pick<PlanContext, 'now' | 'zone' | 'missedShipments'>,
): AutoOrderItem {
  const { now, missedShipments } = context;
  if (item.nextShipmentAt === undefined || !isReached(item.nextShipmentAt, now)) return item;
  const left = missedShipments === 'skip' ? skipMissed(item, catalog, context) : item;
  return { ...left, missedUntil: now };
}

/**
 * Returns the items of an auto order that was parked until now. The shipments that were due when it
 * was parked are due again; later ones in the past are missed. Returns the same array if none was
 * missed.
 */
export function afterParking(
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  { now, zone }: Pick<PlanContext, 'now' | 'zone'>,
): readonly AutoOrderItem[] {
  const hasMissed = (item: AutoOrderItem): boolean => {
    const next = item.paused ? undefined : nextPlace(item, catalog, zone);
    return next !== undefined && isReached(momentAt(after(next.place, next.interval), zone), now);
  };
  if (!items.some(hasMissed)) return items;
  return items.map((item) => (hasMissed(item) ? { ...item, missedUntil: now } : item));
}

/** Returns the item, due at a place, with the notice of the step that its schedule leads to. */
function placed(item: AutoOrderItem, place: Place, catalog: Catalog, zone: string): AutoOrderItem {
  const schedule = scheduleOf(item, catalog);
  const landing = schedule.ok ? landingAt(item, schedule.value, place) : undefined;
  return atPlace(item, place, landing?.kind === 'lands' ? landing.step : undefined, zone);
}

/** The fields that the next date of an item sets. */
type ScheduledDates = Pick<
  AutoOrderItem,
  'nextShipmentAt' | 'anchor' | 'nextPreshipmentNoticeAt' | 'preshipmentNoticeSent'
>;

/**
 * Returns the item, due at a place, with its date, its anchor and its pre-shipment notice. The
 * notice is N days earlier, at the same time of day.
 */
export function atPlace<Item extends Pick<AutoOrderItem, 'anchor'>>(
  item: Item,
  place: Place,
  step: ItemStep | undefined,
  zone: string,
): Item & ScheduledDates {
  const noticeDays = step?.preshipmentNoticeDays;
  return {
    ...item,
    nextShipmentAt: momentAt(place, zone),
    anchor: isAnchorOf(item.anchor, place) ? item.anchor : anchorAt(place),
    nextPreshipmentNoticeAt:
      noticeDays === undefined
        ? undefined
        : momentOf({ day: place.day - noticeDays, ms: place.ms }, zone),
    preshipmentNoticeSent: false,
  };
}
