import type Stripe from 'stripe';
import { failure, success } from '../kernel/outcome.ts';
import { type CardForm, type CardSubject, FormUnavailable } from './cardForm.ts';
import { cardFacts, connection, type StripeSettings } from './stripe.ts';
import { cardOf, installationOfMetadata } from './stripeIntents.ts';

/**
 * Stripe's own form: a Payment Element with a SetupIntent for each card, so that the bank can ask
 * the customer (3-D Secure). Undefined without a key for the browser.
 */
export function stripeCardForm(settings: StripeSettings | undefined): CardForm | undefined {
  const { publishableKey, scriptUrl = ownScriptUrl } = settings ?? {};
  if (publishableKey === undefined) return undefined;
  const client = connection(settings);
  return {
    browser: { publishableKey, scriptUrl },
    begin: (subject) =>
      responding(async () => {
        const stripe = await client();
        const intent = await stripe.setupIntents.create({
          customer: await customerOf(stripe, subject, settings?.installation),
          allowed_payment_method_types: ['card'],
          usage: 'off_session',
          metadata: metadataOf(subject, settings?.installation),
        });
        return { clientSecret: intent.client_secret ?? '' };
      }),
    finish: (subject, reference) =>
      responding(async () => {
        const intent = await findSetup(await client(), reference);
        if (intent === undefined || !isFor(intent, metadataOf(subject, settings?.installation)))
          return failure({ card: 'Stripe does not know this card. Enter it again.' });
        return cardOfSetup(intent);
      }),
    confirmation: ({ reference, cardToken }) =>
      responding(async () => {
        const intent = await (await client()).paymentIntents.retrieve(reference);
        const isRefused = intent.status === 'requires_payment_method';
        return {
          clientSecret: intent.client_secret ?? '',
          ...(isRefused ? { paymentMethod: cardOf(cardToken).paymentMethod } : {}),
        };
      }),
  };
}

/** The customer's card is unknown while Stripe does not respond. */
async function responding<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (cause) {
    throw new FormUnavailable('Stripe does not respond', { cause });
  }
}

const ownScriptUrl = 'https://js.stripe.com/v3/';

const metadataOf = (
  { merchantId, autoOrderOid }: CardSubject,
  installation: string | undefined,
): Record<string, string> => ({
  merchant_id: merchantId,
  auto_order_oid: String(autoOrderOid),
  ...(installation === undefined ? {} : { [installationOfMetadata]: installation }),
});

const isFor = ({ metadata }: Stripe.SetupIntent, expected: Record<string, string>): boolean =>
  Object.entries(expected).every(([name, value]) => metadata?.[name] === value);

/** The customer of the card in use, or a new one. Pressing the button twice makes only one. */
async function customerOf(
  stripe: Stripe,
  subject: CardSubject,
  installation: string | undefined,
): Promise<string> {
  const known = subject.cardToken && cardOf(subject.cardToken).customer;
  if (known) return known;
  const { merchantId, autoOrderOid, email } = subject;
  const created = await stripe.customers.create(
    { ...(email ? { email } : {}), metadata: metadataOf(subject, installation) },
    {
      idempotencyKey: `customer:${installation ?? ''}:${merchantId}:${autoOrderOid}:${email ?? ''}`,
    },
  );
  return created.id;
}

async function findSetup(stripe: Stripe, id: string): Promise<Stripe.SetupIntent | undefined> {
  if (!/^seti_\w{1,200}$/.test(id)) return undefined;
  try {
    return await stripe.setupIntents.retrieve(id, { expand: ['payment_method'] });
  } catch (error) {
    if ((error as Partial<Stripe.errors.StripeError>).code === 'resource_missing') return undefined;
    throw error;
  }
}

function cardOfSetup({ status, customer, payment_method: method }: Stripe.SetupIntent) {
  const facts = typeof method === 'string' ? undefined : cardFacts(method?.card);
  if (status !== 'succeeded' || typeof method === 'string' || !facts?.expiration)
    return failure({
      card: 'The bank did not confirm this card. Try again, or enter another card.',
    });
  const cardToken = `${typeof customer === 'string' ? customer : customer?.id}/${method?.id}`;
  return success({ ...facts, cardToken, expiration: facts.expiration });
}
