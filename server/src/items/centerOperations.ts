import type { Item } from '@perennial/contract/item.ts';
import type { ItemShippingDistributionCenter } from '@perennial/contract/itemShipping.ts';
import { fold } from '../kernel/caseFolding.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { getItem, noItem, updateItem, type WrittenItem } from './operations.ts';
import { lockItem } from './store.ts';

/** An item at one distribution center. */
export interface CenterOfItem {
  readonly itemOid: number;
  readonly code: string;
}

/** Returns an item's stock at a center (current API, getItemShippingDistributionCenterByCode). */
export async function getCenterOfItem(
  context: Context,
  { itemOid, code }: CenterOfItem,
): Promise<ItemShippingDistributionCenter> {
  const { json } = await getItem(context, { oid: itemOid }, withCenters);
  const { shipping } = JSON.parse(json) as Item;
  return shipping?.distribution_centers?.find(isAt(code)) ?? noCenter({ itemOid, code });
}

const noCenter = ({ itemOid, code }: CenterOfItem): never =>
  refuse('not_found', { what: `distribution center of item ${itemOid}`, id: code });

const withCenters: ReadonlySet<string> = new Set(['shipping', 'shipping.distribution_centers']);

/**
 * Changes an item's stock at one of its centers (current API,
 * updateItemShippingDistributionCenterByCode). Absent fields stay.
 */
export function updateCenterOfItem(
  context: Context,
  { itemOid, code }: CenterOfItem,
  change: ItemShippingDistributionCenter,
): Promise<WrittenItem> {
  refuseOtherCode(code, change);
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const { item } = (await lockItem(context.db, merchantId, itemOid)) ?? noItem({ oid: itemOid });
    const before = item.shipping?.distribution_centers ?? [];
    const known = before.find(isAt(code)) ?? noCenter({ itemOid, code });
    const { distribution_center_code } = known;
    const changed = merged(known, { ...change, distribution_center_code });
    const distribution_centers = before.map((each) => (each === known ? changed : each));
    return updateItem(
      context,
      itemOid,
      { shipping: { distribution_centers } },
      { expand: new Set() },
    );
  });
}

const isAt =
  (code: string) =>
  ({ distribution_center_code: own = '' }: ItemShippingDistributionCenter): boolean =>
    fold(own) === fold(code);

function refuseOtherCode(
  code: string,
  { distribution_center_code: named }: ItemShippingDistributionCenter,
): void {
  if (!named || fold(named) === fold(code)) return;
  refuse('invalid_field', {
    field: 'distribution_center_code',
    reason: `is not ${code}, the center of the path`,
    fix: 'Omit it, or send the center of the path',
  });
}
