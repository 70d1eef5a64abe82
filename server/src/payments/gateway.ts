import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';

/**
 * Who moves the money. One interface for all gateways; `gateway.suite.ts` says what each must keep. No call of it belongs inside a transaction.
 * None of these throws for what may happen outside: a time-out, a broken connection or a faulty answer is `unknown`.
 */
export interface Gateway {
  /** How the merchant's settings name it (order reference, rotating_transaction_gateway_code). */
  readonly code: string;
  /** Moves real money. The clock of a merchant with such a gateway is never moved. */
  readonly isReal: boolean;
  /** How many charges may be under way at once from one process. */
  readonly concurrency: number;
  /** The longest that a charge takes: afterwards it is answered, or given up as unknown. */
  readonly answerMsMax: number;
  /** Charges once per key: the same key gets the answer of the first time and never a second capture. */
  charge(request: ChargeRequest): Promise<ChargeAnswer>;
  /** What became of this charge; moves no money. */
  find(request: ChargeRequest): Promise<ChargeAnswer | Absent>;
  /** Gives back at most what was captured. Once per key, as a charge. */
  refund(request: RefundRequest): Promise<RefundAnswer>;
}

export interface ChargeRequest {
  /** What it stands for, unique over all merchants; each retry after a decline is a new key. At most 200 printable characters. */
  readonly key: string;
  readonly merchantId: string;
  /** More than 0. */
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  readonly cardToken: string;
  readonly cardExpiration?: CardExpiration;
  /** The order it pays for, or what will become it; shown to the merchant at the gateway. */
  readonly orderReference: string;
  readonly description: string;
  /** When the charge was first asked for, on the merchant's clock; the same in every repetition. */
  readonly requestedAt: Temporal.Instant;
}

export interface CardExpiration {
  /** 1 to 12. */
  readonly month: number;
  /** Four digits. */
  readonly year: number;
}

export type ChargeAnswer = Approved | Declined | Unknown;

export interface Approved {
  readonly kind: 'approved';
  /** The gateway's own id of the charge. */
  readonly reference: string;
  /** What was captured before a restore (restored.ts): nothing was charged now. */
  readonly restored?: { readonly amount: Minor; readonly currency: string };
}

/** The gateway said no; nothing was captured. */
export interface Declined {
  readonly kind: 'declined';
  readonly reason: DeclineReason;
  /** Trying the same card again is useless: dunning stops at once. */
  readonly isHard: boolean;
  /** A sentence for staff. */
  readonly message: string;
  readonly reference?: string;
}

/** Nobody knows whether money moved: ask again with the same key, never guess. */
export interface Unknown {
  readonly kind: 'unknown';
  /** For the log. */
  readonly message: string;
  /** The charge waited for its turn until it was too late to send it: this process has not asked the gateway. */
  readonly isUnsent?: true;
}

/** The gateway never saw this charge, or saw it and did nothing: charging with the same key is safe. */
export interface Absent {
  readonly kind: 'absent';
}

export interface RefundRequest {
  /** What it stands for, unique as a charge's key and never equal to one. */
  readonly key: string;
  readonly merchantId: string;
  /** The captured charge's reference. */
  readonly reference: string;
  readonly amount: Minor;
  readonly currency: string;
}

export type RefundAnswer =
  | { readonly kind: 'refunded'; readonly reference: string }
  | { readonly kind: 'refused'; readonly message: string }
  | Unknown;

/** Why a gateway said no, in our words; every gateway maps its own to these. */
export const declineReasons = [
  'account closed',
  'authentication required',
  'card declined',
  'card not supported',
  'currency not supported',
  'do not honor',
  'expired card',
  'fraud suspected',
  'incorrect cvc',
  'incorrect number',
  'insufficient funds',
  'invalid amount',
  'limit exceeded',
  'lost card',
  'processing error',
  'revoked',
  'stolen card',
  'token unknown',
  'try again later',
] as const;
export type DeclineReason = (typeof declineReasons)[number];

const hardReasons: ReadonlySet<DeclineReason> = new Set([
  'account closed',
  'card not supported',
  'fraud suspected',
  'incorrect number',
  'lost card',
  'revoked',
  'stolen card',
  'token unknown',
]);

/** Whether a reason alone makes a decline hard. An expired card is soft: card updaters and rules of the auto order may fix it. */
export const isHardReason = (reason: DeclineReason): boolean => hardReasons.has(reason);
