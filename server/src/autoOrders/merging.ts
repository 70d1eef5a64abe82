import type { Temporal } from 'temporal-polyfill';
import type { AutoOrder, AutoOrderItem, Property } from './autoOrder.ts';
import { isRunning } from './mergeFault.ts';

/*
 * When items move to another auto order, everything that belongs to theirs moves with them
 * (docs/adr/0044-stale-forms.md, "Merging"), or `mergeFault.ts` refuses the merge.
 */

/** The target with the items of the sources and everything that belonged to them. */
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
 * The items of a source as they continue: they end when the source would have ended, and one item
 * takes over the add-ons.
 */
function movedItems(source: AutoOrder): readonly AutoOrderItem[] {
  const items = endedLikeTheirAutoOrder(source);
  const carrier = items.find(isRunning) ?? items[0];
  return items.map((item) =>
    item === carrier ? { ...item, addOns: [...item.addOns, ...source.addOns] } : item,
  );
}

/** The items of an auto order that ends after N orders: each ships at most N more times. */
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
