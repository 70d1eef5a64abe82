import type { SimulatorAction, SimulatorActionResult } from '@perennial/contract/chargeback.ts';
import { required } from '../kernel/assert.ts';
import { upperCode } from '../kernel/caseFolding.ts';
import { fromMinor, minor, toMinor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { CardFacts } from './gateway.ts';
import type { ArrivedReport, DisputeReport, RefundReport } from './gatewayReport.ts';
import type {
  BookedCharge,
  BookedDispute,
  OutsideAction,
  OutsideAnswer,
} from './simulatorBooks.ts';

/** The dependencies of the actions at the simulator. */
export interface SimulatorParts {
  act(action: OutsideAction): Promise<OutsideAnswer>;
  /** Stores a report and records it if possible. Returns whether it is recorded. */
  hear(report: ArrivedReport): Promise<boolean>;
  /** Returns the token of an order's card. */
  cardOf(context: Context, orderId: string): Promise<string | undefined>;
  /** Stores the new details of a card. Returns the number of changed auto orders. */
  cardUpdated(context: Context, cardToken: string, facts: CardFacts): Promise<number>;
}

const daysToRespond = 14;

/** Makes the simulator refund or dispute a charge on its own side, and records its report. */
export async function actAtSimulator(
  context: Context,
  body: SimulatorAction,
  parts: SimulatorParts,
): Promise<SimulatorActionResult> {
  const { act, hear } = parts;
  const { merchantId } = context.merchant;
  const action = body.action ?? refuse('missing_field', { field: 'action' });
  const orderId = upperCode(body.order_id || refuse('missing_field', { field: 'order_id' }));
  if (action === 'update card') return updateCard(context, orderId, body, parts);
  const answer = await act({
    merchantId,
    orderReference: orderId,
    action,
    amount: body.amount == null ? undefined : amountGiven(context, body.amount),
    reason: body.reason || undefined,
  });
  if (answer.kind === 'refused')
    return refuse('state_conflict', {
      reason: `The simulator did nothing: ${answer.message}`,
      fix: 'Name an order whose payment the simulator captured, and an amount that is left of it',
    });
  const { charge } = answer;
  const report =
    action === 'refund'
      ? refundReport(context, charge)
      : disputeReport(context, charge, required(charge.dispute, 'dispute of an action'));
  const moved = report.kind === 'refund' ? report.totalRefunded : report.state;
  const isRecorded = await hear({
    merchantId,
    gatewayKind: 'simulator',
    reportId: `${report.kind}:${charge.account}:${charge.reference}:${moved}`,
    report,
  });
  return {
    order_id: orderId,
    charge_reference: charge.reference,
    refunded: fromMinor(minor(charge.refunded), charge.currency),
    ...(charge.dispute === undefined ? {} : { dispute_reference: charge.dispute.reference }),
    recorded: isRecorded,
  };
}

/** Simulates that the bank replaces a card; the simulator reports it as an account updater does. */
async function updateCard(
  context: Context,
  orderId: string,
  body: SimulatorAction,
  { cardOf, cardUpdated }: SimulatorParts,
): Promise<SimulatorActionResult> {
  const cardToken = await cardOf(context, orderId);
  if (cardToken === undefined)
    return refuse('not_found', { what: 'order with a card', id: orderId });
  const count = await cardUpdated(context, cardToken, updatedFacts(body));
  return { order_id: orderId, recorded: count > 0 };
}

function updatedFacts(body: SimulatorAction): CardFacts {
  const {
    card_last_four: lastFour,
    card_expiration_month: month,
    card_expiration_year: year,
  } = body;
  if (lastFour != null && !/^\d{4}$/.test(lastFour))
    refuse('invalid_field', {
      field: 'card_last_four',
      reason: 'is not four digits',
      fix: 'Send 4242',
    });
  if (month == null || month < 1 || month > 12)
    return refuse('invalid_field', {
      field: 'card_expiration_month',
      reason: 'is not a month',
      fix: 'Send a number from 1 to 12',
    });
  if (year == null || year < 2000 || year > 2999)
    return refuse('invalid_field', {
      field: 'card_expiration_year',
      reason: 'is not a year of four digits',
      fix: 'Send a year such as 2031',
    });
  return { ...(lastFour == null ? {} : { lastFour }), expiration: { month, year } };
}

function amountGiven({ merchant: { currency } }: Context, amount: number): number {
  const parsed = toMinor(amount, currency);
  if (parsed.ok && parsed.value > 0) return parsed.value;
  return refuse('invalid_field', {
    field: 'amount',
    reason: `is not an amount in ${currency} greater than 0`,
    fix: `Send no more decimals than ${currency} has`,
  });
}

const about = ({ now }: Context, charge: BookedCharge) => ({
  gateway: charge.account,
  orderId: charge.orderReference,
  chargeReference: charge.reference,
  at: now.toString(),
});

const refundReport = (context: Context, charge: BookedCharge): RefundReport => ({
  ...about(context, charge),
  kind: 'refund',
  totalRefunded: minor(charge.refunded),
  reference: `${charge.reference}-${charge.refunded}`,
});

function disputeReport(
  context: Context,
  charge: BookedCharge,
  { reference, amount, state, reason }: BookedDispute,
): DisputeReport {
  return {
    ...about(context, charge),
    kind: 'dispute',
    reference,
    state,
    amount: minor(amount),
    ...(reason === undefined ? {} : { reason }),
    dueAt: context.now.add({ hours: 24 * daysToRespond }).toString(),
  };
}
