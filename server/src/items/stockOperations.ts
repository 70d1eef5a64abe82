import type { Item } from '@perennial/contract/item.ts';
import type { Context } from '../platform/context.ts';
import type { ItemStock } from './item.ts';
import { crossesLevel, type StockUse, stockOf, withSold } from './stock.ts';
import { lockItems, saveStock } from './store.ts';

/** The stock of some items, locked until the transaction ends. Sales are saved together. */
export interface LockedStock {
  /** Returns the remaining stock of an item now; undefined if it is no longer counted. */
  left(use: StockUse): ItemStock | undefined;
  take(uses: readonly StockUse[]): void;
  /** Stores the sales. */
  save(): Promise<void>;
}

/**
 * Locks the stock of these items in the order of their oids. Callers lock their auto orders and
 * orders first, and lock nothing else afterwards.
 */
export async function lockStock(context: Context, uses: readonly StockUse[]): Promise<LockedStock> {
  const { merchantId } = context.merchant;
  const oids = [...new Set(uses.map(({ itemOid }) => itemOid))];
  const before = await lockItems(context.db, merchantId, oids);
  const after = new Map(before);
  return {
    left: ({ itemOid }) => {
      const item = after.get(itemOid);
      return item && stockOf(item);
    },
    take(taken) {
      for (const { itemOid, quantity } of taken) {
        const item = after.get(itemOid);
        if (item && stockOf(item)) after.set(itemOid, withSold(item, quantity));
      }
    },
    save: () => saveChanged(context, before, after),
  };
}

async function saveChanged(
  context: Context,
  before: ReadonlyMap<number, Item>,
  after: ReadonlyMap<number, Item>,
): Promise<void> {
  const changed = [...after].filter(([oid, item]) => before.get(oid) !== item);
  if (changed.length === 0) return;
  await saveStock(context.db, context.merchant.merchantId, changed);
  const crossed = changed.filter(([oid, item]) => crossesLevel(before.get(oid) ?? item, item));
  // The event does not name the item's id, because neither schedules nor prices have changed.
  await context.events.emit(
    context,
    crossed.map(([oid]) => ({
      name: 'item_update' as const,
      objectType: 'item' as const,
      objectId: String(oid),
      data: { changed: ['shipping'] },
    })),
  );
}

/** Takes the sold stock in the transaction of the sale. With `isReturned`, puts it back. */
export async function countSold(
  context: Context,
  uses: readonly StockUse[],
  isReturned = false,
): Promise<void> {
  if (uses.length === 0) return;
  const stock = await lockStock(context, uses);
  stock.take(isReturned ? uses.map((use) => ({ ...use, quantity: -use.quantity })) : uses);
  await stock.save();
}
