import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { fold } from '../kernel/caseFolding.ts';

/** Returns the items of an auto order as its original order describes them. */
export function describedItems({ items = [], original_order: order }: AutoOrder): string[] {
  const describe = (itemId: string) =>
    order?.items?.find((line) => fold(line.merchant_item_id ?? '') === fold(itemId))?.description ||
    itemId;
  return items.map((item) => describe(item.next_item_id ?? item.original_item_id ?? ''));
}
