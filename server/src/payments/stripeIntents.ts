import type Stripe from 'stripe';
import type { Minor } from '../kernel/money.ts';
import {
  awaitedAnswer,
  type ChargeAnswer,
  type ChargeRequest,
  type Unknown,
  unconfirmedDecline,
} from './gateway.ts';
import { declineOf, type StripeFault } from './stripeDeclines.ts';

/*
 * PaymentIntents of Stripe: creates and finds them, and converts their states and the library's
 * errors to answers.
 */

// The largest difference between Stripe's clock and ours that we allow for.
const clockSkewMinutes = 60;
/** The metadata field of a PaymentIntent with the key of its charge. */
export const keyOfMetadata = 'perennial_key';
/** The metadata field with the installation that charged. */
export const installationOfMetadata = 'perennial_installation';

/** Creates and confirms a payment. `fields` are added to it. */
export function createIntent(
  client: Stripe,
  request: ChargeRequest,
  installation: string | undefined,
  fields: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> {
  const { customer, paymentMethod } = cardOf(request.cardToken);
  return client.paymentIntents.create(
    {
      amount: stripeAmount(request.amount, request.currency),
      currency: request.currency.toLowerCase(),
      payment_method: paymentMethod,
      ...(customer === undefined ? {} : { customer }),
      confirm: true,
      off_session: true,
      description: request.description,
      metadata: {
        [keyOfMetadata]: request.key,
        merchant_id: request.merchantId,
        ...(installation === undefined ? {} : { [installationOfMetadata]: installation }),
        order_reference: request.orderReference,
      },
      ...fields,
    },
    { idempotencyKey: request.key },
  );
}

/** Returns the payment whose metadata has the key of a request, or undefined. */
export async function intentOf(
  client: Stripe,
  request: ChargeRequest,
  field: string,
): Promise<Stripe.PaymentIntent | undefined> {
  const { customer } = cardOf(request.cardToken);
  const since = Math.floor(
    request.requestedAt.subtract({ minutes: clockSkewMinutes }).epochMilliseconds / 1000,
  );
  const intents = client.paymentIntents.list({
    limit: 100,
    created: { gte: since },
    ...(customer === undefined ? {} : { customer }),
  });
  for await (const intent of intents) if (intent.metadata[field] === request.key) return intent;
  return undefined;
}

/**
 * Converts the status of a PaymentIntent to an answer. Stripe refuses a charge off session that
 * needs the customer, and the same PaymentIntent can then be confirmed by the customer.
 */
export function stripeAnswer(intent: Stripe.PaymentIntent): ChargeAnswer {
  switch (intent.status) {
    case 'succeeded':
      return { kind: 'approved', reference: intent.id };
    case 'requires_payment_method':
      return refusedAnswer(intent.last_payment_error ?? {}, intent.id);
    case 'requires_action':
      return awaitedAnswer(intent.id);
    case 'canceled':
      if (intent.cancellation_reason === givenUp)
        return unconfirmedDecline('The customer did not confirm the payment.', intent.id);
      return declineOf(
        { code: 'processing_error', message: 'The payment was canceled at Stripe.' },
        intent.id,
      );
    default:
      return { kind: 'unknown', message: `the payment ${intent.id} is ${intent.status} at Stripe` };
  }
}

function refusedAnswer(fault: StripeFault, reference: string | undefined): ChargeAnswer {
  const declined = declineOf(fault, reference);
  return reference !== undefined && declined.reason === 'authentication required'
    ? awaitedAnswer(reference)
    : declined;
}

/**
 * Converts an error of the library to an answer. Only a clear refusal is a decline. Wrong keys,
 * limits, faults and lost answers are unknown, because they say nothing about the card.
 */
export async function answered<Answer>(
  request: ChargeRequest,
  ask: () => Promise<Answer>,
): Promise<Answer | ChargeAnswer> {
  try {
    return await ask();
  } catch (error) {
    const fault = faultOf(error);
    if (fault.type === 'StripeCardError') return refusedAnswer(fault, fault.payment_intent?.id);
    if (fault.type === 'StripeInvalidRequestError' && isAboutTheCharge(fault))
      return declineOf(fault);
    return refusesAccount(fault) ? refusedAccount(fault) : unknown(request.key, fault);
  }
}

/**
 * Error codes of Stripe that concern the account, in addition to a wrong key (401) and a missing
 * right (403): Stripe documentation, "Error codes".
 */
const accountCodes: ReadonlySet<string> = new Set([
  'account_invalid',
  'api_key_expired',
  'livemode_mismatch',
  'platform_api_key_expired',
  'secret_key_required',
  'testmode_charges_only',
]);

const refusesAccount = ({ type, code }: StripeReport): boolean =>
  type === 'StripeAuthenticationError' ||
  type === 'StripePermissionError' ||
  accountCodes.has(code ?? '');

const refusedAccount = ({ message }: StripeReport): Unknown => ({
  kind: 'unknown',
  message: `Stripe refuses the account: ${message.replace(/\.$/, '')}`,
  refusesAccount: true,
});

/**
 * True when Stripe refuses a request because of the card or the amount. Any other refused request
 * is a bug or a set-up error.
 */
const isAboutTheCharge = ({ code, param }: StripeReport): boolean =>
  code === 'amount_too_small' ||
  code === 'amount_too_large' ||
  code === 'payment_method_unexpected_state' ||
  (code === 'resource_missing' && (param === 'payment_method' || param === 'customer'));

/** Returns the answer for an error that says nothing about the card. */
export const unknown = (key: string, fault: StripeReport): Unknown => ({
  kind: 'unknown',
  message: `Stripe did not answer ${key}: ${fault.message}`,
});

/** The library's report about a request that failed. */
export type StripeReport = Partial<Stripe.errors.StripeError> & { readonly message: string };

/** Returns the message of an error of the library. */
export const faultOf = (error: unknown): StripeReport =>
  error instanceof Error ? error : { message: String(error) };

/** Splits a card token of Stripe. */
export function cardOf(cardToken: string): { customer?: string; paymentMethod: string } {
  const [first, second] = cardToken.split('/');
  return second === undefined
    ? { paymentMethod: cardToken }
    : { customer: first!, paymentMethod: second };
}

/**
 * Converts an amount to Stripe's unit. Stripe counts most currencies as ISO 4217 does, but expects
 * hundredths for these two, which have no minor unit.
 */
export function stripeAmount(amount: Minor, currency: string): number {
  return isInHundredths(currency) ? amount * 100 : amount;
}

/** Converts an amount from Stripe to minor units. */
export const minorOfStripe = (amount: number, currency: string): number =>
  isInHundredths(currency) ? Math.round(amount / 100) : amount;

const isInHundredths = (currency: string): boolean => currency === 'ISK' || currency === 'UGX';

/** Stripe's reason for canceling a payment that its customer did not confirm. */
export const givenUp = 'abandoned';
