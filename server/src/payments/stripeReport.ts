import type Stripe from 'stripe';
import { Temporal } from 'temporal-polyfill';
import { minor } from '../kernel/money.ts';
import type {
  ArrivedReport,
  DisputeReport,
  FailedRefundReport,
  GatewayReport,
  RefundReport,
} from './gatewayReport.ts';
import { type connection, type StripeSettings } from './stripe.ts';
import { installationOfMetadata, keyOfMetadata, minorOfStripe } from './stripeIntents.ts';

/**
 * Converts an event of Stripe to a report of a refund or a dispute. Undefined for any other event,
 * and for a charge that this installation did not make. A dispute does not name the order or
 * merchant of its charge, so the payment is read from Stripe. This fails when Stripe does not
 * respond, and Stripe then sends the event again.
 */
export async function stripeReport(
  client: ReturnType<typeof connection>,
  { installation }: Pick<StripeSettings, 'installation'>,
  event: Stripe.Event,
): Promise<ArrivedReport | undefined> {
  const told = toldBy(event);
  if (told === undefined) return undefined;
  const intentId = idOf(told.payment_intent);
  if (intentId === undefined) return undefined;
  const metadata = await metadataOf(client, told, intentId);
  const { [keyOfMetadata]: key, merchant_id: merchantId, order_reference: orderId } = metadata;
  const theirs = metadata[installationOfMetadata];
  const isOurs = theirs === undefined || installation === undefined || theirs === installation;
  if (key === undefined || merchantId === undefined || orderId === undefined || !isOurs)
    return undefined;
  const about = {
    gateway: 'stripe',
    orderId,
    chargeReference: intentId,
    at: momentOf(event.created),
  };
  const report: GatewayReport = { ...about, ...contentOf(told) };
  return { merchantId, gatewayKind: 'stripe', reportId: event.id, report };
}

type Told = Stripe.Charge | Stripe.Refund | Stripe.Dispute;
type AboutCharge = 'gateway' | 'orderId' | 'chargeReference' | 'at';

function contentOf(
  told: Told,
):
  | Omit<RefundReport, AboutCharge>
  | Omit<FailedRefundReport, AboutCharge>
  | Omit<DisputeReport, AboutCharge> {
  switch (told.object) {
    case 'charge':
      return {
        kind: 'refund',
        totalRefunded: amountOf(told.amount_refunded, told.currency),
        reference: told.refunds?.data[0]?.id ?? told.id,
      };
    case 'refund':
      return {
        kind: 'failed refund',
        reference: told.id,
        amount: amountOf(told.amount, told.currency),
        reason: told.failure_reason,
      };
    case 'dispute':
      return disputeOf(told);
  }
}

function toldBy(event: Stripe.Event): Told | undefined {
  switch (event.type) {
    case 'refund.failed':
    case 'refund.updated':
    case 'charge.refund.updated': {
      const { object: refund } = event.data;
      return refund.status === 'failed' || refund.status === 'canceled' ? refund : undefined;
    }
    case 'charge.refunded':
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
      return event.data.object;
    default:
      return undefined;
  }
}

/** Stripe copies the metadata of a payment to its charge, but not to a refund or a dispute. */
async function metadataOf(
  client: ReturnType<typeof connection>,
  told: Told,
  intentId: string,
): Promise<Stripe.Metadata> {
  if (told.object === 'charge' && told.metadata[keyOfMetadata] !== undefined) return told.metadata;
  return (await (await client()).paymentIntents.retrieve(intentId)).metadata;
}

function disputeOf(dispute: Stripe.Dispute): Omit<DisputeReport, AboutCharge> {
  const { id, amount, currency, reason, status, evidence_details: evidence } = dispute;
  return {
    kind: 'dispute',
    reference: id,
    state: stateOf(status),
    amount: amountOf(amount, currency),
    reason,
    ...(evidence?.due_by ? { dueAt: momentOf(evidence.due_by) } : {}),
  };
}

/** An inquiry (`warning_…`) that is closed, and a dispute that was prevented, took no money. */
function stateOf(status: string): DisputeReport['state'] {
  switch (status) {
    case 'won':
    case 'lost':
      return status;
    case 'warning_closed':
    case 'prevented':
      return 'closed';
    default:
      return 'open';
  }
}

const amountOf = (amount: number, currency: string) =>
  minor(minorOfStripe(amount, currency.toUpperCase()));

const momentOf = (seconds: number): string =>
  Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toString();

const idOf = (reference: string | { readonly id: string } | null): string | undefined =>
  typeof reference === 'string' ? reference : reference?.id;
