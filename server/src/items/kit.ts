import type { Item } from '@perennial/contract/item.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { CatalogItem } from './item.ts';

/** Returns the ids of the components of the kits among these items. */
export const partIds = (items: Iterable<CatalogItem>): string[] =>
  [...items].flatMap(({ components = [] }) => components.map(({ itemId }) => itemId));

/**
 * Returns sentences about components whose stock is not counted: items that do not exist, the kit
 * itself, and other kits, because their own components are not read. `find` returns undefined for
 * an unknown item.
 */
export const componentWords = (
  { merchant_item_id: kitId = '', kit, kit_definition: definition }: Item,
  find: (itemId: string) => CatalogItem | undefined,
): string[] =>
  (definition?.components ?? []).flatMap(({ component_merchant_item_id: itemId }, index) => {
    if (kit !== true || !itemId) return [];
    const field = `kit_definition.components[${index}].component_merchant_item_id`;
    const isItself = fold(itemId) === fold(kitId);
    const found = find(itemId);
    if (isItself || found?.kit)
      return [
        `${field}: ${itemId} is ${isItself ? 'the kit itself' : 'a kit'}. Nothing is counted or ` +
          'weighed for its own components. Name the items that ship.',
      ];
    if (found) return [];
    return [
      `${field}: there is no item ${itemId}. The kit is sold without it: nothing of it is ` +
        'counted or weighed until there is one.',
    ];
  });

/**
 * Returns the weight of one unit of an item in grams. A kit without a weight has the sum of its
 * components' weights. Undefined: the weight is not in the catalogue.
 */
export function unitGrams(
  item: CatalogItem | undefined,
  find: (itemId: string) => CatalogItem | undefined,
): number | undefined {
  if (item === undefined || item.grams !== undefined) return item?.grams;
  const parts = item.components ?? [];
  const grams = parts.map(({ itemId, quantity }) => (find(itemId)?.grams ?? 0) * quantity);
  return parts.length === 0 ? undefined : grams.reduce((sum, each) => sum + each, 0);
}
