import type { ChargeRequest } from '../payments/gateway.ts';
import type { NewAttempt, RebillKey } from './store.ts';

/** What every attempt of a rebill stands for, in any epoch: gateways are searched for it after a restore. */
export const chargeSubject = (
  merchantId: string,
  { autoOrderOid, rebillNumber }: RebillKey,
): string => `rebill:${merchantId}:${autoOrderOid}:${rebillNumber}`;

/**
 * The key by which gateways know a charge, made of what it stands for: every process that asks again asks about the same charge. A retry after a
 * decline is another attempt and so another charge, as is any attempt of a new epoch (platform/continuity.ts).
 */
export function chargeKey(
  merchantId: string,
  attempt: Pick<NewAttempt, 'autoOrderOid' | 'rebillNumber' | 'attempt' | 'epoch'>,
): string {
  const { epoch = 1 } = attempt;
  const key = `${chargeSubject(merchantId, attempt)}:${attempt.attempt}`;
  return epoch === 1 ? key : `${key}:${epoch}`;
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
