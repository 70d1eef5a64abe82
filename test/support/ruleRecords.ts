import { Temporal } from 'temporal-polyfill';
import type { AutoOrderItem } from '../../server/src/autoOrders/autoOrder.ts';
import type { PlanContext } from '../../server/src/autoOrders/steps.ts';
import type { CatalogItem, ItemAutoOrder, ItemStep, Step } from '../../server/src/items/item.ts';
import { minor } from '../../server/src/kernel/money.ts';
import { aCatalogItem, anItem } from './autoOrders.ts';

/* Short functions that build records for tests of the schedule and price rules. */

/** The default time zone of rule tests. */
export const newYork = 'America/New_York';

/**
 * Returns the moment of a New York wall time: `2026-01-31` is ten in the morning,
 * `2026-01-31T22:30` half past ten at night.
 */
export const wall = (text: string): Temporal.Instant =>
  localWall(text).toZonedDateTime(newYork).toInstant();

/** Returns the same wall time as a local date and time. */
export const localWall = (text: string): Temporal.PlainDateTime =>
  Temporal.PlainDateTime.from(text.length === 10 ? `${text}T10:00` : text);

/** Returns an item that is due at a wall time, from which its dates are counted. */
export const itemDue = (text: string, given: Partial<AutoOrderItem> = {}): AutoOrderItem =>
  anItem({ nextShipmentAt: wall(text), anchor: localWall(text), frequency: undefined, ...given });

/**
 * Returns a catalogue item at 20.00 that customers may order at a few frequencies. `recurring`
 * changes its `autoOrder` part.
 */
export function catalogItem(
  itemId: string,
  given: Partial<CatalogItem> = {},
  recurring: Partial<ItemAutoOrder> = {},
): CatalogItem {
  const usual = aCatalogItem({ itemId, pricing: { cost: minor(2000) }, ...given });
  return { ...usual, autoOrder: usual.autoOrder && { ...usual.autoOrder, ...recurring } };
}

/** Returns a catalogue item with steps. */
export const steppedItem = (itemId: string, ...steps: readonly Step[]): CatalogItem =>
  catalogItem(itemId, {}, { upsell: true, steps });

/** Returns a monthly item step at the catalogue's price. */
export const itemStep = (given: Partial<ItemStep> = {}): ItemStep => ({
  type: 'item',
  schedule: 'Monthly',
  unitCostSchedules: [],
  grandfatherPricing: [],
  ...given,
});

/** Returns the planning context of an active auto order on 1 January 2026. */
export function planContext(
  given: Partial<PlanContext> = {},
  autoOrder: Partial<PlanContext['autoOrder']> = {},
): PlanContext {
  return {
    now: wall('2026-01-01'),
    zone: newYork,
    missedShipments: 'bill',
    autoOrder: { status: 'active', enabled: true, signedUpAt: wall('2025-06-01'), ...autoOrder },
    ...given,
  };
}

/**
 * Returns a record as plain JSON for comparisons: `assert.deepEqual` cannot read the values of the
 * polyfill, so it takes any two moments for equal.
 */
export const plain = (record: unknown): unknown => JSON.parse(JSON.stringify(record));
