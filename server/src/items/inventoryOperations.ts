import type { DistributionCenter } from '@perennial/contract/fulfillment.ts';
import type { ItemShippingDistributionCenter } from '@perennial/contract/itemShipping.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { updateItem } from './operations.ts';
import { catalogKey, findItemOids, lockItem, lockItems, readInventory } from './store.ts';

/** Returns the JSON of the stock of all items (item reference, getInventorySnapshot). */
export const getInventory = ({ db, merchant }: Context): Promise<string> =>
  readInventory(db, merchant.merchantId);

/**
 * Locks the items that a request changes in the order of their numbers, so that two requests with
 * the same items wait for each other instead of failing with a deadlock. Leaves out items that are
 * not in the catalogue.
 */
export async function lockInventories(
  { db, merchant: { merchantId } }: Context,
  itemIds: readonly string[],
): Promise<void> {
  const oids = await findItemOids(db, merchantId, itemIds);
  await lockItems(db, merchantId, [...oids.values()]);
}

/** Sets the stock of an item at a distribution center (current API, updateInventory). */
export async function setInventoryLevel(
  context: Context,
  itemId: string,
  { center, level }: { readonly center: DistributionCenter; readonly level: number },
): Promise<void> {
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    const oids = await findItemOids(context.db, merchantId, [itemId]);
    const oid = oids.get(catalogKey(itemId));
    const locked = oid === undefined ? undefined : await lockItem(context.db, merchantId, oid);
    if (oid === undefined || locked === undefined)
      return refuse('not_found', { what: 'item', id: itemId });
    const before = locked.item.shipping?.distribution_centers ?? [];
    const isIt = (each: (typeof before)[number]) => each.distribution_center_code === center.code;
    const known = before.find(isIt) ?? newStock(center);
    if (known.inventory_level === level) return;
    const changed = { ...known, inventory_level: level };
    const distribution_centers = before.some(isIt)
      ? before.map((each) => (isIt(each) ? changed : each))
      : [...before, changed];
    await updateItem(context, oid, { shipping: { distribution_centers } }, { expand: new Set() });
  });
}

const newStock = ({ code, distribution_center_oid }: DistributionCenter) =>
  fromLoose<ItemShippingDistributionCenter>({
    distribution_center_code: code,
    distribution_center_oid,
    handles: true,
  });
