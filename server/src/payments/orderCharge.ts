import type { Minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';
import { keepOrderCharge } from './gatewayStore.ts';
import type { Payments } from './payments.ts';

/** A first payment, as orders ask for it. */
export interface OrderPayment {
  readonly idempotencyKey: string;
  readonly merchantId: string;
  readonly orderId: string;
  readonly amount: Minor;
  readonly currency: string;
  readonly cardToken: string;
  /** Of the order's charge, as the order's row holds it. */
  readonly lease: Lease;
}

export type OrderPaymentResult =
  | { readonly kind: 'approved'; readonly gateway: string; readonly reference: string }
  | {
      readonly kind: 'declined';
      readonly gateway: string;
      readonly reason: string;
      readonly reference?: string;
    }
  | { readonly kind: 'unknown' };

/**
 * Charges first payments through the merchant's gateways. Asking again with the same key goes the same way as before and looks first what became of
 * the charge, so an order whose answer was lost is never charged twice.
 */
export function orderCharge(
  payments: Payments,
  contextFor: (merchantId: string) => Promise<Context>,
) {
  return async (payment: OrderPayment): Promise<OrderPaymentResult> => {
    const {
      idempotencyKey: key,
      merchantId,
      orderId,
      amount,
      currency,
      cardToken,
      lease,
    } = payment;
    const context = await contextFor(merchantId);
    const gateways = await payments.of(context);
    const kept = await keepOrderCharge(
      context.db,
      merchantId,
      key,
      gateways.route(key),
      context.now,
    );
    const request = {
      key,
      merchantId,
      amount,
      currency,
      cardToken,
      orderReference: orderId,
      description: `Order ${orderId}`,
      requestedAt: kept.requestedAt,
    };
    const { code, answer } = await (kept.isNew
      ? gateways.charge(kept.route, request, lease)
      : gateways.resolve(kept.route, request, lease));
    switch (answer.kind) {
      case 'approved':
        return { kind: 'approved', gateway: code, reference: answer.reference };
      case 'declined':
        return {
          kind: 'declined',
          gateway: code,
          reason: answer.message,
          reference: answer.reference,
        };
      case 'unknown':
        context.log.warn(
          { merchantId, orderId, gateway: code, reason: answer.message },
          'a charge has no answer yet',
        );
        return { kind: 'unknown' };
    }
  };
}
