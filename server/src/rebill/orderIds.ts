import { orderIdOf } from '../orders/order.ts';
import type { Context } from '../platform/context.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { claimLimit } from './dueStore.ts';

/**
 * Ids for the orders of one merchant's rebills, taken from the merchant's counter in blocks and
 * before any transaction.
 */
export interface OrderIds {
  /**
   * Returns enough ids for one claim. They stay the same until some are used, so a transaction that
   * runs again takes the same ids.
   */
  reserve(): Promise<readonly string[]>;
  /** Marks the first `count` ids as used. */
  use(count: number): void;
}

/** Starts without ids. One claim needs at most `claimSize` of them. Unused ids leave a gap. */
export function orderIdsOf(
  { db, merchant: { merchantId } }: Context,
  claimSize: number = claimLimit,
): OrderIds {
  let ids: string[] = [];
  return {
    async reserve() {
      const count = claimSize - ids.length;
      if (count <= 0) return ids;
      const first = await takeNumbers(db, merchantId, 'order', count);
      ids = [
        ...ids,
        ...Array.from({ length: count }, (_, index) => orderIdOf(merchantId, first + index)),
      ];
      return ids;
    },
    use(count) {
      ids = ids.slice(count);
    },
  };
}
