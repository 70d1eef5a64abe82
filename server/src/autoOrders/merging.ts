import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem, Property } from './autoOrder.ts';
import { isRunning } from './mergeFault.ts';

/*
 * Moves items to another auto order, with everything that belongs to them
 * (docs/adr/0044-stale-forms.md, "Merging"). If something cannot move, `mergeFault.ts` refuses the
 * merge.
 */

/** Returns the target with the items of the sources and everything that belonged to them. */
export function mergedTarget(
  target: AutoOrder,
  sources: readonly AutoOrder[],
  mergedAt: Temporal.Instant,
): AutoOrder {
  return {
    ...target,
    cancelAfterNextXOrders: undefined,
    properties: sources.reduce<readonly Property[]>(
      (all, { properties }) => withProperties(all, properties),
      target.properties,
    ),
    items: [
      ...endedLikeTheirAutoOrder(target),
      ...sources.flatMap(movedItems).map((item) => ({ ...item, mergedAt })),
    ],
  };
}

/**
 * Returns the items of a source as they continue in the target. They end when the source would have
 * ended, and one item gets its add-ons.
 */
function movedItems(source: AutoOrder): readonly AutoOrderItem[] {
  const items = endedLikeTheirAutoOrder(source);
  const carrier = items.find(isRunning) ?? items[0];
  return items.map((item) =>
    item === carrier ? { ...item, addOns: [...item.addOns, ...source.addOns] } : item,
  );
}

/** Returns the items of an auto order that ends after N orders: each ships at most N more times. */
function endedLikeTheirAutoOrder(autoOrder: AutoOrder): readonly AutoOrderItem[] {
  const { cancelAfterNextXOrders: left, items } = autoOrder;
  if (left === undefined) return items;
  return items.map((item) => ({
    ...item,
    remainingRepeatCount: Math.min(left, item.remainingRepeatCount ?? left),
  }));
}

function withProperties(all: readonly Property[], more: readonly Property[]): readonly Property[] {
  const names = new Set(all.map(({ name }) => name));
  return [...all, ...more.filter(({ name }) => !names.has(name))];
}
