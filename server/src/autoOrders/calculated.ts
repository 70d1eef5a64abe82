import type { Temporal } from 'temporal-polyfill';
import { earlier, later } from '../kernel/moments.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { type SimpleSchedule, simpleSchedule } from './startSchedule.ts';
import { type Catalog, type PlanContext, planNext } from './steps.ts';

/**
 * The coming shipments of a record, calculated by the schedule rules. They are stored along with
 * the record, so that reads and the engine need not plan again.
 */
export interface Calculated {
  /**
   * When the engine must process the auto order next, never before the moment of the calculation.
   * Undefined when nothing is due until the record changes.
   */
  readonly dueAt: Temporal.Instant | undefined;
  readonly items: ReadonlyMap<number, CalculatedItem>;
}

/**
 * The calculated fields of an item (auto_order reference, AutoOrderItem: next_item_id,
 * calculated_next_shipment_dts, simple_schedule).
 */
export interface CalculatedItem {
  readonly nextItemId?: string | undefined;
  readonly nextShipmentAt?: Temporal.Instant | undefined;
  readonly simpleSchedule?: SimpleSchedule | undefined;
}

/** An auto order with its calculated fields, as the store writes them. */
export interface CalculatedAutoOrder {
  readonly autoOrder: AutoOrder;
  readonly calculated: Calculated;
}

/**
 * The inputs of a calculation besides the record: the moment, the zone and the policy for missed
 * shipments.
 */
export type Rules = Pick<PlanContext, 'now' | 'zone' | 'missedShipments'>;

/** Calculates the derived fields of a record, by the same rules as a rebill. */
export function calculate(
  autoOrder: AutoOrder,
  catalog: Catalog,
  rules: Rules,
): CalculatedAutoOrder {
  const items = new Map(
    autoOrder.items.map((item) => [item.itemOid, calculateItem(autoOrder, item, catalog, rules)]),
  );
  // Overdue work counts as due now: a test clock that reaches this moment must not go back.
  return { autoOrder, calculated: { dueAt: latest(dueAt(autoOrder), rules.now), items } };
}

/**
 * When the engine must process an auto order next. That is its earliest rebill (not before the
 * retry that a decline has set), or its earliest pre-shipment notice. Items that cannot be planned
 * count as well, because the engine creates the task that reports them.
 */
export function dueAt(autoOrder: AutoOrder): Temporal.Instant | undefined {
  if (autoOrder.status !== 'active' || !autoOrder.enabled) return undefined;
  const running = autoOrder.items.filter(
    (item) => !item.paused && item.nextShipmentAt !== undefined,
  );
  const rebill = latest(earliestShipment(running), autoOrder.nextAttemptAt);
  const notice = earliest(
    running
      .filter((item) => !item.preshipmentNoticeSent)
      .map((item) => item.nextPreshipmentNoticeAt),
  );
  return earliest([rebill, notice]);
}

function calculateItem(
  autoOrder: AutoOrder,
  item: AutoOrderItem,
  catalog: Catalog,
  rules: Rules,
): CalculatedItem {
  const original = catalog(item.originalItemId);
  const plan = planNext(item, catalog, { ...rules, autoOrder });
  return {
    nextItemId: plan.kind === 'ship' ? plan.itemId : undefined,
    nextShipmentAt: plan.kind === 'ship' ? plan.at : plan.kind === 'slip' ? plan.until : undefined,
    simpleSchedule: original && simpleSchedule(original),
  };
}

/**
 * Returns the earliest next shipment of the items. Lists sort and filter auto orders by it
 * (`next_shipment_dts`).
 */
export function earliestShipment(items: readonly AutoOrderItem[]): Temporal.Instant | undefined {
  return earliest(items.map(({ nextShipmentAt }) => nextShipmentAt));
}

/**
 * Whether an item of an auto order is paused and no other item ships. Lists in the console search
 * by it.
 */
export function isPaused({ status, enabled, items }: AutoOrder): boolean {
  return (
    status === 'active' &&
    enabled &&
    items.some((item) => item.paused) &&
    items.every((item) => item.paused || item.nextShipmentAt === undefined)
  );
}

function earliest(
  moments: readonly (Temporal.Instant | undefined)[],
): Temporal.Instant | undefined {
  return moments.reduce((first, moment) => {
    if (first === undefined || moment === undefined) return first ?? moment;
    return earlier(first, moment);
  }, undefined);
}

/** Returns the later of the two; undefined when there is no moment, even with a lower bound. */
function latest(
  moment: Temporal.Instant | undefined,
  notBefore: Temporal.Instant | undefined,
): Temporal.Instant | undefined {
  if (moment === undefined || notBefore === undefined) return moment;
  return later(moment, notBefore);
}
