import type { Temporal } from 'temporal-polyfill';
import type { ChargeRequest } from '../payments/gateway.ts';
import type { MovedFrom } from './movedFrom.ts';
import type { PlannedCharge } from './plan.ts';

/** Names a rebill of a merchant. */
export interface RebillKey {
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
}

/** `given up`: staff rejected the order that a declined rebill had left. */
export type RebillState = 'charging' | 'unknown' | 'paid' | 'declined' | 'given up';

/** A charge that is about to be asked for. */
export interface NewAttempt extends RebillKey {
  readonly attempt: number;
  /** The epoch in which it began; absent: 1. */
  readonly epoch?: number;
  readonly at: Temporal.Instant;
  readonly orderId: string;
  readonly route: readonly string[];
  readonly charge: PlannedCharge;
  /** Kept when the attempt is settled; absent where an attempt is read back. */
  readonly movedFrom?: MovedFrom;
}

/** A charge whose answer is not settled yet. */
export interface InFlight extends NewAttempt {
  readonly checks: number;
}

/** What happened to an attempt since it was started. */
export interface OpenAttempt {
  /** What staff changed of its order. */
  readonly editedFields: readonly string[];
  /** Its plan, where a change of the zone moved the dates of it. */
  readonly replanned?: PlannedCharge;
}

/** A charge under way with its plan. */
export interface PlannedRow extends RebillKey {
  readonly charge: PlannedCharge;
}

/** An attempt with its answer. */
export interface SettledAttempt extends RebillKey {
  readonly state: 'paid' | 'declined';
  /** The gateway that answered; absent where nothing was charged. */
  readonly gatewayCode?: string | undefined;
  readonly reference?: string | undefined;
  readonly declineReason?: string | undefined;
  /** A declined rebill left an order, so what was planned is needed again should staff settle it. */
  readonly isKept: boolean;
}

/** What is known of the rebill that an auto order comes to next; absent when it was never tried. */
export interface EarlierAttempt {
  readonly state: RebillState;
  readonly attempt: number;
  readonly orderId: string;
  readonly firstDeclinedAt?: Temporal.Instant;
  /** What staff changed of the order that it left, as `part` or `part.field`. */
  readonly editedFields: readonly string[];
}

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
