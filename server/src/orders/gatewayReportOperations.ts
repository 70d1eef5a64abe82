import { Temporal } from 'temporal-polyfill';
import type { Minor } from '../kernel/money.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { capturesOf } from './capture.ts';
import { type Dispute, type DisputeState, reportSettings, stateAfter } from './dispute.ts';
import { disputeChanged } from './disputeEffectOperations.ts';
import { findGatewayDispute, insertDispute, saveDispute } from './disputeStore.ts';
import { recordFailedRefund } from './failedRefundOperations.ts';
import { gatewayRefund, withManualRefundMade } from './gatewayRefund.ts';
import type { OrderHooks } from './hooks.ts';
import { event } from './insertOperations.ts';
import type { OrderRecord } from './order.ts';
import { refundedOf } from './refunded.ts';
import { applyRefund, lockOrderIfAny } from './refundOperations.ts';
import {
  countRefunds,
  insertReportedRefund,
  type RefundRecord,
  sumRefunded,
} from './refundStore.ts';
import { saveOrder } from './store.ts';

/*
 * Records actions that a gateway took by itself. Reports may be repeated and may come out of order.
 * So a report of a refund contains the sum of all refunds of its charge, and a report of a dispute
 * its state.
 */

/** A gateway's report about one of our charges. */
export type OrderReport = ReportedRefund | FailedRefundReport | ReportedDispute;

interface AboutCharge {
  /** The gateway's code, or its kind if its books do not contain the code. */
  readonly gateway: string;
  /** The order of the charge, and the gateway's id of the charge. */
  readonly orderId: string;
  readonly chargeReference: string;
  /** When it happened, as ISO 8601 text. */
  readonly at: string;
}

interface ReportedRefund extends AboutCharge {
  readonly kind: 'refund';
  /** The sum of all refunds of the charge so far. */
  readonly totalRefunded: Minor;
  /** The gateway's id of the refund or of the report. */
  readonly reference: string;
}

interface FailedRefundReport extends AboutCharge {
  readonly kind: 'failed refund';
  /** The gateway's id of the refund. */
  readonly reference: string;
  readonly amount: Minor;
  readonly reason?: string | undefined;
}

interface ReportedDispute extends AboutCharge {
  readonly kind: 'dispute';
  readonly reference: string;
  readonly state: DisputeState;
  readonly amount: Minor;
  readonly reason?: string | undefined;
  /** The deadline for a response, as ISO 8601 text. */
  readonly dueAt?: string | undefined;
}

/**
 * Records a report on its order, once. Returns `later` while that is not possible: the order or its
 * payment is not stored yet, or a refund that was requested here has no known outcome.
 */
export function recordReport(
  context: Context,
  report: OrderReport,
  hooks: OrderHooks,
): Promise<'recorded' | 'later'> {
  return inTransaction(context, async (context) => {
    const order = await lockOrderIfAny(context, report.orderId, hooks);
    const isOurs = order !== undefined && captureOf(order, report) !== undefined;
    if (!isOurs) return 'later';
    switch (report.kind) {
      case 'refund':
        return recordRefund(context, order, report, hooks);
      case 'failed refund':
        return recordFailedRefund(context, order, report);
      case 'dispute':
        return recordDispute(context, order, report, hooks);
    }
  });
}

const captureOf = ({ document }: OrderRecord, { chargeReference }: AboutCharge) =>
  capturesOf(document).find(({ reference }) => reference === chargeReference);

async function recordRefund(
  context: Context,
  order: OrderRecord,
  report: ReportedRefund,
  hooks: OrderHooks,
): Promise<'recorded' | 'later'> {
  const { merchantId, orderId } = order;
  const { count, isOpen } = await countRefunds(context.db, merchantId, orderId);
  if (isOpen) return 'later';
  const known = await sumRefunded(context.db, merchantId, report.chargeReference, report.at);
  const amount = (report.totalRefunded - known) as Minor;
  if (amount <= 0) return 'recorded';
  const gateway = captureOf(order, report)?.gateway ?? report.gateway;
  const { reference } = report;
  const isCanceled = reportSettings(context.merchant.settings).atRefund === 'cancel';
  const recorded = withManualRefundMade(order, amount, { gateway, reference });
  const planned = recorded === undefined ? gatewayRefund(order, amount) : undefined;
  const before = refundedOf(order);
  const wishes = {
    user: gateway,
    rejectAfterRefund: false,
    cancelAutoOrder: isCanceled,
    cancelReason: `Refund of order ${orderId} at ${gateway}`,
    notifyCustomer: true,
  };
  const refund: RefundRecord = {
    merchantId,
    orderId,
    refundNumber: count + 1,
    amount,
    currency: order.currency,
    gateway,
    chargeReference: report.chargeReference,
    idempotencyKey: `reported:${merchantId}:${orderId}:${report.totalRefunded}`,
    terms: { planned: { before, after: planned?.after ?? before, amount }, wishes },
    requestedAt: context.now,
  };
  await insertReportedRefund(context.db, refund, reference);
  if (recorded !== undefined) await saveRefundMade(context, recorded);
  else if (planned !== undefined)
    await applyRefund(
      context,
      order,
      planned,
      wishes,
      { gateway, reference, isReported: true },
      hooks,
    );
  return 'recorded';
}

/** Saves that a gateway made a refund that was recorded as manual. */
async function saveRefundMade(context: Context, order: OrderRecord): Promise<void> {
  await saveOrder(context.db, { ...order, modifiedAt: context.now });
  await context.events.emit(context, [event('order_update', order, { changed: ['payment'] })]);
}

async function recordDispute(
  context: Context,
  order: OrderRecord,
  report: ReportedDispute,
  hooks: OrderHooks,
): Promise<'recorded'> {
  const { db, merchant, now } = context;
  const { merchantId } = merchant;
  const known = await findGatewayDispute(db, merchantId, report.reference);
  if (known === undefined) {
    const dispute: Dispute = {
      ...newDispute(order, report),
      disputeOid: await takeNumbers(db, merchantId, 'dispute', 1),
      modifiedAt: now,
    };
    await insertDispute(db, merchantId, dispute);
    await disputeChanged(context, { order, dispute, by: report.gateway }, hooks);
    return 'recorded';
  }
  const dispute: Dispute = {
    ...known,
    state: stateAfter(known.state, report.state),
    amount: report.amount,
    dueAt: instantOrNone(report.dueAt) ?? known.dueAt,
    modifiedAt: now,
  };
  if (isSame(known, dispute)) return 'recorded';
  await saveDispute(db, merchantId, dispute);
  await disputeChanged(context, { order, dispute, before: known, by: report.gateway }, hooks);
  return 'recorded';
}

function newDispute(
  { orderId, autoOrderOid, currency }: OrderRecord,
  { reference, chargeReference, state, amount, reason, at, dueAt }: ReportedDispute,
): Omit<Dispute, 'disputeOid' | 'modifiedAt'> {
  return {
    orderId,
    autoOrderOid,
    state,
    amount,
    currency,
    chargeReference,
    gatewayReference: reference,
    document: reason === undefined ? {} : { reason_code: reason },
    openedAt: Temporal.Instant.from(at),
    dueAt: instantOrNone(dueAt),
  };
}

const instantOrNone = (text: string | undefined): Temporal.Instant | undefined =>
  text === undefined ? undefined : Temporal.Instant.from(text);

const isSame = (one: Dispute, other: Dispute): boolean =>
  one.state === other.state &&
  one.amount === other.amount &&
  one.dueAt?.epochMilliseconds === other.dueAt?.epochMilliseconds;
