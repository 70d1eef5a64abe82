import type Stripe from 'stripe';
import { minor } from '../kernel/money.ts';
import type { GatewayLedger, KnownCharge } from './knownCharges.ts';
import { connection, type StripeSettings } from './stripe.ts';
import { installationOfMetadata, keyOfMetadata, minorOfStripe } from './stripeIntents.ts';

/**
 * Lists the PaymentIntents of a Stripe account that this installation created. Omits those of other
 * installations on the same account. Charges made before installations were named count as ours.
 */
export function stripeLedger(settings: StripeSettings): GatewayLedger {
  const client = connection(settings);
  return {
    kind: 'stripe',
    isReal: true,
    async charges({ since, newest = Infinity }) {
      const listed = (await client()).paymentIntents.list({
        limit: 100,
        ...(since === undefined
          ? {}
          : { created: { gte: Math.floor(since.epochMilliseconds / 1000) } }),
      });
      const charges: KnownCharge[] = [];
      let looked = 0;
      for await (const intent of listed) {
        const charge = knownCharge(intent, settings.installation);
        if (charge !== undefined) charges.push(charge);
        if (++looked >= newest) break;
      }
      return charges;
    },
  };
}

// A payment in one of these states took no money and never will without a new request.
const ended: ReadonlySet<Stripe.PaymentIntent.Status> = new Set([
  'canceled',
  'requires_action',
  'requires_confirmation',
  'requires_payment_method',
]);

function knownCharge(
  { id, status, metadata, amount, currency }: Stripe.PaymentIntent,
  installation: string | undefined,
): KnownCharge | undefined {
  const { [keyOfMetadata]: key, merchant_id: merchantId, order_reference: orderId } = metadata;
  const theirs = metadata[installationOfMetadata];
  const isOurs = theirs === undefined || installation === undefined || theirs === installation;
  if (key === undefined || merchantId === undefined || !isOurs || ended.has(status))
    return undefined;
  return {
    kind: 'stripe',
    merchantId,
    key,
    reference: id,
    isCaptured: status === 'succeeded',
    amount: minor(minorOfStripe(amount, currency.toUpperCase())),
    currency: currency.toUpperCase(),
    orderId: orderId ?? '',
  };
}
