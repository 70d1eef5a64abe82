import type { Context } from '../platform/context.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { ChargeAnswer, ChargeRequest, RefundAnswer, RefundRequest } from './gateway.ts';

/** The gateways of all merchants, as features use them. */
export interface Payments {
  /** The merchant's gateways as they stand now: load once a batch, outside any transaction. */
  of(context: Context): Promise<MerchantPayments>;
  /** True when one of the merchant's gateways moves real money: its clock is never moved. */
  isReal(merchant: Merchant): boolean;
}

/** One merchant's gateways with their rotation as of now. */
export interface MerchantPayments {
  /**
   * Which gateways a charge goes to, in order: the first by weight and key, the others only when it cascades. Store it with the attempt before
   * charging: a repetition must go the same way. `pinnedCode` is the order's rotating_transaction_gateway_code. Never empty.
   */
  route(key: string, pinnedCode?: string): readonly string[];
  /** Charges along the route. Never throws for what the outside does. */
  charge(route: readonly string[], request: ChargeRequest): Promise<RoutedAnswer>;
  /** For a charge whose answer was lost: asks each gateway of the route by key, and charges (same key) only where it was never seen. */
  resolve(route: readonly string[], request: ChargeRequest): Promise<RoutedAnswer>;
  refund(code: string, request: RefundRequest): Promise<RefundAnswer>;
  /** Charges under way at once that all the gateways of this merchant together allow one process. */
  readonly concurrency: number;
}

/** The answer and the gateway that gave it. */
export interface RoutedAnswer {
  readonly code: string;
  readonly answer: ChargeAnswer;
}
