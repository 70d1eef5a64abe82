import type { Minor } from '../kernel/money.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { endStranded, lockOrder, lockStranded, type RefundParts } from './refundOperations.ts';
import { countRefunds } from './refundStore.ts';

/** A refund that was withdrawn, or in a preview would be. */
export interface WithdrawnRefund {
  readonly orderId: string;
  readonly gateway: string;
  readonly amount: Minor;
  readonly currency: string;
}

/**
 * Withdraws a refund without an answer whose gateway the settings no longer name: a person checked
 * the gateway's own pages, and it did not give the money back. The order changes only when a refund
 * is made, so nothing of it has to be undone; from then on it can be refunded again.
 */
export function withdrawRefund(
  context: Context,
  orderId: string,
  isPreview: boolean,
  parts: Pick<RefundParts, 'isNamed' | 'hooks'>,
): Promise<WithdrawnRefund> {
  return inTransaction(context, async (context) => {
    const order = await lockOrder(context, orderId, parts.hooks);
    const refund = await lockStranded(context, order, parts);
    if (refund === undefined) return refuseNotStranded(context, order.orderId);
    const { gateway, amount, currency, refundNumber } = refund;
    if (!isPreview) {
      const { name } = context.actor;
      await endStranded(context, order, refund, `${name} recorded that it was not paid back`);
      await recordAct(context, {
        act: 'withdrawRefund',
        objectType: 'refund',
        objectId: `${order.orderId}:${refundNumber}`,
        before: { state: 'unknown', gateway, amount_minor: amount, currency },
        after: { state: 'withdrawn', gateway, amount_minor: amount, currency },
      });
    }
    return { orderId: order.orderId, gateway, amount, currency };
  });
}

async function refuseNotStranded(
  { db, merchant: { merchantId } }: Context,
  orderId: string,
): Promise<never> {
  const { isOpen } = await countRefunds(db, merchantId, orderId);
  return refuse(
    'state_conflict',
    isOpen
      ? {
          reason: `The gateway of the refund of order ${orderId} is queried about its outcome`,
          fix: 'Wait for its answer. Only a refund whose gateway the settings no longer name is withdrawn',
        }
      : {
          reason: `Order ${orderId} has no refund without an outcome`,
          fix: 'Nothing has to be withdrawn',
        },
    { objectId: orderId },
  );
}
