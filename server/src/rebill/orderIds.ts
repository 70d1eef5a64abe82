import { orderIdOf } from '../orders/order.ts';
import type { Context } from '../platform/context.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { claimLimit } from './dueStore.ts';

/** Ids for the orders of one merchant's rebills, taken from the merchant's counter in blocks and before any transaction. */
export interface OrderIds {
  /** Enough for one claim. They stay the same until some are used, so a transaction that runs again takes the same ones. */
  reserve(): Promise<readonly string[]>;
  /** The first `count` of them are gone. */
  use(count: number): void;
}

/** Starts with none; `claimSize` is how many one claim may need. Ids that are left over in the end leave a gap. */
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
