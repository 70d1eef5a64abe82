import type { Item } from '@perennial/contract/item.ts';
import type { Database } from '../platform/storage/database.ts';
import { catalogItem } from './catalogItem.ts';
import type { CatalogItem } from './item.ts';

/**
 * The catalogue items of these ids, by lower-case id; unknown ids are absent. Always read afresh: a price that is kept in the process
 * could be charged after it was changed.
 */
export async function findCatalogItems(db: Database, merchantId: string, itemIds: Iterable<string>): Promise<ReadonlyMap<string, CatalogItem>> {
  const keys = [...new Set([...itemIds].map(catalogKey))];
  if (keys.length === 0) return new Map();
  const rows = await db.rows<{ key: string; document: Item }>(
    'select merchant_item_id_lc as key, document from item where merchant_id = $1 and merchant_item_id_lc = any($2::text[])',
    [merchantId, keys],
  );
  return new Map(rows.map(({ key, document }) => [key, catalogItem(document)]));
}

/** Item ids are compared without case. */
export const catalogKey = (itemId: string): string => itemId.toLowerCase();
