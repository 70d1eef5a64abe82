import type Stripe from 'stripe';
import type { Minor } from '../kernel/money.ts';
import {
  type Absent,
  awaitedAnswer,
  type CardFacts,
  type CardType,
  type ChargeAnswer,
  type ChargeRequest,
  type Gateway,
  type RefundAnswer,
  type RefundRequest,
  type Unknown,
  unconfirmedDecline,
} from './gateway.ts';
import { declineOf, type StripeFault } from './stripeDeclines.ts';

/** How to reach a Stripe account. */
export interface StripeSettings {
  readonly secretKey: string;
  /**
   * The secret of the webhook endpoint. Without it, we learn late answers only by querying Stripe.
   */
  readonly webhookSecret?: string | undefined;
  /** The key for the browser. Without it, customers cannot enter cards on the card page. */
  readonly publishableKey?: string | undefined;
  /** Where the browser loads Stripe's library from; Stripe's own address unless a test says so. */
  readonly scriptUrl?: string | undefined;
  /** Another server instead of Stripe: a substitute in tests. */
  readonly host?: {
    readonly protocol: 'http' | 'https';
    readonly host: string;
    readonly port: number;
  };
  readonly timeoutMs?: number;
  /**
   * Identifies this installation in its charges, so that several installations can share an
   * account.
   */
  readonly installation?: string;
}

const defaultTimeoutMs = 30_000;
// Stripe allows 100 requests per second in live mode. A charge takes about one second.
const stripeConcurrency = 40;
// Clocks differ by less than this.
const clockSkewMinutes = 60;
/** The metadata field of a PaymentIntent with the key of its charge. */
export const keyOfMetadata = 'perennial_key';
/** The metadata field with the installation that charged. */
export const installationOfMetadata = 'perennial_installation';

/**
 * Charges at Stripe with PaymentIntents confirmed off session. A card token is `cus_…/pm_…`, or
 * `pm_…` for a card without a customer, which Stripe accepts only once. Nothing outside this file
 * and `stripeWebhook.ts` knows the library.
 *
 * `find` lists the customer's PaymentIntents and searches their metadata for our key. It does not
 * repeat the charge with its idempotency key: that would charge where nothing was charged before,
 * and Stripe forgets such keys after a day. It does not use Stripe's search, which may lag behind
 * by a minute or more; lists do not lag.
 */
export function stripeGateway(code: string, settings: StripeSettings | undefined): Gateway {
  const client = connection(settings);
  return {
    code,
    isReal: true,
    concurrency: stripeConcurrency,
    answerMsMax: settings?.timeoutMs ?? defaultTimeoutMs,
    charge: (request) =>
      answered(request, async () =>
        answerOf(await createIntent(await client(), request, settings?.installation)),
      ),
    find: (request) => answered(request, async () => findIntent(await client(), request)),
    cancel: (request, reference) =>
      answered(request, async () => answerOf(await cancelIntent(await client(), reference))),
    async describe(cardToken) {
      try {
        return factsOf(
          (await (await client()).paymentMethods.retrieve(cardOf(cardToken).paymentMethod)).card,
        );
      } catch {
        return undefined;
      }
    },
    async refund(request) {
      try {
        return { kind: 'refunded', reference: (await createRefund(await client(), request)).id };
      } catch (error) {
        return refusalOfRefund(error);
      }
    },
  };
}

/** Creates the client at first use: loading the library takes longer than the rest of the start. */
export function connection(settings: StripeSettings | undefined): () => Promise<Stripe> {
  let client: Promise<Stripe> | undefined;
  return () => (client ??= open(settings));
}

async function open(settings: StripeSettings | undefined): Promise<Stripe> {
  if (!settings) throw new Error('STRIPE_SECRET_KEY is not set');
  const { default: StripeClient } = await import('stripe');
  return new StripeClient(settings.secretKey, {
    timeout: settings.timeoutMs ?? defaultTimeoutMs,
    // Our reconciler does the retries, with its own pauses.
    maxNetworkRetries: 0,
    telemetry: false,
    ...settings.host,
  });
}

