import type Stripe from 'stripe';
import type {
  Absent,
  CardFacts,
  CardType,
  ChargeAnswer,
  ChargeRequest,
  Gateway,
  RefundAnswer,
  RefundRequest,
} from './gateway.ts';
import { stripeHolds } from './stripeHolds.ts';
import { limitedHttpClient } from './stripeHttp.ts';
import {
  answered,
  cardOf,
  createIntent,
  faultOf,
  givenUp,
  intentOf,
  keyOfMetadata,
  stripeAmount,
  stripeAnswer,
  unknown,
} from './stripeIntents.ts';

/** How to reach a Stripe account. */
export interface StripeSettings {
  readonly secretKey: string;
  /**
   * The secret of the webhook endpoint. Without it, we learn late answers only by querying Stripe.
   */
  readonly webhookSecret?: string | undefined;
  /** The key for the browser. Without it, customers cannot enter cards on the card page. */
  readonly publishableKey?: string | undefined;
  /** The address of Stripe's browser library. Tests use another one than Stripe's own. */
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
/**
 * Charges at Stripe with PaymentIntents confirmed off session. A card token is `cus_…/pm_…`, or
 * `pm_…` for a card without a customer, which Stripe accepts only once. Nothing outside this file
 * and `stripeWebhook.ts` knows the library.
 *
 * `find` lists the customer's PaymentIntents and searches their metadata for our key. It does not
 * repeat the charge with its idempotency key: that would make a charge that Stripe never received,
 * and Stripe deletes such keys after a day. It does not use Stripe's search, which may lag behind
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
        stripeAnswer(await createIntent(await client(), request, settings?.installation)),
      ),
    find: (request) => answered(request, async () => findIntent(await client(), request)),
    cancel: (request, reference) =>
      answered(request, async () => stripeAnswer(await cancelIntent(await client(), reference))),
    async describe(cardToken) {
      try {
        return cardFacts(
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
    holds: stripeHolds(client, settings?.installation),
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
    httpClient: limitedHttpClient(StripeClient),
    timeout: settings.timeoutMs ?? defaultTimeoutMs,
    // Our reconciler does the retries, with its own delays.
    maxNetworkRetries: 0,
    telemetry: false,
    ...settings.host,
  });
}

/** Converts Stripe's description of a card. */
export function cardFacts(
  card: Stripe.PaymentMethod.Card | null | undefined,
): CardFacts | undefined {
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

async function findIntent(client: Stripe, request: ChargeRequest): Promise<ChargeAnswer | Absent> {
  const intent = await intentOf(client, request, keyOfMetadata);
  return intent === undefined ? { kind: 'absent' } : stripeAnswer(intent);
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

/**
 * Cancels a payment. Stripe refuses this for a payment that has ended, which is returned unchanged.
 */
async function cancelIntent(client: Stripe, id: string): Promise<Stripe.PaymentIntent> {
  try {
    return await client.paymentIntents.cancel(id, { cancellation_reason: givenUp });
  } catch (error) {
    if (faultOf(error).code !== 'payment_intent_unexpected_state') throw error;
    return client.paymentIntents.retrieve(id);
  }
}

function refusalOfRefund(error: unknown): RefundAnswer {
  const fault = faultOf(error);
  return fault.type === 'StripeInvalidRequestError'
    ? { kind: 'refused', message: fault.message }
    : unknown('refund', fault);
}
