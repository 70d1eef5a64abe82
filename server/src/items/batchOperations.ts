import type { Item } from '@perennial/contract/item.ts';
import type { Context } from '../platform/context.ts';
import { Refusal, refuse } from '../platform/http/refusal.ts';
import { updateItem } from './operations.ts';
import { catalogKey, findItemOids } from './store.ts';

/** The outcome of a batch of updates. */
export interface UpdatedItems {
  /** The JSON of the items that were updated, in the order of the batch. */
  readonly json: readonly string[];
  readonly failed: readonly { readonly id: string; readonly message: string }[];
  readonly ignored: readonly string[];
  /** Whole sentences. */
  readonly warnings: readonly string[];
}

/**
 * Updates items one by one, each in a separate transaction. An item that is refused does not affect
 * the others. An element names its item by merchant_item_oid or merchant_item_id.
 */
export async function updateItems(
  context: Context,
  items: readonly Item[],
  expand: ReadonlySet<string>,
): Promise<UpdatedItems> {
  const json: string[] = [];
  const failed: { id: string; message: string }[] = [];
  const ignored: string[] = [];
  const warnings: string[] = [];
  for (const [i, item] of items.entries()) {
    const place = `items[${i}]`;
    try {
      const oid = item.merchant_item_oid ?? (await oidOf(context, item, place));
      const written = await updateItem(context, oid, item, { expand });
      json.push(written.json);
      ignored.push(...written.ignored.map((field) => `${place}.${field}`));
      warnings.push(...written.warnings.map((sentence) => `${place}.${sentence}`));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const id = String(item.merchant_item_oid ?? item.merchant_item_id ?? place);
      failed.push({ id, message: error.message });
    }
  }
  return { json, failed, ignored, warnings };
}

async function oidOf(
  context: Context,
  { merchant_item_id: itemId }: Item,
  place: string,
): Promise<number> {
  if (!itemId) return refuse('missing_field', { field: `${place}.merchant_item_oid` });
  const oids = await findItemOids(context.db, context.merchant.merchantId, [itemId]);
  return oids.get(catalogKey(itemId)) ?? refuse('not_found', { what: 'item', id: itemId });
}
