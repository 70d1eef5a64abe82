import { listParked } from '../autoOrders/parkedStore.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { findItemsOfParked } from './parkedStore.ts';

/** A page of parked auto orders. */
export interface ParkedPage {
  readonly parked: readonly (Awaited<ReturnType<typeof listParked>>[number] & {
    /** The catalogue item at fault. */
    readonly itemId?: string | undefined;
  })[];
  readonly hasMore: boolean;
}

/** Returns a page of the auto orders that cannot be billed, each with the reason. */
export async function readParked(
  { db, merchant: { merchantId } }: Context,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<ParkedPage> {
  const found = await listParked(db, merchantId, limit + 1, offset);
  const page = found.slice(0, limit);
  const items = await findItemsOfParked(
    db,
    merchantId,
    page.map(({ autoOrderOid }) => autoOrderOid),
  );
  // A row for an item that was fixed may be left over, so the reason must name the item.
  const itemOf = (oid: number, reason: string) =>
    items.find((each) => each.autoOrderOid === oid && fold(reason).includes(fold(each.itemId)))
      ?.itemId;
  return {
    parked: page.map((each) => ({ ...each, itemId: itemOf(each.autoOrderOid, each.reason) })),
    hasMore: found.length > limit,
  };
}
