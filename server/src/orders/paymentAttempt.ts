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
 * The payment of an order that waits in Accounts Receivable. Every rule reads the locked order: when
 * two requests arrive together, the second one sees what the first one began.
 */

/** A charge of an order in Accounts Receivable, as it is stored before the gateway is asked. */
export interface PaymentAttempt {
  readonly merchantId: string;
  readonly orderId: string;
  /** 1, 2, 3 … within the order. */
  readonly attempt: number;
  readonly source: AttemptSource;
  /** The day of the retry; only of the source `retry`. */
  readonly retryDay?: number | undefined;
  readonly amount: Minor;
  /** ISO 4217. */
  readonly currency: string;
  /** The amount that the coupon takes off if the charge succeeds. */
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
 * Whether a person or program requested the charge, or the retry of Accounts Receivable began it.
 */
export type AttemptSource = 'request' | 'retry';

/** The earlier attempts of an order, as far as they are known. */
export interface EarlierPayments {
  /** The number of the last attempt; 0 if there was none. */
  readonly last: number;
  /** The sum that they captured. */
  readonly paid: Minor;
}

/** Why an order cannot be charged, and what the client can do. */
export interface Unpayable {
  /** The field of the request that is at fault; absent: the state of the order. */
  readonly field?: string;
  readonly reason: string;
  readonly fix: string;
}

/**
 * Returns why a locked order cannot be charged now, or undefined. While a charge of the order, or
 * of the rebill behind it, is under way, no other one may begin.
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
 * Reads the amount that a request names. Absent: all that is owed. The order of a rebill is charged
 * as a whole, because its schedule counts it as a whole.
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
 * Returns the order after the gateway's answer: paid once everything was captured. A declined one
 * stays in Accounts Receivable.
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
