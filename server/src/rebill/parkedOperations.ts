import { bringForward } from '../autoOrders/dueStore.ts';
import { listParked } from '../autoOrders/parkedStore.ts';
import { fold } from '../kernel/caseFolding.ts';
import type { Context } from '../platform/context.ts';
import { findHeld, forgetHeld } from './heldStore.ts';
import { findItemsOfParked } from './parkedStore.ts';
import { shippingWait } from './plan.ts';

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
  // A row may remain after its item was fixed, so the reason must name the item.
  const itemOf = (oid: number, reason: string) =>
    items.find((each) => each.autoOrderOid === oid && fold(reason).includes(fold(each.itemId)))
      ?.itemId;
  return {
    parked: page.map((each) => ({ ...each, itemId: itemOf(each.autoOrderOid, each.reason) })),
    hasMore: found.length > limit,
  };
}

/**
 * Makes the auto orders due that wait for a shipping method, after the merchant changed its
 * methods. The engine then decides whether a method ships them.
 */
export async function wakeAfterSettings(
  { db, now, merchant: { merchantId } }: Context,
  sections: ReadonlySet<string>,
): Promise<void> {
  if (!sections.has('shipping_methods')) return;
  for (;;) {
    const oids = await findHeld(db, merchantId, [shippingWait]);
    if (oids.length === 0) return;
    await bringForward(db, merchantId, oids, now);
    await forgetHeld(db, merchantId, oids);
  }
}
