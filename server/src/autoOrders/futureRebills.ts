import type { Temporal } from 'temporal-polyfill';
import { wallOf } from '../kernel/calendar.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import type { Catalog, FutureSchedule, PlanContext, Shipment } from './steps.ts';
import { advance, afterOrder, futureSchedules, planNext, slip } from './steps.ts';

/** One coming rebill of an auto order: the items that are due on one local day, billed together. */
export interface PlannedRebill {
  /** The earliest scheduled moment of its lines; may lie in the past, then it is due at once. */
  readonly at: Temporal.Instant;
  readonly lines: readonly PlannedLine[];
}

export interface PlannedLine {
  /** The item as it is before the rebill. */
  readonly item: AutoOrderItem;
  readonly shipment: Shipment;
}

/**
 * The next rebill of an auto order: its first items due, and with them every other item due on that local day. Whatever is overdue is due
 * today. Undefined when no item ships; items that are stopped, slipping or broken take no part.
 */
export function planRebill(
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  context: PlanContext,
): PlannedRebill | undefined {
  const lines: PlannedLine[] = [];
  for (const item of items) {
    const plan = planNext(item, catalog, context);
    if (plan.kind === 'ship') lines.push({ item, shipment: plan });
  }
  const days = lines.map(({ shipment }) => dueDay(shipment.at, context));
  const firstDay = Math.min(...days);
  const due = lines.filter((_, index) => days[index] === firstDay);
  if (due.length === 0) return undefined;
  return { at: due.map(({ shipment }) => shipment.at).reduce(earlier), lines: due };
}

/** The auto order's rebills to come, without end where it has none, as they will be if every charge succeeds. */
export function* futureRebills(
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  context: PlanContext,
): Generator<PlannedRebill, void> {
  let current = items.map((item) => slippedItem(item, catalog, context));
  let later = context;
  for (;;) {
    const rebill = planRebill(current, catalog, later);
    if (rebill === undefined) return;
    yield rebill;
    const shipped = new Map(rebill.lines.map((line) => [line.item, line.shipment]));
    const before = later;
    current = current.map((item) => {
      const shipment = shipped.get(item);
      return shipment === undefined
        ? item
        : slippedItem(advance(item, shipment, catalog, before), catalog, before);
    });
    later = afterOrder(later);
  }
}

/**
 * `future_schedules` of every item, by item oid. The items of an auto order share nothing but the count of orders left before it
 * is canceled (`cancel_after_next_x_orders`), so only then are they looked at together.
 */
export function futureSchedulesOf(
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  context: PlanContext,
  limit = 10,
): Map<number, FutureSchedule[]> {
  const shipments =
    items.length > 1 ? shipmentsBeforeCancelation(items, catalog, context) : undefined;
  return new Map(
    items.map((item) => {
      const allowed =
        shipments === undefined ? limit : Math.min(limit, shipments.get(item.itemOid) ?? 0);
      return [item.itemOid, futureSchedules(item, catalog, context, allowed)];
    }),
  );
}

/** A cancelation further away than this many orders is not looked for: nobody's next ten rebills reach it, and the search has an end. */
const ordersLookedAt = 1000;

/** How often each item ships until the count of orders left is used up; undefined when no cancelation is in sight. */
function shipmentsBeforeCancelation(
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  context: PlanContext,
): Map<number, number> | undefined {
  if ((context.autoOrder.cancelAfterNextXOrders ?? Infinity) > ordersLookedAt) return undefined;
  const shipments = new Map<number, number>();
  for (const { lines } of futureRebills(items, catalog, context)) {
    for (const { item } of lines)
      shipments.set(item.itemOid, (shipments.get(item.itemOid) ?? 0) + 1);
  }
  return shipments;
}

/** An item whose catalogue item is paused, moved to the first day after now; any other as it is. */
function slippedItem(item: AutoOrderItem, catalog: Catalog, context: PlanContext): AutoOrderItem {
  const plan = planNext(item, catalog, context);
  return plan.kind === 'slip' ? slip(item, plan, catalog, context.zone) : item;
}

/** The local day on which a rebill scheduled at `at` is billed. */
function dueDay(at: Temporal.Instant, { now, zone }: PlanContext): number {
  return wallOf(at.epochMilliseconds < now.epochMilliseconds ? now : at, zone).day;
}

const earlier = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  a.epochMilliseconds <= b.epochMilliseconds ? a : b;
