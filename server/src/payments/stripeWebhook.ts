import type { FastifyInstance } from 'fastify';
import type Stripe from 'stripe';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { CardFacts, ChargeAnswer } from './gateway.ts';
import type { ArrivedReport } from './gatewayReport.ts';
import { cardFacts, connection, type StripeSettings } from './stripe.ts';
import { stripeAnswer } from './stripeIntents.ts';
import { stripeReport } from './stripeReport.ts';

/** One of our charges whose answer came late. */
export interface LateAnswer {
  readonly merchantId: string;
  readonly key: string;
  readonly answer: ChargeAnswer;
}

/** The path that Stripe sends its notifications to. */
export const stripeWebhookPath = '/perennial/v1/gateways/stripe/webhook';

const toleranceSeconds = 300;

/** The functions that receive Stripe's notifications. */
export interface StripeListeners {
  /** Called with the outcome of a payment. */
  heard(late: LateAnswer): Promise<void>;
  /** Called with a refund or a dispute that was made at Stripe. Stores it. */
  reported(report: ArrivedReport): Promise<unknown>;
  /** Called with a card that its bank has updated. Stores it. */
  cardUpdated(cardToken: string, facts: CardFacts): Promise<unknown>;
}

/**
 * Adds the endpoint at which Stripe reports the outcome of payments, refunds and disputes. Only
 * requests with Stripe's signature count. It also returns 200 for payments that are not ours, so
 * that Stripe does not send them again. A notification that cannot be stored fails, and Stripe
 * sends it again.
 */
export function addStripeWebhook(
  server: FastifyInstance,
  settings: StripeSettings & { readonly webhookSecret: string },
  clock: SystemClock,
  { heard, reported, cardUpdated }: StripeListeners,
): void {
  const client = connection(settings);
  server.post(stripeWebhookPath, async (request, reply) => {
    const event = readEvent(
      await client(),
      settings.webhookSecret,
      clock,
      request.body,
      request.headers['stripe-signature'],
    );
    if (!event)
      return reply
        .code(400)
        .type('text/plain')
        .send('The signature does not match the body. Check STRIPE_WEBHOOK_SECRET.');
    const late = lateAnswerOf(event);
    if (late) await heard(late);
    const card = updatedCardOf(event);
    if (card) await cardUpdated(card.cardToken, card.facts);
    const report = await stripeReport(client, settings, event);
    if (report) await reported(report);
    return reply.code(200).type('text/plain').send('received');
  });
}

function readEvent(
  client: Stripe,
  secret: string,
  clock: SystemClock,
  body: unknown,
  signature: unknown,
): Stripe.Event | undefined {
  if (typeof body !== 'string' || typeof signature !== 'string') return undefined;
  try {
    return client.webhooks.constructEvent(
      body,
      signature,
      secret,
      toleranceSeconds,
      undefined,
      clock.now().epochMilliseconds,
    );
  } catch {
    return undefined;
  }
}

/** The card that a bank has updated, if the event reports one. */
function updatedCardOf(
  event: Stripe.Event,
): { readonly cardToken: string; readonly facts: CardFacts } | undefined {
  if (event.type !== 'payment_method.automatically_updated') return undefined;
  const { id, customer, card } = event.data.object;
  const facts = cardFacts(card);
  if (facts === undefined) return undefined;
  const customerId = typeof customer === 'string' ? customer : customer?.id;
  return { cardToken: customerId === undefined ? id : `${customerId}/${id}`, facts };
}

function lateAnswerOf(event: Stripe.Event): LateAnswer | undefined {
  switch (event.type) {
    case 'payment_intent.succeeded':
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled': {
      const { perennial_key: key, merchant_id: merchantId } = event.data.object.metadata;
      return key === undefined || merchantId === undefined
        ? undefined
        : { merchantId, key, answer: stripeAnswer(event.data.object) };
    }
    default:
      return undefined;
  }
}
