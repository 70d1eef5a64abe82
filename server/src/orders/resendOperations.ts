import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { OrderRecord } from './order.ts';
import { findOrder } from './store.ts';
import { noOrder } from './updateOperations.ts';

/** A mail about an order that a user sends again. */
export interface OrderMail {
  readonly kind: 'receipt' | 'shipment';
  readonly order: OrderRecord;
}

/** Queues a mail. `app/` provides it, because mails belong to another feature. */
export type QueueOrderMail = (context: Context, mail: OrderMail) => Promise<void>;

/** Sends the receipt of a paid order again (current API, resendReceipt). */
export async function resendReceipt(
  context: Context,
  orderId: string,
  queue: QueueOrderMail,
): Promise<void> {
  const order = await orderWithEmail(context, orderId);
  if (order.paidAt === undefined)
    conflict(order, 'is not paid, so it has no receipt', 'Send it again once the order is paid');
  await queue(context, { kind: 'receipt', order });
}

/** Sends the mail about an order's shipments again (current API, resendShipmentConfirmation). */
export async function resendShipmentConfirmation(
  context: Context,
  orderId: string,
  queue: QueueOrderMail,
): Promise<void> {
  const order = await orderWithEmail(context, orderId);
  if (order.document.shipping?.shipping_date === undefined)
    conflict(order, 'has not shipped', 'Send the mail once something of it has shipped');
  await queue(context, { kind: 'shipment', order });
}

async function orderWithEmail(context: Context, orderId: string): Promise<OrderRecord> {
  const { merchantId } = context.merchant;
  const order = (await findOrder(context.db, merchantId, orderId)) ?? noOrder(orderId);
  if (!order.document.billing?.email)
    conflict(order, 'has no email address', 'Set billing.email first');
  return order;
}

const conflict = ({ orderId }: OrderRecord, what: string, fix: string): never =>
  refuse('state_conflict', { reason: `Order ${orderId} ${what}`, fix }, { objectId: orderId });
