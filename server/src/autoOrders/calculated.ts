import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import type { SimpleSchedule } from './startSchedule.ts';
import { simpleSchedule } from './startSchedule.ts';
import type { Catalog, PlanContext } from './steps.ts';
import { planNext } from './steps.ts';

/** What the schedule rules say of a record's future; stored beside it, so that answers and the engine need not plan again. */
export interface Calculated {
  /** When the engine must look at the auto order next, not before it was calculated; undefined: never, until somebody changes it. */
  readonly dueAt: Temporal.Instant | undefined;
  readonly items: ReadonlyMap<number, CalculatedItem>;
}

/** The calculated fields of an item (auto_order reference, AutoOrderItem: next_item_id, calculated_next_shipment_dts, simple_schedule). */
export interface CalculatedItem {
  readonly nextItemId?: string;
  readonly nextShipmentAt?: Temporal.Instant;
  readonly simpleSchedule?: SimpleSchedule;
}

/** An auto order with what was calculated of it: what the store writes. */
export interface CalculatedAutoOrder {
  readonly autoOrder: AutoOrder;
  readonly calculated: Calculated;
}

/** The moment, the zone and the policy that a calculation depends on beside the record. */
export type Rules = Pick<PlanContext, 'now' | 'zone' | 'missedShipments'>;

/** The record with its calculated fields, by the rules that the engine rebills by. */
export function calculate(
  autoOrder: AutoOrder,
  catalog: Catalog,
  rules: Rules,
): CalculatedAutoOrder {
  const items = new Map(
    autoOrder.items.map((item) => [item.itemOid, calculateItem(autoOrder, item, catalog, rules)]),
  );
  // What is overdue happens from now on: a test clock that plays it by this moment must not go back.
  return { autoOrder, calculated: { dueAt: latest(dueAt(autoOrder), rules.now), items } };
}

/**
 * When the engine must look at an auto order next: its earliest rebill, not before the retry that a decline has set, or the earliest
 * pre-shipment notice. Items that cannot be planned count as well: the engine is who raises the task about them.
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

/** The earliest date of the items, which is what an auto order is sorted and filtered by (`next_shipment_dts`). */
export function earliestShipment(items: readonly AutoOrderItem[]): Temporal.Instant | undefined {
  return earliest(items.map(({ nextShipmentAt }) => nextShipmentAt));
}

function earliest(
  moments: readonly (Temporal.Instant | undefined)[],
): Temporal.Instant | undefined {
  return moments.reduce((first, moment) => {
    if (first === undefined || moment === undefined) return first ?? moment;
    return moment.epochMilliseconds < first.epochMilliseconds ? moment : first;
  }, undefined);
}

/** Undefined when there is nothing to wait for, whatever the bound. */
function latest(
  moment: Temporal.Instant | undefined,
  notBefore: Temporal.Instant | undefined,
): Temporal.Instant | undefined {
  if (moment === undefined || notBefore === undefined) return moment;
  return moment.epochMilliseconds < notBefore.epochMilliseconds ? notBefore : moment;
}
