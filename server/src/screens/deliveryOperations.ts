import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import { findOrder } from '../orders/store.ts';
import { noOrder } from '../orders/updateOperations.ts';
import type { Context } from '../platform/context.ts';
import { type LeftOut, parseEach } from '../platform/storage/unreadable.ts';
import { listTriesAbout } from '../webhooks/logStore.ts';
import { requestIdOf, wireTry } from '../webhooks/present.ts';

/** Lists the latest deliveries of an order to all webhooks, newest first, without what was sent. */
export async function orderDeliveries(
  { db, merchant: { merchantId, timeZone } }: Context,
  orderId: string,
  limit: number,
): Promise<{ deliveries: WebhookDelivery[]; leftOut: readonly LeftOut[] }> {
  const order = (await findOrder(db, merchantId, orderId)) ?? noOrder(orderId);
  const found = await listTriesAbout(db, merchantId, `order ${order.orderId}`, limit);
  const { rows, leftOut } = parseEach(found, requestIdOf, (each) => wireTry(each, timeZone));
  return { deliveries: rows, leftOut };
}
