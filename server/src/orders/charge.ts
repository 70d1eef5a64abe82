import type { Minor } from '../kernel/money.ts';
import type { Lease } from '../platform/jobs/lease.ts';

/** What a gateway is asked for a new order. */
export interface OrderCharge {
  /** Made of what the charge stands for, so asking again is the same charge and never a second one. */
  readonly idempotencyKey: string;
  readonly merchantId: string;
  readonly orderId: string;
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  readonly cardToken: string;
  /** How long no other process asks the gateway for this order; a charge that could take longer is not sent. */
  readonly lease: Lease;
}

/** What became of a charge. "We do not know" is an answer of its own: neither approved nor declined until somebody asked again. */
export type ChargeResult =
  | {
      readonly kind: 'approved';
      readonly gateway: string;
      /** What kind of gateway it is: a card's token is of no use to another kind. */
      readonly gatewayKind?: string | undefined;
      readonly reference: string;
      readonly card?: ChargedCard;
    }
  | {
      readonly kind: 'declined';
      readonly gateway: string;
      readonly reason: string;
      readonly reference?: string;
    }
  /** `notSent`: why no gateway was asked; it will be once that is over. */
  | { readonly kind: 'unknown'; readonly notSent?: string };

/** What the gateway knows of the card behind a token. */
export interface ChargedCard {
  readonly lastFour?: string;
  readonly type?: 'AMEX' | 'Diners Club' | 'Discover' | 'JCB' | 'MasterCard' | 'VISA';
}

/**
 * Charges the first payment of an order. Handed in when the app is put together; never called while a transaction is open. What it throws
 * counts as unknown.
 */
export type Charge = (charge: OrderCharge) => Promise<ChargeResult>;

/** What keeps the merchant's customers from being charged at this moment. */
export interface ChargeObstacle {
  /** It passes by itself or by an operator's word; false: the merchant lacks a gateway. */
  readonly passes: boolean;
  /** What is wrong and how to fix it, without a full stop at the end. */
  readonly reason: string;
}

/** The key of an order's first payment. */
export const chargeKey = (merchantId: string, orderId: string): string =>
  `order:${merchantId}:${orderId}`;
