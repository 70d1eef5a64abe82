import type { AutoOrderListState } from '../autoOrders/list.ts';

const running = ['active', 'retrying', 'paused', 'parked', 'in_doubt'];

/** The address of the list of active auto orders that ship an item next. */
export const shippingNext = (itemId: string): AutoOrderListState => ({
  state: running,
  next_item: [itemId],
});

/** The address of the list of active auto orders that were created with an item. */
export const madeWith = (itemId: string): AutoOrderListState => ({
  state: running,
  item: [itemId],
});
