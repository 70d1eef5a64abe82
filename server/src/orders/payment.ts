import type { OrderChannelPartner } from '@perennial/contract/orderCheckout.ts';
import type { OrderPayment } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import { cardFields } from './cardFacts.ts';
import type { ChargeResult, KnownChargeResult } from './charge.ts';
import type { Occasion } from './occasion.ts';
import type { OrderDocument, OrderRecord } from './order.ts';
import { paidStage } from './shipping.ts';
import { inStage, type OrderStage } from './stages.ts';

/** The plan for the payment of a new order. */
export type PaymentPlan =
  /** Charge the gateway now. With `tested`, only authorize that amount and give it back. */
  | { readonly kind: 'charge'; readonly tested?: Minor | undefined }
  /** The order is already paid, or costs nothing. */
  | { readonly kind: 'paid'; readonly status: 'Processed' | 'Skipped' }
  /** A user must handle the payment. */
  | { readonly kind: 'waiting'; readonly stage: 'Accounts Receivable' | 'Quote Request' };

/**
 * Returns the plan for the payment of a new order (order reference, OrderChannelPartner and
 * OrderPayment). `total` is in minor units. `tested` is authorized to test the card of an order
 * that costs nothing.
 */
export function planPayment(
  method: OrderPayment['payment_method'],
  flags: OrderChannelPartner,
  total: number,
  tested?: Minor,
): PaymentPlan {
  if (method === 'Quote Request') return { kind: 'waiting', stage: 'Quote Request' };
  if (flags.skip_payment_processing) return { kind: 'paid', status: 'Skipped' };
  if (flags.no_realtime_payment_processing)
    return { kind: 'waiting', stage: 'Accounts Receivable' };
  if (total === 0)
    return tested !== undefined && method === 'Credit Card'
      ? { kind: 'charge', tested }
      : { kind: 'paid', status: 'Processed' };
  if (method === 'Credit Card') return { kind: 'charge' };
  if (method === 'Cash') return { kind: 'paid', status: 'Processed' };
  if (method === 'Purchase Order' && flags.auto_approve_purchase_order)
    return { kind: 'paid', status: 'Processed' };
  return { kind: 'waiting', stage: 'Accounts Receivable' };
}

/** Returns the order as paid: payment, moment and stage. */
export function paid(
  order: OrderRecord,
  status: 'Processed' | 'Skipped',
  stage: OrderStage,
  paidAt: Temporal.Instant,
  now: Occasion,
): OrderRecord {
  const document = withPayment(order.document, {
    payment_status: status,
    payment_dts: wireDate(paidAt, now.timeZone),
  });
  return {
    ...order,
    document: inStage(document, stage, wireDate(now.at, now.timeZone), now.by),
    paidAt,
    modifiedAt: now.at,
    charging: false,
  };
}

/**
 * Returns the order after the gateway's answer: paid, or declined and then kept or rejected as the
 * partner requested.
 */
export function settled(order: OrderRecord, result: KnownChargeResult, now: Occasion): OrderRecord {
  const tried = withAnswer(order, result, now, result.tested ?? order.total);
  if (result.kind === 'approved')
    return paid(tried, 'Processed', paidStage(order.document), now.at, now);
  // An order that costs nothing cannot be paid later, so a failed test of its card rejects it.
  const keep =
    result.tested === undefined &&
    order.document.channel_partner?.store_if_payment_declines === true;
  const document = withPayment(tried.document, { payment_status: 'Declined' });
  const moved = inStage(
    document,
    keep ? 'Accounts Receivable' : 'Rejected',
    wireDate(now.at, now.timeZone),
    now.by,
  );
  return {
    ...tried,
    document: keep ? moved : { ...moved, reject_reason: result.reason },
    modifiedAt: now.at,
    charging: false,
  };
}

/** Returns the order with the gateway's answer as a transaction, and with the authorized amount. */
export function withAnswer(
  order: OrderRecord,
  result: KnownChargeResult,
  now: Occasion,
  amount: Minor,
): OrderRecord {
  const tried = withTransaction(order, result, now);
  return result.kind === 'declined'
    ? tried
    : { ...tried, document: withCard(tried, result, now, amount) };
}

/** Returns an unpaid order with another payment status. */
export const withPaymentStatus = (
  order: OrderRecord,
  status: 'Declined' | 'Unprocessed',
): OrderRecord => ({ ...order, document: withPayment(order.document, { payment_status: status }) });

/** The transaction detail with the kind of gateway that captured it. */
export const gatewayKindDetail = 'gateway kind';
/**
 * The transaction detail with the amount that a test of a card authorized. The test captured
 * nothing.
 */
export const cardTestDetail = 'card test';
/** The transaction detail with the reason for the gateway's decline, in the common terms. */
export const declineCodeDetail = 'code';

const decimalOf = (amount: Minor, { currency }: OrderRecord): number => fromMinor(amount, currency);

function withTransaction(
  order: OrderRecord,
  result: KnownChargeResult,
  now: Occasion,
): OrderRecord {
  const before = order.document.payment?.transactions ?? [];
  const details = [
    ...(result.reference === undefined
      ? []
      : [{ name: 'reference', type: 'text', value: result.reference }]),
    ...(result.tested === undefined
      ? []
      : [{ name: cardTestDetail, type: 'text', value: String(decimalOf(result.tested, order)) }]),
    ...(result.kind === 'approved' && result.gatewayKind !== undefined
      ? [{ name: gatewayKindDetail, type: 'text', value: result.gatewayKind }]
      : []),
    ...(result.kind === 'declined' ? [{ name: 'reason', type: 'text', value: result.reason }] : []),
    ...(result.kind === 'declined' && result.code !== undefined
      ? [{ name: declineCodeDetail, type: 'text', value: result.code }]
      : []),
  ];
  const transaction = {
    transaction_id: before.length + 1,
    transaction_gateway: result.gateway,
    transaction_timestamp: wireDate(now.at, now.timeZone),
    successful: result.kind === 'approved',
    details,
  };
  return {
    ...order,
    document: withPayment(order.document, {
      transactions: [...before, transaction],
      rotating_transaction_gateway_code: result.gateway,
    }),
  };
}

function withCard(
  { document, currency }: OrderRecord,
  result: Extract<ChargeResult, { kind: 'approved' }>,
  now: Occasion,
  amount: Minor,
): OrderDocument {
  return withPayment(document, {
    credit_card: {
      ...document.payment?.credit_card,
      ...cardFields(result.card),
      card_authorization_amount: fromMinor(amount, currency),
      card_authorization_dts: wireDate(now.at, now.timeZone),
      card_authorization_reference_number: result.reference,
    },
  });
}

function withPayment(document: OrderDocument, change: OrderPayment): OrderDocument {
  return { ...document, payment: { ...document.payment, ...change } };
}
