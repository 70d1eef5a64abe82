import type { Minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import type { Payments } from './payments.ts';

/** A refund of a captured charge, as orders request it. */
export interface OrderRefund {
  readonly idempotencyKey: string;
  readonly merchantId: string;
  /** The code of the gateway that captured the charge. */
  readonly gateway: string;
  /** That gateway's id of the charge. */
  readonly chargeReference: string;
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
}

/** The outcome of a refund of an order. */
export type OrderRefundResult =
  | { readonly kind: 'refunded'; readonly reference: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unknown' };

/**
 * Refunds charges at the gateway that captured them, once per key. An unknown outcome is logged,
 * and the caller asks again.
 */
export function orderRefund(
  payments: Payments,
  contextFor: (merchantId: string) => Promise<Context>,
) {
  return async (refund: OrderRefund): Promise<OrderRefundResult> => {
    const { idempotencyKey: key, merchantId, gateway, chargeReference, amount, currency } = refund;
    const context = await contextFor(merchantId);
    const gateways = await payments.of(context);
    const answer = await gateways.refund(gateway, {
      key,
      merchantId,
      reference: chargeReference,
      amount,
      currency,
    });
    if (answer.kind !== 'unknown') return answer;
    context.log.warn(
      { merchantId, gateway, key, reason: answer.message },
      'a refund has no known outcome yet',
    );
    return { kind: 'unknown' };
  };
}
