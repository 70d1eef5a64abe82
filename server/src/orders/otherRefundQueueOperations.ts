import { findCatalogItems } from '../items/store.ts';
import type { Context } from '../platform/context.ts';
import type { OrderHooks } from './hooks.ts';
import type { OrderRecord } from './order.ts';
import { queueOtherRefunds } from './otherRefundStore.ts';
import { itemsGivenBack } from './refund.ts';
import { type Refunded } from './refunded.ts';
import type { RefundWishes } from './refundStore.ts';

/**
 * Queues the refunds that the refund of an order causes, in its transaction (item reference,
 * `refund_other_auto_orders`). They are refunds of the paid orders of the customer's other active
 * auto orders, and of the order's own auto order if it is canceled. A refund with a cause queues no
 * further refunds.
 */
export async function queueOthers(
  context: Context,
  before: OrderRecord,
  after: Refunded,
  wishes: RefundWishes,
  hooks: OrderHooks,
): Promise<void> {
  if (wishes.causeOrderId !== undefined) return;
  const { merchantId, orderId, autoOrderOid: ownOid } = before;
  const itemIds = itemsGivenBack(before, after);
  if (itemIds.length === 0) return;
  const catalog = await findCatalogItems(context.db, merchantId, itemIds);
  if (![...catalog.values()].some(({ autoOrder }) => autoOrder?.refundOtherAutoOrders)) return;
  const ofCustomer = await hooks.findAutoOrdersOfCustomer(context, before);
  const others = ofCustomer.filter((oid) => oid !== ownOid);
  const oids = wishes.cancelAutoOrder && ownOid !== undefined ? [...others, ownOid] : others;
  await queueOtherRefunds(context.db, merchantId, orderId, oids, {
    ...wishes,
    rejectAfterRefund: false,
    restocks: false,
    causeOrderId: orderId,
  });
}
