import { type GatewayKind, gatewayKinds } from '@perennial/contract/gatewayKind.ts';
import type { Minor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import type { Lease } from '../platform/jobs/lease.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { ChargeRequest } from './gateway.ts';
import { findOrderCharge, keepOrderCharge, type OrderChargeRow } from './gatewayStore.ts';
import { findFurther, type Payments, type RoutedAnswer } from './payments.ts';

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
  /**
   * `notSent` says why no gateway was asked. One will be asked as soon as that reason is gone.
   * `goneGateway` is the one that may know the charge and that the settings no longer name.
   */
  | { readonly kind: 'unknown'; readonly notSent?: string; readonly goneGateway?: string };

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
    const { idempotencyKey: key, merchantId, orderId, lease } = payment;
    const context = await contextFor(merchantId);
    const gateways = await payments.of(context);
    const chargedBy = kindOf(payment.chargedBy);
    const obstacle = gateways.obstacle(chargedBy);
    // One that may have been sent is asked about, unless what prevents charges passes by itself.
    const before =
      obstacle && !obstacle.isShared && (await findOrderCharge(context.db, merchantId, key));
    if (obstacle !== undefined && !before) return { kind: 'unknown', notSent: obstacle.reason };
    const kept =
      before ||
      (await keepOrderCharge(
        context.db,
        merchantId,
        key,
        gateways.route(key, { chargedBy }),
        context.now,
      ));
    const request = requestOf(payment, kept);
    const routed = await (kept.isNew
      ? gateways.charge(kept.route, request, lease)
      : gateways.resolve(kept.route, request, lease));
    return resultOf(context, orderId, routed);
  };
}

/**
 * Looks for payments of orders at the gateways that follow one in their route: returns the first
 * that captured the payment or may have, and undefined if none did. Moves no money.
 */
export function furtherOrderCharge(
  payments: Payments,
  contextFor: (merchantId: string) => Promise<Context>,
) {
  return async (payment: SentPayment, after: string): Promise<OrderPaymentResult | undefined> => {
    const context = await contextFor(payment.merchantId);
    const gateways = await payments.of(context);
    const { merchantId, idempotencyKey, orderId } = payment;
    const kept = await findOrderCharge(context.db, merchantId, idempotencyKey);
    if (kept === undefined) return undefined;
    const request = requestOf(payment, kept);
    const routed = await findFurther(kept.route, after, (code) => gateways.find(code, request));
    return routed && resultOf(context, orderId, { ...routed, kind: gateways.kindOf(routed.code) });
  };
}

type SentPayment = Omit<OrderPayment, 'lease' | 'chargedBy'>;

const requestOf = (
  { idempotencyKey: key, merchantId, orderId, amount, currency, cardToken }: SentPayment,
  { requestedAt }: OrderChargeRow,
): ChargeRequest => ({
  key,
  merchantId,
  amount,
  currency,
  cardToken,
  orderReference: orderId,
  description: `Order ${orderId}`,
  requestedAt,
});

function resultOf(
  { merchant: { merchantId }, log }: Context,
  orderId: string,
  { code, kind: gatewayKind, answer }: RoutedAnswer,
): OrderPaymentResult {
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
      log.warn(
        { merchantId, orderId, gateway: code, reason: answer.message },
        'a charge has no known outcome yet',
      );
      return { kind: 'unknown', ...(answer.isGone && { goneGateway: code }) };
  }
}

/**
 * Returns a check that runs before an order or a later payment is stored: it reports whether the
 * charge must wait or can never be made. `chargedBy` is the kind of gateway that charged the card.
 */
export function orderObstacle(payments: Payments) {
  return (
    merchant: Merchant,
    chargedBy?: string,
  ): { passes: boolean; reason: string } | undefined => {
    const obstacle = payments.obstacle(merchant, kindOf(chargedBy));
    return obstacle && { passes: obstacle.isShared === true, reason: obstacle.reason };
  };
}

const kindOf = (text: string | undefined): GatewayKind | undefined =>
  gatewayKinds.find((kind) => kind === text);
