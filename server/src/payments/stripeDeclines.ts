import { type Declined, type DeclineReason, isHardReason } from './gateway.ts';

/**
 * The part of Stripe's answer that describes a refused charge: in an error that the library throws,
 * or as `last_payment_error` of a PaymentIntent.
 */
export interface StripeFault {
  readonly code?: string | null;
  readonly decline_code?: string | null;
  readonly advice_code?: string | null;
  readonly message?: string | null;
}

/**
 * Converts Stripe's refusal to a decline in our words. Stripe's advice not to try again makes any
 * reason hard.
 */
export function declineOf(fault: StripeFault, reference?: string): Declined {
  const reason = reasons[fault.decline_code ?? ''] ?? reasons[fault.code ?? ''] ?? 'card declined';
  const isFinal =
    fault.advice_code === 'do_not_try_again' || finalCodes.has(fault.decline_code ?? '');
  return {
    kind: 'declined',
    reason,
    isHard: isFinal || isHardReason(reason),
    message: fault.message || `Stripe declined the card: ${reason}.`,
    ...(reference === undefined ? {} : { reference }),
  };
}

// Codes of the issuer that name no cause but forbid another attempt.
const finalCodes = new Set([
  'do_not_try_again',
  'pickup_card',
  'restricted_card',
  'security_violation',
  'transaction_not_allowed',
]);

/**
 * Stripe's decline codes and, where there is none, its error codes (Stripe documentation, "Decline
 * codes" and "Error codes").
 */
const reasons: Readonly<Record<string, DeclineReason>> = {
  account_closed: 'account closed',
  amount_too_large: 'invalid amount',
  amount_too_small: 'invalid amount',
  approve_with_id: 'try again later',
  authentication_required: 'authentication required',
  call_issuer: 'do not honor',
  card_not_supported: 'card not supported',
  card_velocity_exceeded: 'limit exceeded',
  currency_not_supported: 'currency not supported',
  do_not_honor: 'do not honor',
  do_not_try_again: 'do not honor',
  expired_card: 'expired card',
  fraudulent: 'fraud suspected',
  generic_decline: 'card declined',
  highest_risk_level: 'fraud suspected',
  incorrect_cvc: 'incorrect cvc',
  incorrect_number: 'incorrect number',
  insufficient_funds: 'insufficient funds',
  invalid_account: 'account closed',
  invalid_amount: 'invalid amount',
  invalid_cvc: 'incorrect cvc',
  invalid_number: 'incorrect number',
  issuer_not_available: 'try again later',
  lost_card: 'lost card',
  merchant_blacklist: 'fraud suspected',
  new_account_information_available: 'account closed',
  no_action_taken: 'do not honor',
  not_permitted: 'do not honor',
  payment_intent_authentication_failure: 'authentication required',
  payment_method_unexpected_state: 'token unknown',
  pickup_card: 'stolen card',
  processing_error: 'processing error',
  reenter_transaction: 'try again later',
  resource_missing: 'token unknown',
  revocation_of_all_authorizations: 'revoked',
  revocation_of_authorization: 'revoked',
  security_violation: 'fraud suspected',
  service_not_allowed: 'do not honor',
  stolen_card: 'stolen card',
  stop_payment_order: 'revoked',
  try_again_later: 'try again later',
  withdrawal_count_limit_exceeded: 'limit exceeded',
};
