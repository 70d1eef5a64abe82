import type { OrderHooks } from '../orders/hooks.ts';
import { createFromPaidOrder } from './creation.ts';
import { refreshFacets } from './originalOrder.ts';

/** How auto orders react to orders. */
export const orderHooks: Omit<OrderHooks, 'lockRebill'> = {
  onPaid: createFromPaidOrder,
  onOriginalOrderChanged: refreshFacets,
};
