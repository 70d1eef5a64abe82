import type { Order } from '@perennial/contract/order.ts';
import type { Context } from '../platform/context.ts';
import { aboutNoAutoOrder, type CustomerNoticeKind } from './notice.ts';
import { insertNotices } from './store.ts';

/** A mail about an order that a person sends again. */
export interface ResentMail {
  readonly kind: Extract<CustomerNoticeKind, 'receipt' | 'order_receipt' | 'shipment'>;
  readonly orderId: string;
  readonly autoOrderOid?: number | undefined;
  readonly document: Pick<Order, 'items' | 'shipping' | 'current_stage'>;
}

/**
 * Queues a mail about an order once more. It also queues a kind that the merchant has switched off,
 * because a person sends it.
 */
export async function resendOrderMail(
  context: Context,
  { kind, orderId, autoOrderOid = aboutNoAutoOrder, document }: ResentMail,
): Promise<void> {
  const { items = [], shipping, current_stage: stage } = document;
  const shipped = items.filter((line) => line.shipped_dts !== undefined);
  const facts =
    kind === 'shipment'
      ? {
          trackingNumbers: shipping?.tracking_numbers ?? [],
          itemIndexes: shipped.map((line) => line.item_index ?? 0),
          isComplete: stage === 'Completed Order',
        }
      : {};
  await insertNotices(context.db, context.merchant.merchantId, [
    { kind, orderId, autoOrderOid, madeAt: context.now, facts },
  ]);
}
