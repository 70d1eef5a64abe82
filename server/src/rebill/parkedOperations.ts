import { listParked } from '../autoOrders/parkedStore.ts';
import type { Context } from '../platform/context.ts';

/** A page of parked auto orders. */
export interface ParkedPage {
  readonly parked: Awaited<ReturnType<typeof listParked>>;
  readonly hasMore: boolean;
}

/** Returns a page of the auto orders that cannot be billed, each with the reason. */
export async function readParked(
  { db, merchant: { merchantId } }: Context,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<ParkedPage> {
  const found = await listParked(db, merchantId, limit + 1, offset);
  return { parked: found.slice(0, limit), hasMore: found.length > limit };
}
