import type { ChargebackDispute, disputeStates } from '@perennial/contract/chargeback.ts';
import type { OrderPaymentTransaction } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import type { OrderDocument } from './order.ts';

/** The state of a dispute (contract, chargeback.ts). */
export type DisputeState = (typeof disputeStates)[number];

/** A dispute of a charge (ChargebackApi of the older clients). */
export interface Dispute {
  readonly disputeOid: number;
  readonly orderId: string;
  readonly autoOrderOid?: number | undefined;
  readonly state: DisputeState;
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  /** The gateway's ids of the charge and of the dispute. Absent: staff recorded it. */
  readonly chargeReference?: string | undefined;
  readonly gatewayReference?: string | undefined;
  /** The other fields that clients wrote, as on the wire. */
  readonly document: ChargebackDispute;
  readonly openedAt: Temporal.Instant;
  readonly dueAt?: Temporal.Instant | undefined;
  readonly modifiedAt: Temporal.Instant;
}

/** Returns a dispute as the wire shows it. */
export function wireDispute(dispute: Dispute, zone: string): ChargebackDispute {
  const { document, disputeOid, orderId, state, amount, currency, openedAt, dueAt } = dispute;
  return {
    ...document,
    ...(dispute.gatewayReference === undefined ? {} : { case_number: dispute.gatewayReference }),
    chargeback_dispute_oid: disputeOid,
    order_id: orderId,
    status: state,
    amount: fromMinor(amount, currency),
    currency,
    chargeback_dts: wireDate(openedAt, zone),
    ...(dueAt === undefined ? {} : { expiration_dts: wireDate(dueAt, zone) }),
  };
}

/**
 * Returns the state of a dispute after a report. Reports may come out of order, so an ended dispute
 * never opens again. Only its result can still be corrected.
 */
export const stateAfter = (known: DisputeState, reported: DisputeState): DisputeState =>
  reported === 'open' ? known : reported;

/** The effect of a dispute on the auto order of its order. */
export type DisputeEffect = 'hold' | 'release' | 'cancel' | 'none';

/** The merchant's settings for disputes and for refunds at the gateway. */
export interface GatewayReportSettings {
  readonly atOpening: 'hold' | 'cancel' | 'continue';
  readonly atLoss: 'cancel' | 'continue';
  readonly atRefund: 'continue' | 'cancel';
}

/** Reads the settings. The default is that a disputed auto order is not billed. */
export function reportSettings(settings: Readonly<Record<string, unknown>>): GatewayReportSettings {
  const disputes = (settings['disputes'] ?? {}) as Readonly<Record<string, unknown>>;
  const { at_opening: opening, at_loss: loss } = disputes;
  return {
    atOpening: opening === 'cancel' || opening === 'continue' ? opening : 'hold',
    atLoss: loss === 'continue' ? 'continue' : 'cancel',
    atRefund: settings['gateway_refunds'] === 'cancel' ? 'cancel' : 'continue',
  };
}

/** Returns what a dispute in this state does to the auto order, by the merchant's settings. */
export function effectOf(
  state: DisputeState | 'deleted',
  { atOpening, atLoss }: GatewayReportSettings,
): DisputeEffect {
  if (state === 'open') return atOpening === 'continue' ? 'none' : atOpening;
  return state === 'lost' && atLoss === 'cancel' ? 'cancel' : 'release';
}

/**
 * Returns why an auto order with an open dispute is not billed, as the second part of a sentence.
 */
export const disputeStop = (orderId: string): string =>
  `the charge of order ${orderId} is disputed, and the dispute is open`;

/** The name of the detail in a transaction that names the dispute of its charge. */
const disputeDetail = 'dispute';

/** Returns an order whose captured transaction names its dispute and the state of the dispute. */
export function withDispute(
  document: OrderDocument,
  chargeReference: string,
  text: string,
): OrderDocument {
  const { payment } = document;
  return {
    ...document,
    payment: {
      ...payment,
      transactions: (payment?.transactions ?? []).map((transaction) =>
        isOf(transaction, chargeReference) ? noted(transaction, text) : transaction,
      ),
    },
  };
}

const isOf = ({ details = [] }: OrderPaymentTransaction, chargeReference: string): boolean =>
  details.some(({ name, value }) => name === 'reference' && value === chargeReference);

const noted = (transaction: OrderPaymentTransaction, value: string): OrderPaymentTransaction => ({
  ...transaction,
  details: [
    ...(transaction.details ?? []).filter(({ name }) => name !== disputeDetail),
    { name: disputeDetail, type: 'text', value },
  ],
});
