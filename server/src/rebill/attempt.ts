import type { ChargeRequest } from '../payments/gateway.ts';
import type { NewAttempt } from './store.ts';

/**
 * The key by which gateways know a charge, made of what it stands for: whoever asks again, in whatever process, asks about the same charge. A retry after a
 * decline is another attempt and so another charge.
 */
export function chargeKey(
  merchantId: string,
  {
    autoOrderOid,
    rebillNumber,
    attempt,
  }: Pick<NewAttempt, 'autoOrderOid' | 'rebillNumber' | 'attempt'>,
): string {
  return `rebill:${merchantId}:${autoOrderOid}:${rebillNumber}:${attempt}`;
}

/** What the gateway is asked; undefined where the order costs nothing and nobody is asked. */
export function chargeRequest(merchantId: string, attempt: NewAttempt): ChargeRequest | undefined {
  const { charge, orderId, at, rebillNumber } = attempt;
  if (charge.card === undefined) return undefined;
  return {
    key: chargeKey(merchantId, attempt),
    merchantId,
    amount: charge.order.total,
    currency: charge.currency,
    cardToken: charge.card.token,
    cardExpiration: charge.card.expiration,
    orderReference: orderId,
    description: `Rebill ${rebillNumber}, order ${orderId}`,
    requestedAt: at,
  };
}
