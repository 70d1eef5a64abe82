import { type GatewayKind, gatewayKinds } from '@perennial/contract/gatewayKind.ts';
import type { Minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { keepOrderCharge } from './gatewayStore.ts';
import type { Payments } from './payments.ts';

/** A payment as orders request it. */
export interface OrderPayment {
  readonly idempotencyKey: string;
  readonly merchantId: string;
  readonly orderId: string;
  readonly amount: Minor;
  readonly currency: string;
  readonly cardToken: string;
  /** The kind of gateway that charged this card before. */
  readonly chargedBy?: string | undefined;
  /** The lease of the order's charge, as in the order's row. */
  readonly lease: Lease;
}

/** The outcome of a payment of an order. */
export type OrderPaymentResult =
  | {
      readonly kind: 'approved';
      readonly gateway: string;
      readonly gatewayKind?: GatewayKind | undefined;
      readonly reference: string;
    }
  | {
      readonly kind: 'declined';
      readonly gateway: string;
      readonly reason: string;
      readonly code?: string;
      readonly reference?: string;
    }
  /** `notSent` says why no gateway was asked. One will be asked as soon as that reason is gone. */
  | { readonly kind: 'unknown'; readonly notSent?: string };

/**
 * Charges payments of orders through the merchant's gateways. A repetition with the same key follows
 * the same route and first queries the outcome of the charge, so an order whose answer was lost is
 * never charged twice.
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
    const chargedBy = gatewayKinds.find((kind) => kind === payment.chargedBy);
    const obstacle = gateways.obstacle(chargedBy);
    if (obstacle !== undefined) return { kind: 'unknown', notSent: obstacle.reason };
    const kept = await keepOrderCharge(
      context.db,
      merchantId,
      key,
      gateways.route(key, { chargedBy }),
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
    const {
      code,
      kind: gatewayKind,
      answer,
    } = await (kept.isNew
      ? gateways.charge(kept.route, request, lease)
      : gateways.resolve(kept.route, request, lease));
    switch (answer.kind) {
      case 'approved':
        return { kind: 'approved', gateway: code, gatewayKind, reference: answer.reference };
      case 'declined':
        return {
          kind: 'declined',
          gateway: code,
          reason: answer.message,
          code: answer.reason,
          ...(answer.reference === undefined ? {} : { reference: answer.reference }),
        };
      case 'unknown':
        context.log.warn(
          { merchantId, orderId, gateway: code, reason: answer.message },
          'a charge has no known outcome yet',
        );
        return { kind: 'unknown' };
    }
  };
}

/**
 * Returns a check that runs before an order is stored: it reports whether the charge must wait or
 * can never be made.
 */
export function orderObstacle(payments: Payments) {
  return (merchant: Merchant): { passes: boolean; reason: string } | undefined => {
    const obstacle = payments.obstacle(merchant);
    return obstacle && { passes: obstacle.isShared === true, reason: obstacle.reason };
  };
}
