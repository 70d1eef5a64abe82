import type { Temporal } from 'temporal-polyfill';
import type { ChargeRequest } from '../payments/gateway.ts';
import type { MovedFrom } from './movedFrom.ts';
import type { PlannedCharge } from './plan.ts';

/** Identifies a rebill of a merchant. */
export interface RebillKey {
  readonly autoOrderOid: number;
  readonly rebillNumber: number;
}

/**
 * The state of a rebill. `given up`: staff rejected the order that the declined rebill had left.
 * `invoiced`: it made an unpaid order without a charge; the state stays when that order is paid.
 */
export type RebillState = 'charging' | 'unknown' | 'paid' | 'declined' | 'given up' | 'invoiced';

/** A charge that is about to be sent. */
export interface NewAttempt extends RebillKey {
  readonly attempt: number;
  /** The epoch in which the charge began; absent: 1. */
  readonly epoch?: number | undefined;
  readonly at: Temporal.Instant;
  readonly orderId: string;
  readonly route: readonly string[];
  readonly charge: PlannedCharge;
  /** The values that the charge will change. Absent when the attempt is read from its row. */
  readonly movedFrom?: MovedFrom;
}

/** A charge that is not settled yet. */
export interface InFlight extends NewAttempt {
  /** The number of queries to the gateway about it. */
  readonly checks: number;
  /** Set when the payment waits for its customer. */
  readonly awaits?: AwaitedAttempt;
}

/** A payment that waits until its customer confirms it at the bank. */
export interface AwaitedAttempt {
  /** The gateway's own id of the payment. */
  readonly reference: string;
  /** When the payment is given up, on the merchant's clock. */
  readonly until: Temporal.Instant;
}

/** The changes of an attempt after it was started. */
export interface OpenAttempt {
  /** The fields of its order that staff have changed. */
  readonly editedFields: readonly string[];
  /** Its plan, if a change of the time zone moved the plan's dates. */
  readonly replanned?: PlannedCharge;
  /** True if its payment waited for its customer before this answer. */
  readonly wasAwaited?: true;
  /** Its gateway if it was reported that the settings no longer name it. */
  readonly goneGateway?: string;
  /** The earlier attempts of the rebill, all declined, in order of time. */
  readonly declines: readonly EarlierDecline[];
}

/** A charge under way with its plan. */
export interface PlannedRow extends RebillKey {
  readonly charge: PlannedCharge;
}

/** An attempt with its answer. */
export interface SettledAttempt extends RebillKey {
  readonly state: 'paid' | 'declined' | 'invoiced';
  /** The gateway that answered; absent where nothing was charged. */
  readonly gatewayCode?: string | undefined;
  readonly reference?: string | undefined;
  readonly decline?: StoredDecline | undefined;
  /**
   * Returns whether a declined rebill left an order: staff may settle it, and its plan is then
   * still needed.
   */
  readonly isKept: boolean;
}

/** The record of a declined attempt in its row, with its number and time. */
export interface StoredDecline {
  readonly reason: string;
  /** Absent here and below: an earlier version declined the attempt. */
  readonly message?: string;
  readonly hard?: boolean;
  readonly gateway?: string;
  readonly reference?: string | undefined;
  readonly amount?: number;
  /** When the next attempt was due; absent: there was none. */
  readonly next?: string | undefined;
}

/** A declined attempt in the form in which its row stores it. */
export interface EarlierDecline extends StoredDecline {
  /** ISO 8601. */
  readonly at: string;
}

/** The state of an auto order's next rebill after earlier attempts; absent if there were none. */
export interface EarlierAttempt {
  readonly state: RebillState;
  readonly attempt: number;
  readonly orderId: string;
  readonly firstDeclinedAt?: Temporal.Instant;
  /** The fields of its order that staff have changed, as `part` or `part.field`. */
  readonly editedFields: readonly string[];
}

/**
 * Identifies the subject that all attempts of a rebill charge for, in any epoch. After a restore,
 * gateways are searched for it.
 */
export const chargeSubject = (
  merchantId: string,
  { autoOrderOid, rebillNumber }: RebillKey,
): string => `rebill:${merchantId}:${autoOrderOid}:${rebillNumber}`;

/**
 * The idempotency key of a charge at the gateway. It is built from the subject of the charge, so
 * every process that repeats or queries the charge uses the same key. A retry after a decline is
 * another attempt and so another charge, as is any attempt of a new epoch (platform/continuity.ts).
 */
export function chargeKey(
  merchantId: string,
  attempt: Pick<NewAttempt, 'autoOrderOid' | 'rebillNumber' | 'attempt' | 'epoch'>,
): string {
  const { epoch = 1 } = attempt;
  const key = `${chargeSubject(merchantId, attempt)}:${attempt.attempt}`;
  return epoch === 1 ? key : `${key}:${epoch}`;
}

/**
 * Returns the request to the gateway; undefined if the order costs nothing and needs no gateway.
 * With `mayWait`, the gateway may let the customer confirm the payment first.
 */
export function chargeRequest(
  merchantId: string,
  attempt: NewAttempt,
  mayWait = false,
): ChargeRequest | undefined {
  const { charge, orderId, at, rebillNumber } = attempt;
  if (charge.card === undefined) return undefined;
  return {
    key: chargeKey(merchantId, attempt),
    merchantId,
    amount: charge.order.total,
    currency: charge.currency,
    cardToken: charge.card.token,
    ...(charge.card.expiration && { cardExpiration: charge.card.expiration }),
    orderReference: orderId,
    description: `Rebill ${rebillNumber}, order ${orderId}`,
    requestedAt: at,
    ...(mayWait ? { mayWait } : {}),
  };
}
