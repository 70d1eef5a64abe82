import type { CatalogItem } from '../items/item.ts';
import { partIds } from '../items/kit.ts';
import { catalogKey, findCatalogItems, findSoldItems } from '../items/store.ts';
import type { Database } from '../platform/storage/database.ts';
import type { AddOn, AutoOrder } from './autoOrder.ts';
import type { Catalog } from './steps.ts';
import { stepsOf } from './stepWalk.ts';

/**
 * Loads every catalogue item that the schedules of these auto orders can lead to: the items that
 * drive them, replacements, add-ons, items of steps, components of kits, and cancel items. With
 * `moreItemIds`, also loads those items and the items of their steps. Callers must lock the auto
 * orders first: then either this read sees a concurrent change of the catalogue, or the change sees
 * the auto orders.
 */
export async function loadCatalog(
  db: Database,
  merchantId: string,
  autoOrders: readonly Pick<AutoOrder, 'items' | 'addOns'>[],
  moreItemIds: readonly string[] = [],
): Promise<Catalog> {
  const named = await findCatalogItems(db, merchantId, [
    ...autoOrders.flatMap(itemIdsOf),
    ...moreItemIds,
  ]);
  const stepIds = [...named.values()]
    .flatMap(ledToItemIds)
    .filter((itemId) => !named.has(catalogKey(itemId)));
  const shipped: ReadonlyMap<string, CatalogItem> =
    stepIds.length === 0 ? new Map() : await findSoldItems(db, merchantId, stepIds);
  return (itemId) => named.get(catalogKey(itemId)) ?? shipped.get(catalogKey(itemId));
}

function itemIdsOf({ items, addOns }: Pick<AutoOrder, 'items' | 'addOns'>): string[] {
  return [
    ...addOnItemIds(addOns),
    ...items.flatMap((item) => [
      item.originalItemId,
      ...(item.arbitraryItemId === undefined ? [] : [item.arbitraryItemId]),
      ...addOnItemIds(item.addOns),
    ]),
  ];
}

/**
 * Returns no items for add-ons that cannot be read. Planning with them fails, but only for that
 * auto order.
 */
const addOnItemIds = (addOns: readonly AddOn[]): string[] =>
  Array.isArray(addOns)
    ? addOns.map((addOn: AddOn | null) => addOn?.itemId).filter((id) => typeof id === 'string')
    : [];

function ledToItemIds(item: CatalogItem): string[] {
  const shipped = stepsOf(item).flatMap((step) =>
    step.type === 'item' && step.itemId !== undefined ? [step.itemId] : [],
  );
  const cancelItemId = item.autoOrder?.cancelItemId;
  return [...shipped, ...partIds([item]), ...(cancelItemId === undefined ? [] : [cancelItemId])];
}
