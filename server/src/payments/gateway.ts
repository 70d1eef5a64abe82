import type { declineReasons } from '@perennial/contract/declineReason.ts';
import type { cardTypes } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';

/**
 * A service that charges cards. All gateways implement this interface, and `gateway.suite.ts` tests
 * what each must guarantee. Never call a gateway inside a transaction. No method throws for a fault
 * outside this process: a time-out, a broken connection or an invalid response is returned as
 * `unknown`.
 */
export interface Gateway {
  /** Its name in the merchant's settings (order reference, rotating_transaction_gateway_code). */
  readonly code: string;
  /** True when it moves real money. The clock of a merchant with such a gateway cannot be moved. */
  readonly isReal: boolean;
  /** The most charges that one process may have in flight at once. */
  readonly concurrency: number;
  /** The longest time that a charge takes. Then it has an answer or is given up as unknown. */
  readonly answerMsMax: number;
  /** Charges once per key. The same key returns the first answer and never captures twice. */
  charge(request: ChargeRequest): Promise<ChargeAnswer>;
  /** Returns the outcome of this charge. Moves no money. */
  find(request: ChargeRequest): Promise<ChargeAnswer | Absent>;
  /**
   * Gives up a payment that waits for its customer, so that it can never be captured. Returns
   * its outcome: declined, or approved when the customer confirmed it first.
   */
  cancel(request: ChargeRequest, reference: string): Promise<ChargeAnswer>;
  /** Returns what the gateway knows about a card, or undefined when it does not know or respond. */
  describe(cardToken: string): Promise<CardFacts | undefined>;
  /** Refunds at most what was captured. Runs once per key, like a charge. */
  refund(request: RefundRequest): Promise<RefundAnswer>;
  /** Tests of cards. */
  readonly holds: CardHolds;
}

/** One charge, as a gateway gets it. */
export interface ChargeRequest {
  /**
   * The identity of the charge, unique across all merchants. Each retry after a decline has a new
   * key. At most 200 printable characters.
   */
  readonly key: string;
  readonly merchantId: string;
  /** Greater than 0, in minor units. */
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  readonly cardToken: string;
  readonly cardExpiration?: CardExpiration;
  /**
   * The order that the charge pays for, or the order that will be made from it. The merchant sees
   * it at the gateway.
   */
  readonly orderReference: string;
  readonly description: string;
  /**
   * When the charge was first requested, on the merchant's clock. Every repetition has the same
   * value.
   */
  readonly requestedAt: Temporal.Instant;
  /**
   * The charge may wait until the customer confirms it at the bank. Absent: a charge that needs a
   * confirmation is declined.
   */
  readonly mayWait?: true;
}

/** A type of card. */
export type CardType = (typeof cardTypes)[number];

/** The month in which a card expires. */
export interface CardExpiration {
  /** 1 to 12. */
  readonly month: number;
  /** Four digits. */
  readonly year: number;
}

/** The gateway's facts about a card. Absent: the gateway does not say. */
export interface CardFacts {
  /** The type in the spelling of the wire: VISA, MasterCard … */
  readonly type?: CardType | undefined;
  readonly lastFour?: string | undefined;
  readonly expiration?: CardExpiration | undefined;
}

/** The gateway's answer to a charge. */
export type ChargeAnswer = Approved | Declined | Unknown;

/** The charge was captured. */
export interface Approved {
  readonly kind: 'approved';
  /** The gateway's own id of the charge. */
  readonly reference: string;
  /** True when this was captured before a restore (restored.ts), so nothing was charged now. */
  readonly restored?: { readonly amount: Minor; readonly currency: string };
}

/** The gateway refused the charge; nothing was captured. */
export interface Declined {
  readonly kind: 'declined';
  readonly reason: DeclineReason;
  /** True when retrying the same card is useless: dunning stops at once. */
  readonly isHard: boolean;
  /** A sentence for staff. */
  readonly message: string;
  readonly reference?: string;
}

