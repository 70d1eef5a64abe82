import type { AutoOrderListState } from '../autoOrders/list.ts';

const running = ['active', 'retrying', 'paused', 'parked', 'in_doubt'];

/** The running auto orders that ship an item next, as the address of their list. */
export const shippingNext = (itemId: string): AutoOrderListState => ({
  state: running,
  next_item: [itemId],
});

/** The running auto orders that were made with an item, as the address of their list. */
export const madeWith = (itemId: string): AutoOrderListState => ({
  state: running,
  item: [itemId],
});
