import { orderIdOf } from '../orders/order.ts';
import type { Context } from '../platform/context.ts';
import { takeNumbers } from '../platform/storage/counters.ts';

/**
 * Ids for the orders of one merchant's rebills, taken from the merchant's counter before any
 * transaction. An id that a claim does not need is kept for the next claim. When this object is
 * dropped, unused ids leave a gap.
 */
export interface OrderIds {
  /**
   * Returns `count` ids or more. They stay the same until they are marked as used, so a repeated
   * transaction gets the same ids.
   */
  reserve(count: number): Promise<readonly string[]>;
  /** Marks the first `count` ids as used. */
  use(count: number): void;
}

/** Starts without ids. */
export function orderIdsOf({ db, merchant: { merchantId } }: Context): OrderIds {
  let ids: string[] = [];
  return {
    async reserve(count) {
      const missing = count - ids.length;
      if (missing <= 0) return ids;
      const first = await takeNumbers(db, merchantId, 'order', missing);
      ids = [
        ...ids,
        ...Array.from({ length: missing }, (_, index) => orderIdOf(merchantId, first + index)),
      ];
      return ids;
    },
    use(count) {
      ids = ids.slice(count);
    },
  };
}
