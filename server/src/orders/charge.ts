import type { OrderPaymentCreditCard } from '@perennial/contract/orderPayment.ts';
import type { Minor } from '../kernel/money.ts';
import type { Lease } from '../platform/jobs/lease.ts';

/** The request to charge an order. */
export interface OrderCharge {
  /**
   * The key comes from the subject of the charge. So a repeated request is the same charge and
   * never a second one.
   */
  readonly idempotencyKey: string;
  readonly merchantId: string;
  readonly orderId: string;
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  readonly cardToken: string;
  /** The kind of gateway that charged this card before. No other kind can use its token. */
  readonly chargedBy?: string | undefined;
  /** How long no other process charges this order. A charge that might take longer is not sent. */
  readonly lease: Lease;
}

/**
 * The outcome of a charge. `unknown` is an outcome too: the charge is neither approved nor declined
 * until the gateway is queried again.
 */
export type ChargeResult =
  | {
      readonly kind: 'approved';
      readonly gateway: string;
      /** The kind of gateway. A gateway of another kind cannot use the card's token. */
      readonly gatewayKind?: string | undefined;
      readonly reference: string;
      readonly card?: ChargedCard;
      /** The amount that was authorized and given back. Absent: the amount was captured. */
      readonly tested?: Minor | undefined;
    }
  | {
      readonly kind: 'declined';
      readonly gateway: string;
      /** A sentence for staff. */
      readonly reason: string;
      /** The reason in the common terms of the gateways: `insufficient funds`. */
      readonly code?: string | undefined;
      readonly reference?: string | undefined;
      /** The amount of a test, which was to be authorized. Absent: a charge was to be captured. */
      readonly tested?: Minor | undefined;
    }
  /**
   * `notSent` says why no gateway was asked. One will be asked as soon as that reason is gone.
   * `goneGateway` is the one that may know the charge and that the settings no longer name.
   */
  | { readonly kind: 'unknown'; readonly notSent?: string; readonly goneGateway?: string };

/** The outcome of a charge that is known. */
export type KnownChargeResult = Exclude<ChargeResult, { readonly kind: 'unknown' }>;

/** The gateway's facts about the card behind a token. */
export interface ChargedCard {
  readonly lastFour?: string | undefined;
  readonly type?: OrderPaymentCreditCard['card_type'];
  readonly expiration?: { readonly month: number; readonly year: number } | undefined;
}

/**
 * Charges an order. `app/` provides it. Never call it while a transaction is
 * open. An exception counts as an unknown outcome.
 */
export type Charge = (charge: OrderCharge) => Promise<ChargeResult>;

/** A reason that prevents charges of the merchant's customers now. */
export interface OrderChargeObstacle {
  /** Whether it ends by itself or when an operator ends it. False: the merchant has no gateway. */
  readonly passes: boolean;
  /** The fault and its fix, without a full stop at the end. */
  readonly reason: string;
}

/** Returns the key of an order's later payment, by its number: 1, 2, 3 … */
export const laterPaymentKey = (merchantId: string, orderId: string, attempt: number): string =>
  `${firstPaymentKey(merchantId, orderId)}:${attempt}`;

/** Whether a key has the form of {@link laterPaymentKey}. */
export const isLaterPayment = (key: string): boolean => /^order:[^:]+:[^:]+:\d+$/.test(key);

/** Returns the key of an order's first payment. */
export const firstPaymentKey = (merchantId: string, orderId: string): string =>
  `order:${merchantId}:${orderId}`;
