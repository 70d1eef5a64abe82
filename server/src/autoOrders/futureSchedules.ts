import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import type { AutoOrderItem } from './autoOrder.ts';
import {
  advance,
  afterOrder,
  type Catalog,
  type PlanContext,
  type PlannedShipment,
  planNext,
  slip,
} from './steps.ts';

/**
 * One future rebill of an item, as `future_schedules` shows it (auto_order reference,
 * AutoOrderItemFutureSchedule).
 */
export interface FutureSchedule {
  readonly at: Temporal.Instant;
  readonly itemId: string;
  readonly unitCost: Minor;
  /** The number of this rebill of the item: 1 for its first. */
  readonly rebillCount: number;
}

/**
 * Returns the item's next rebills, at most `limit`, assuming that each succeeds. Empty when the
 * item is stopped.
 */
export function futureSchedules(
  item: AutoOrderItem,
  catalog: Catalog,
  context: PlanContext,
  limit = 10,
): FutureSchedule[] {
  const schedules: FutureSchedule[] = [];
  const shipments = futureShipments(item, catalog, context);
  while (schedules.length < limit) {
    const { value: shipment } = shipments.next();
    if (shipment === undefined) break;
    const { at, itemId, price } = shipment;
    schedules.push({
      at,
      itemId,
      unitCost: price.unitCost,
      rebillCount: item.numberOfRebills + schedules.length + 1,
    });
  }
  return schedules;
}

/**
 * Yields the future shipments by planning and advancing in turn. It never ends if the item has no
 * end.
 */
function* futureShipments(
  item: AutoOrderItem,
  catalog: Catalog,
  context: PlanContext,
): Generator<PlannedShipment, void> {
  let current = item;
  let later = context;
  for (;;) {
    const plan = planNext(current, catalog, later);
    if (plan.kind === 'slip') {
      current = slip(current, plan, catalog, later.zone);
      continue;
    }
    if (plan.kind !== 'ship') return;
    yield plan;
    current = advance(current, plan, catalog, later);
    later = afterOrder(later);
  }
}
