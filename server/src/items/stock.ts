import type { Item } from '@perennial/contract/item.ts';
import type { ItemShippingDistributionCenter } from '@perennial/contract/itemShipping.ts';
import { exactQuantity } from '../kernel/quantity.ts';
import type { CatalogItem, ItemStock } from './item.ts';

/*
 * The stock of counted items (item reference, ItemShipping.track_inventory). A sale takes stock
 * from the center that ships the item. A kit has no stock; its components have.
 */

/** The quantity that a sale takes of one item. */
export interface StockUse {
  readonly itemId: string;
  readonly itemOid: number;
  readonly quantity: number;
}

/** Finds an item by its id, ignoring case. */
type FindItem = (itemId: string) => CatalogItem | undefined;

/** Returns the stock of an item; undefined if it is not counted. */
export function stockOf({ shipping }: Item): ItemStock | undefined {
  const center = shipping?.distribution_centers?.find((each) => each.handles !== false);
  if (shipping?.track_inventory !== true || center === undefined) return undefined;
  const backOrderMax = center.maximum_backorder || Number.POSITIVE_INFINITY;
  return {
    available: center.available_to_allocate ?? center.inventory_level ?? 0,
    floor: shipping.allow_back_order === true ? -backOrderMax : 0,
  };
}

/**
 * Returns the quantities of counted items that these lines take, each item once, in the order of
 * their oids.
 */
export function stockUses(
  lines: readonly { readonly itemId: string; readonly quantity: number }[],
  find: FindItem,
): StockUse[] {
  const uses = new Map<number, StockUse>();
  const take = (itemId: string, quantity: number) => {
    const item = find(itemId);
    if (item?.stock === undefined) return;
    const before = uses.get(item.itemOid)?.quantity ?? 0;
    uses.set(item.itemOid, {
      itemId: item.itemId,
      itemOid: item.itemOid,
      quantity: exactQuantity(before + quantity),
    });
  };
  for (const { itemId, quantity } of lines) {
    const parts = find(itemId)?.components ?? [];
    if (parts.length === 0) take(itemId, quantity);
    for (const part of parts) take(part.itemId, part.quantity * quantity);
  }
  return [...uses.values()].sort((a, b) => a.itemOid - b.itemOid);
}

/** Returns the first of these uses for which the stock is not enough. */
export const shortUse = (
  uses: readonly StockUse[],
  stock: (use: StockUse) => ItemStock | undefined,
): StockUse | undefined =>
  uses.find((use) => {
    const found = stock(use);
    return found !== undefined && exactQuantity(found.available - use.quantity) < found.floor;
  });

/** Returns a stored item after a sale. A negative quantity puts stock back. */
export function withSold(item: Item, quantity: number): Item {
  const centers = item.shipping?.distribution_centers ?? [];
  const index = centers.findIndex((each) => each.handles !== false);
  const changed = centers.map((each, place) => (place === index ? taken(each, quantity) : each));
  return { ...item, shipping: { ...item.shipping, distribution_centers: changed } };
}

/** Returns the centers of an item after stock was added at one of them, or taken away. */
export const withAdded = (
  { shipping }: Item,
  code: string,
  change: number,
): ItemShippingDistributionCenter[] =>
  (shipping?.distribution_centers ?? []).map((each) =>
    each.distribution_center_code === code ? taken(each, -change) : each,
  );

function taken(
  center: ItemShippingDistributionCenter,
  quantity: number,
): ItemShippingDistributionCenter {
  const { available_to_allocate: available, inventory_level: level = 0 } = center;
  return {
    ...center,
    inventory_level: exactQuantity(level - quantity),
    ...(available === undefined
      ? {}
      : { available_to_allocate: exactQuantity(available - quantity) }),
  };
}

/** Whether a change of stock may raise or close a task, because the stock crossed a level. */
export function crossesLevel(before: Item, after: Item): boolean {
  const reorder = (before.shipping?.distribution_centers ?? []).reduce(
    (sum, center) => sum + (center.reorder_inventory_level ?? 0),
    0,
  );
  const [from, to] = [stockOf(before)?.available ?? 0, stockOf(after)?.available ?? 0];
  return [0, reorder].some((level) => from > level !== to > level);
}