/** Converts Stripe's description of a card. */
export function factsOf(card: Stripe.PaymentMethod.Card | null | undefined): CardFacts | undefined {
  if (!card) return undefined;
  return {
    type: types[card.brand],
    lastFour: card.last4,
    expiration: { month: card.exp_month, year: card.exp_year },
  };
}

/** Stripe's brands in the spelling of the wire. */
const types: Readonly<Record<string, CardType>> = {
  amex: 'AMEX',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'MasterCard',
  visa: 'VISA',
};

function createIntent(
  client: Stripe,
  request: ChargeRequest,
  installation: string | undefined,
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
    },
    { idempotencyKey: request.key },
  );
}

async function findIntent(client: Stripe, request: ChargeRequest): Promise<ChargeAnswer | Absent> {
  const { customer } = cardOf(request.cardToken);
  const since = Math.floor(
    request.requestedAt.subtract({ minutes: clockSkewMinutes }).epochMilliseconds / 1000,
  );
  const intents = client.paymentIntents.list({
    limit: 100,
    created: { gte: since },
    ...(customer === undefined ? {} : { customer }),
  });
  for await (const intent of intents)
    if (intent.metadata[keyOfMetadata] === request.key) return answerOf(intent);
  return { kind: 'absent' };
}

function createRefund(client: Stripe, request: RefundRequest): Promise<Stripe.Refund> {
  return client.refunds.create(
    {
      payment_intent: request.reference,
      amount: stripeAmount(request.amount, request.currency),
      metadata: { [keyOfMetadata]: request.key },
    },
    { idempotencyKey: request.key },
  );
}

/** Cancels a payment. Stripe refuses it for one that has ended, which is returned as it is. */
async function cancelIntent(client: Stripe, id: string): Promise<Stripe.PaymentIntent> {
  try {
    return await client.paymentIntents.cancel(id, { cancellation_reason: givenUp });
  } catch (error) {
    if (faultOf(error).code !== 'payment_intent_unexpected_state') throw error;
    return client.paymentIntents.retrieve(id);
  }
}

/** Stripe's reason for canceling a payment that its customer did not confirm. */
const givenUp = 'abandoned';

/**
 * Converts the status of a PaymentIntent to an answer. Stripe refuses a charge off session that
 * needs the customer, and the same PaymentIntent can then be confirmed by the customer.
 */
export function answerOf(intent: Stripe.PaymentIntent): ChargeAnswer {
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
 * Converts what the library throws to an answer. Only a clear refusal is a decline. Wrong keys,
 * limits, faults and lost answers say nothing about the card.
 */
async function answered<Answer>(
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
    return unknown(request.key, fault);
  }
}

/**
 * True when Stripe refuses a request because of the card or the amount. Any other refused request
 * is a bug or a set-up error.
 */
const isAboutTheCharge = ({ code, param }: Fault): boolean =>
  code === 'amount_too_small' ||
  code === 'amount_too_large' ||
  code === 'payment_method_unexpected_state' ||
  (code === 'resource_missing' && (param === 'payment_method' || param === 'customer'));

function refusalOfRefund(error: unknown): RefundAnswer {
  const fault = faultOf(error);
  return fault.type === 'StripeInvalidRequestError'
    ? { kind: 'refused', message: fault.message }
    : unknown('refund', fault);
}

const unknown = (key: string, fault: Fault): Unknown => ({
  kind: 'unknown',
  message: `Stripe did not answer ${key}: ${fault.message}`,
});

type Fault = Partial<Stripe.errors.StripeError> & { readonly message: string };

const faultOf = (error: unknown): Fault =>
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
function stripeAmount(amount: Minor, currency: string): number {
  return isInHundredths(currency) ? amount * 100 : amount;
}

/** Converts an amount of Stripe's to minor units. */
export const minorOfStripe = (amount: number, currency: string): number =>
  isInHundredths(currency) ? Math.round(amount / 100) : amount;

const isInHundredths = (currency: string): boolean => currency === 'ISK' || currency === 'UGX';
