import type { Temporal } from 'temporal-polyfill';
import { wallOf } from '../kernel/calendar.ts';
import { earlier, later } from '../kernel/moments.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import { type FutureSchedule, futureSchedules } from './futureSchedules.ts';
import {
  advance,
  afterOrder,
  type Catalog,
  type PlanContext,
  type PlannedShipment,
  planNext,
  slip,
} from './steps.ts';

/** One future rebill of an auto order: the items that are due on one local day, billed together. */
export interface PlannedRebill {
  /**
   * The earliest scheduled moment of its lines. When it is in the past, the rebill is due at once.
   */
  readonly at: Temporal.Instant;
  readonly lines: readonly PlannedLine[];
}

/** One item of a future rebill. */
export interface PlannedLine {
  /** The item as it is before the rebill. */
  readonly item: AutoOrderItem;
  readonly shipment: PlannedShipment;
}

/**
 * Plans the next rebill of an auto order: the items that are due first, along with every other item
 * due on the same local day. Overdue items are due today. Undefined when no item ships. Items that
 * are stopped, delayed or broken are left out.
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

/**
 * Yields the future rebills of an auto order, assuming that every charge succeeds. It never ends if
 * the auto order has no end.
 */
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
 * Returns `future_schedules` of every item, by item oid. The items of an auto order share only the
 * number of orders left before it is canceled (`cancel_after_next_x_orders`), so they are planned
 * together only if that is set.
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

/**
 * A cancelation more than this many orders ahead is ignored. It cannot affect the next ten rebills,
 * and the bound ends the search.
 */
const ordersPlannedMax = 1000;

/**
 * Counts how often each item ships until the auto order is canceled; undefined when no cancelation
 * is within the bound.
 */
function shipmentsBeforeCancelation(
  items: readonly AutoOrderItem[],
  catalog: Catalog,
  context: PlanContext,
): Map<number, number> | undefined {
  if ((context.autoOrder.cancelAfterNextXOrders ?? Infinity) > ordersPlannedMax) return undefined;
  const shipments = new Map<number, number>();
  for (const { lines } of futureRebills(items, catalog, context)) {
    for (const { item } of lines)
      shipments.set(item.itemOid, (shipments.get(item.itemOid) ?? 0) + 1);
  }
  return shipments;
}

/** Returns the item. If its catalogue item is paused, the item moves to the first day after now. */
function slippedItem(item: AutoOrderItem, catalog: Catalog, context: PlanContext): AutoOrderItem {
  const plan = planNext(item, catalog, context);
  return plan.kind === 'slip' ? slip(item, plan, catalog, context.zone) : item;
}

/** Returns the local day on which a rebill scheduled at `at` is billed. */
function dueDay(at: Temporal.Instant, { now, zone }: PlanContext): number {
  return wallOf(later(at, now), zone).day;
}
