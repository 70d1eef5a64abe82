import type { CatalogItem } from './item.ts';

/** Returns the ids of the items that the kits among these consist of. */
export const partIds = (items: Iterable<CatalogItem>): string[] =>
  [...items].flatMap(({ components = [] }) => components.map(({ itemId }) => itemId));

/**
 * Returns what one unit of an item weighs in grams. A kit without a weight weighs what its
 * components weigh together. Undefined: the catalogue does not say it.
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