/** It is unknown whether money moved. Ask again with the same key; never guess. */
export interface Unknown {
  readonly kind: 'unknown';
  /** For the log. */
  readonly message: string;
  /**
   * True when the charge waited too long for its turn and this process did not send it to the
   * gateway.
   */
  readonly isUnsent?: true;
  /**
   * The gateway refuses the account with which we asked (a wrong key, a closed account), so nothing
   * was done. It is not about this charge: the gateway refuses every other one, too.
   */
  readonly refusesAccount?: true;
  /** The settings no longer name the gateway, so it is not asked until they name it again. */
  readonly isGone?: true;
  /**
   * The payment waits for the customer to confirm it at the bank (3-D Secure). Nothing is captured
   * before that, and the gateway captures it by itself as soon as the customer has confirmed it.
   */
  readonly awaits?: AwaitedPayment;
}

/** A payment that waits for its customer. */
export interface AwaitedPayment {
  /** The gateway's own id of the payment. */
  readonly reference: string;
}

/**
 * The gateway never received this charge, or did nothing with it. Charging with the same key is
 * safe.
 */
export interface Absent {
  readonly kind: 'absent';
}

/** One refund, as a gateway gets it. */
export interface RefundRequest {
  /** The identity of the refund, unique like a charge's key and never equal to one. */
  readonly key: string;
  readonly merchantId: string;
  /** The reference of the captured charge. */
  readonly reference: string;
  readonly amount: Minor;
  readonly currency: string;
}

/** The gateway's answer to a refund. */
export type RefundAnswer =
  | { readonly kind: 'refunded'; readonly reference: string }
  | { readonly kind: 'refused'; readonly message: string }
  | Unknown;

/**
 * Holds of a gateway: amounts that a bank authorizes and that are never captured. They test a card.
 * A hold has the identity, the amount and the card of a request, like a charge.
 */
export interface CardHolds {
  /** Authorizes an amount once per key, without capturing it. `approved` means that it is held. */
  hold(request: ChargeRequest): Promise<ChargeAnswer>;
  /** Returns the outcome of a hold, also of one that was released. Holds nothing. */
  find(request: ChargeRequest): Promise<HoldAnswer | Absent>;
  /** Releases a hold. Releasing it again changes nothing. */
  release(request: ChargeRequest, reference: string): Promise<ReleaseAnswer>;
}

/** The holds of a gateway that is not available: every answer is unknown. */
export const noHolds: CardHolds = {
  hold: () => Promise.resolve(noAnswer),
  find: () => Promise.resolve(noAnswer),
  release: () => Promise.resolve(noAnswer),
};

const noAnswer = { kind: 'unknown', message: 'the gateway cannot be queried' } as const;

/** The gateway's answer about a hold. */
export type HoldAnswer = ChargeAnswer | Released;

/** The gateway's answer to the release of a hold. */
export type ReleaseAnswer = Released | Unknown;

/** The hold was made and then released. */
export interface Released {
  readonly kind: 'released';
  readonly reference: string;
}

/** Why a charge was declined. */
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

/**
 * True when the reason alone makes a decline hard. An expired card is soft: a card updater or a
 * rule of the auto order may fix it.
 */
export const isHardReason = (reason: DeclineReason): boolean => hardReasons.has(reason);

/** The answer to a charge that waits for its customer. */
export const awaitedAnswer = (reference: string): Unknown => ({
  kind: 'unknown',
  message: 'the bank requires the customer to confirm the payment',
  awaits: { reference },
});

/** The decline of a payment that needed its customer, who did not confirm it. */
export const unconfirmedDecline = (message: string, reference: string): Declined => ({
  kind: 'declined',
  reason: 'authentication required',
  isHard: false,
  message,
  reference,
});

/** The answer that counts for a request: a charge that must not wait is declined. */
export function decidedAnswer<Answer extends ChargeAnswer | Absent>(
  { mayWait }: ChargeRequest,
  answer: Answer,
): Answer | Declined {
  if (answer.kind !== 'unknown' || answer.awaits === undefined || mayWait === true) return answer;
  return unconfirmedDecline(
    'The bank requires the customer to confirm the payment.',
    answer.awaits.reference,
  );
}
