import type { OrderHooks } from '../orders/hooks.ts';
import { cancelAutoOrder, lockAutoOrder, wakeAutoOrder } from './cancelOperations.ts';
import {
  createFromPaidOrder,
  findAutoOrdersOfCustomer,
  findHeldItems,
  missedAtStart,
} from './createOperations.ts';
import { monthsACardMustLast, refreshFacets } from './originalOrderOperations.ts';

/** The reactions of auto orders to orders. */
export const orderHooks: Omit<OrderHooks, 'lockRebill'> = {
  onPaid: createFromPaidOrder,
  missedAtStart,
  onOriginalOrderChanged: refreshFacets,
  findHeldItems,
  monthsACardMustLast,
  findAutoOrdersOfCustomer,
  lockAutoOrder,
  cancelAutoOrder,
  wakeAutoOrder,
};
