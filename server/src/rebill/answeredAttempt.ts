import { Temporal } from 'temporal-polyfill';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import type { OrderRecord } from '../orders/order.ts';
import type { ChargeAnswer } from '../payments/gateway.ts';
import type { RoutedAnswer } from '../payments/payments.ts';
import type { NewAttempt } from './attempt.ts';

/** An attempt with the gateway's answer. */
export interface AnsweredAttempt {
  readonly attempt: NewAttempt;
  /** Absent for an order that costs nothing: it has no charge and counts as paid. */
  readonly routed?: RoutedAnswer | undefined;
  /**
   * The records from which the attempt was planned, if this process planned it. A process that
   * finishes another process's charge reads them again.
   */
  readonly planned?: { readonly autoOrder: AutoOrder; readonly original: OrderRecord };
  /** The number of earlier queries to the gateway about it. */
  readonly checks?: number;
  /** When the customer's time to confirm the payment ended, on the merchant's clock. */
  readonly endedAt?: Temporal.Instant;
}

/** The gateway's answer to a charge, or the answer that replaces it if no gateway was asked. */
export type KnownAnswer =
  /** Nothing was charged. The order is unpaid, unless its purchase order is approved. */
  | { readonly kind: 'invoiced'; readonly isApproved: boolean }
  | { readonly kind: 'paid'; readonly gatewayCode?: string; readonly reference?: string }
  | {
      readonly kind: 'declined';
      readonly gatewayCode: string;
      readonly reference?: string | undefined;
      readonly reason: string;
      readonly message: string;
      readonly isHard: boolean;
    };

/** Returns the answer that counts: a declined attempt is paid if its order is already paid. */
export function settledAnswer(answer: KnownAnswer, kept: OrderRecord | undefined): KnownAnswer {
  return kept?.paidAt !== undefined && answer.kind === 'declined' ? { kind: 'paid' } : answer;
}

/** The gateway that may know the attempt and that the settings no longer name, if that is so. */
export const goneGatewayOf = ({ routed }: Pick<AnsweredAttempt, 'routed'>): string | undefined =>
  routed?.answer.kind === 'unknown' && routed.answer.isGone ? routed.code : undefined;

/** Returns the gateway's reference of the charge, if there is one. */
export const referenceOf = (answer: KnownAnswer): string | undefined =>
  answer.kind === 'invoiced' ? undefined : answer.reference;

/** Returns the known answer of an attempt: without a gateway it counts as paid. */
export function attemptAnswer(routed: RoutedAnswer | undefined): KnownAnswer {
  if (routed === undefined) return { kind: 'paid' };
  const { code: gatewayCode, answer } = routed as {
    code: string;
    answer: Exclude<ChargeAnswer, { kind: 'unknown' }>;
  };
  if (answer.kind === 'approved') return { kind: 'paid', gatewayCode, reference: answer.reference };
  const { reason, message, isHard, reference } = answer;
  return { kind: 'declined', gatewayCode, reference, reason, message, isHard };
}
