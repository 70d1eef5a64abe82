import { stockUses } from '../items/stock.ts';
import { countSold } from '../items/stockOperations.ts';
import { catalogKey, findCatalogItems } from '../items/store.ts';
import type { Context } from '../platform/context.ts';
import type { OrderRecord } from './order.ts';
import { parcelLines } from './shipping.ts';

/**
 * Takes the lines of a paid order from the stock of their items. Lines that were billed elsewhere
 * before have been counted there. It runs last in its transaction, because auto orders and orders
 * are locked before items.
 */
export async function countOrder(context: Context, { document }: OrderRecord): Promise<void> {
  const { db, merchant } = context;
  const lines = parcelLines(document)
    .filter((line) => line.auto_order_last_rebill_dts === undefined)
    .map(({ merchant_item_id: itemId = '', quantity = 1 }) => ({ itemId, quantity }));
  const items = await findCatalogItems(
    db,
    merchant.merchantId,
    lines.map(({ itemId }) => itemId),
  );
  const parts = [...items.values()].flatMap(({ components = [] }) =>
    components.map(({ itemId }) => itemId),
  );
  const known = new Map([...items, ...(await findCatalogItems(db, merchant.merchantId, parts))]);
  await countSold(
    context,
    stockUses(lines, (itemId) => known.get(catalogKey(itemId))),
  );
}
