import type { OrderPaymentTransaction } from '@perennial/contract/orderPayment.ts';
import type { Temporal } from 'temporal-polyfill';
import type { FieldFault } from '../kernel/fieldFault.ts';
import { amountText, type Minor, minor } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import type { KnownChargeResult } from './charge.ts';
import type { OrderCoupon } from './coupon.ts';
import { amountIn } from './fault.ts';
import type { LockedRebill } from './hooks.ts';
import type { Occasion } from './occasion.ts';
import type { OrderRecord } from './order.ts';
import { paid, withAnswer, withPaymentStatus } from './payment.ts';
import { paidStage } from './shipping.ts';

/*
 * The payment of an order that waits in Accounts Receivable. Every rule reads the locked order. If
 * two requests arrive at the same time, the second one sees what the first one started.
 */

/** A charge of an order in Accounts Receivable, as it is stored before the gateway is asked. */
export interface PaymentAttempt {
  readonly merchantId: string;
  readonly orderId: string;
  /** 1, 2, 3 … within the order. */
  readonly attempt: number;
  readonly source: AttemptSource;
  /** The day of the retry. Only for the source `retry`. */
  readonly retryDay?: number | undefined;
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  /** The discount of the coupon if the charge succeeds. */
  readonly discount: Minor;
  readonly coupon?: OrderCoupon | undefined;
  readonly cardToken: string;
  /** The kind of gateway that charged this card before. */
  readonly chargedBy?: string | undefined;
  readonly idempotencyKey: string;
  readonly requestedBy: string;
  readonly requestedAt: Temporal.Instant;
}

/**
 * Whether a user or program requested the charge, or the retry of Accounts Receivable started it.
 */
export type AttemptSource = 'request' | 'retry';

/** What is known about the earlier attempts of an order. */
export interface EarlierPayments {
  /** The number of the last attempt; 0 if there was none. */
  readonly last: number;
  /** The sum that they captured. */
  readonly paid: Minor;
}

/** Why an order cannot be charged, and what the client can do. */
export interface Unpayable {
  /** The field of the request with the fault; absent: the state of the order is the fault. */
  readonly field?: string;
  readonly reason: string;
  readonly fix: string;
}

/**
 * Returns why a locked order cannot be charged now, or undefined. While a charge of the order, or
 * of its rebill, is under way, no other charge may start.
 */
export function unpayable(
  order: OrderRecord,
  rebill: Pick<LockedRebill, 'isUnderWay'> | undefined,
): Unpayable | undefined {
  const { orderId, document } = order;
  const { current_stage: stage = 'Unknown' } = document;
  if (order.charging === true || rebill?.isUnderWay === true)
    return {
      reason: `A charge of order ${orderId} is under way`,
      fix: 'Read the order again in a moment',
    };
  if (order.paidAt !== undefined)
    return {
      reason: `Order ${orderId} is paid`,
      fix: 'Nothing is owed for it, so nothing has to be charged',
    };
  if (stage !== 'Accounts Receivable')
    return {
      reason: `Order ${orderId} is in the stage ${stage}`,
      fix: 'Move it to Accounts Receivable first',
    };
  return undefined;
}

/** Returns the amount that is still owed for an order, in minor units. */
export const owedFor = (total: Minor, earlier: EarlierPayments): Minor =>
  minor(Math.max(0, total - earlier.paid));

/**
 * Reads the amount that a request names. Absent: the whole owed amount. The order of a rebill is
 * charged as a whole, because its schedule counts it as a whole.
 */
export function amountAsked(
  asked: number | undefined,
  owed: Minor,
  order: OrderRecord,
): Outcome<Minor, FieldFault> {
  const { currency } = order;
  if (asked === undefined) return success(owed);
  const amount = amountIn(asked, currency, 'amount');
  if (!amount.ok) return amount;
  const owedText = amountText(owed, currency);
  if (amount.value === 0 || amount.value > owed)
    return failure({
      field: 'amount',
      reason: amount.value === 0 ? 'is zero' : `is more than the ${owedText} that are owed`,
      fix: `Send more than 0 and at most ${owedText}, or omit it to charge all that is owed`,
    });
  if ((order.rebillNumber ?? 0) > 0 && amount.value < owed)
    return failure({
      field: 'amount',
      reason: `is less than the ${owedText} that are owed, and the order of a rebill is paid as a whole`,
      fix: 'Omit it',
    });
  return amount;
}

/** An order after the answer to an attempt. */
export interface AfterAttempt {
  readonly order: OrderRecord;
  readonly becamePaid: boolean;
}

/**
 * Returns the order after the gateway's answer: paid once the whole amount was captured. An order
 * whose charge is declined stays in Accounts Receivable.
 */
export function afterAttempt(
  order: OrderRecord,
  result: KnownChargeResult,
  { paidBefore, amount }: { readonly paidBefore: Minor; readonly amount: Minor },
  now: Occasion,
): AfterAttempt {
  const tried = { ...withAnswer(order, result, now, amount), modifiedAt: now.at, charging: false };
  if (result.kind === 'declined')
    return { order: withPaymentStatus(tried, 'Declined'), becamePaid: false };
  if (paidBefore + amount < order.total)
    return { order: withPaymentStatus(tried, 'Unprocessed'), becamePaid: false };
  const stage = paidStage(order.document);
  return { order: paid(tried, 'Processed', stage, now.at, now), becamePaid: true };
}

/** Returns the transaction of the newest attempt of an order. */
export const lastTransaction = ({ document }: OrderRecord): OrderPaymentTransaction | undefined =>
  document.payment?.transactions?.at(-1);
