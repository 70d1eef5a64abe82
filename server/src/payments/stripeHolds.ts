import type Stripe from 'stripe';
import type {
  CardHolds,
  ChargeAnswer,
  ChargeRequest,
  HoldAnswer,
  ReleaseAnswer,
} from './gateway.ts';
import {
  answered,
  createIntent,
  faultOf,
  givenUp,
  intentOf,
  stripeAnswer,
} from './stripeIntents.ts';

// Another field than the one of charges, so that no reader mistakes a hold for a payment.
const keyOfHold = 'perennial_hold';

/**
 * Holds at Stripe: PaymentIntents with manual capture that are never captured. Stripe releases a
 * PaymentIntent that is neither captured nor canceled after some days. If the bank wants a
 * confirmation by the customer, the card is declined and the payment canceled at once, because a
 * test never waits.
 */
export function stripeHolds(
  client: () => Promise<Stripe>,
  installation: string | undefined,
): CardHolds {
  return {
    hold: async (request) => {
      const answer = await answered(request, async () =>
        heldAnswer(await createHold(await client(), request, installation)),
      );
      if (answer.kind !== 'unknown' || answer.awaits === undefined) return answer;
      return declined(await client(), answer.awaits.reference, answer);
    },
    find: (request) =>
      answered(request, async () => {
        const intent = await intentOf(await client(), request, keyOfHold);
        return intent === undefined ? ({ kind: 'absent' } as const) : holdAnswer(intent);
      }),
    async release(request, reference) {
      try {
        return await cancelHold(await client(), reference);
      } catch (error) {
        const { message } = faultOf(error);
        return { kind: 'unknown', message: `Stripe did not release ${request.key}: ${message}` };
      }
    },
  };
}

function createHold(
  client: Stripe,
  request: ChargeRequest,
  installation: string | undefined,
): Promise<Stripe.PaymentIntent> {
  const metadata = { [keyOfHold]: request.key, merchant_id: request.merchantId };
  return createIntent(client, request, installation, { capture_method: 'manual', metadata });
}

function holdAnswer(intent: Stripe.PaymentIntent): HoldAnswer {
  if (intent.status === 'requires_capture') return { kind: 'approved', reference: intent.id };
  return intent.status === 'canceled' && intent.cancellation_reason === testEnded
    ? { kind: 'released', reference: intent.id }
    : stripeAnswer(intent);
}

// A repeated request for a hold that has been released since.
function heldAnswer(intent: Stripe.PaymentIntent): ChargeAnswer {
  const answer = holdAnswer(intent);
  return answer.kind === 'released' ? { kind: 'approved', reference: intent.id } : answer;
}

/** Stripe's reason for the cancelation of a hold that was released. */
const testEnded = 'requested_by_customer';

/** Cancels a hold. Stripe refuses this if the hold was canceled before. */
async function cancelHold(client: Stripe, id: string): Promise<ReleaseAnswer> {
  try {
    await client.paymentIntents.cancel(id, { cancellation_reason: testEnded });
  } catch (error) {
    if (faultOf(error).code !== 'payment_intent_unexpected_state') throw error;
    const { status } = await client.paymentIntents.retrieve(id);
    if (status !== 'canceled') throw error;
  }
  return { kind: 'released', reference: id };
}

async function declined(
  client: Stripe,
  reference: string,
  waiting: ChargeAnswer,
): Promise<ChargeAnswer> {
  try {
    return stripeAnswer(
      await client.paymentIntents.cancel(reference, { cancellation_reason: givenUp }),
    );
  } catch {
    return waiting;
  }
}
