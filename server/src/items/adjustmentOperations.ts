import type { Item } from '@perennial/contract/item.ts';
import type { StockAdjustment } from '@perennial/contract/stock.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { addAdjustment, listAdjustments, wireAdjustment } from './adjustmentStore.ts';
import { getItem, noItem, updateItem } from './operations.ts';
import { withAdded } from './stock.ts';
import { lockItem } from './store.ts';

/** A page of the adjustments of an item, and whether there are more. */
export interface AdjustmentPage {
  readonly adjustments: readonly StockAdjustment[];
  readonly hasMore: boolean;
}

/** Returns a page of the adjustments of an item, newest first. */
export async function getAdjustments(
  context: Context,
  itemOid: number,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<AdjustmentPage> {
  const { merchantId, timeZone } = context.merchant;
  const page = { limit: limit + 1, offset };
  const found = await listAdjustments(context.db, merchantId, itemOid, page);
  // An item without adjustments is not the same as an item that does not exist.
  if (found.length === 0) await getItem(context, { oid: itemOid }, new Set());
  const adjustments = found.slice(0, limit).map((each) => wireAdjustment(each, timeZone));
  return { adjustments, hasMore: found.length > limit };
}

/**
 * Adds to the stock of an item at one of its centers, or takes from it, and returns the adjustment.
 * It changes the current stock, so that a concurrent sale is not lost.
 */
export function adjustStock(
  context: Context,
  itemOid: number,
  body: StockAdjustment,
): Promise<StockAdjustment> {
  return inTransaction(context, async (context) => {
    const { merchantId, timeZone } = context.merchant;
    const { item } = (await lockItem(context.db, merchantId, itemOid)) ?? noItem({ oid: itemOid });
    const { code, change, reason } = given(body);
    const center = centerOf(item, code);
    const centers = withAdded(item, center.distribution_center_code ?? '', change);
    const shipping = { distribution_centers: centers };
    await updateItem(context, itemOid, { shipping }, { expand: new Set() });
    const adjustment = {
      itemOid,
      adjustmentOid: await takeNumbers(context.db, merchantId, 'stock_adjustment', 1),
      center: center.distribution_center_code ?? '',
      levelBefore: center.inventory_level ?? 0,
      change,
      reason,
      adjustedBy: context.actor.name,
      adjustedAt: context.now,
    };
    await addAdjustment(context.db, merchantId, adjustment);
    return wireAdjustment(adjustment, timeZone);
  });
}

/** Returns the values of the body, with the blanks around texts removed. */
function given({ distribution_center_code = '', change, reason = '' }: StockAdjustment) {
  const [code, why] = [distribution_center_code.trim(), reason.trim()];
  if (code === '') refuse('missing_field', { field: 'distribution_center_code' });
  if (change === undefined) refuse('missing_field', { field: 'change' });
  if (why === '') refuse('missing_field', { field: 'reason' });
  if (change === 0 || Number(change.toFixed(4)) !== change || Math.abs(change) > changeMax)
    refuse('invalid_field', {
      field: 'change',
      reason: `is ${change}, not a number between -${changeMax} and ${changeMax} with four decimals at most, and not 0`,
      fix: 'Send what is added, for example 24, or what is taken away, for example -3',
    });
  return { code, change, reason: why };
}

const changeMax = 1_000_000_000;

function centerOf({ shipping, merchant_item_id: id }: Item, code: string) {
  const centers = shipping?.distribution_centers ?? [];
  const isIt = (each: (typeof centers)[number]) =>
    each.distribution_center_code?.toUpperCase() === code.toUpperCase();
  const names = centers.map((each) => each.distribution_center_code).join(', ');
  return (
    centers.find(isIt) ??
    refuse('invalid_field', {
      field: 'distribution_center_code',
      reason: `is ${code}, which is not a center of item ${id}${names && ` (it has ${names})`}`,
      fix: 'Send a center of shipping.distribution_centers, or add one with updateItem',
    })
  );
}
