import type { OrderPaymentTransaction } from '@perennial/contract/orderPayment.ts';
import type { OrderProcessPaymentRequest } from '@perennial/contract/receivable.ts';
import { returnCredit } from '../customers/storeCreditOperations.ts';
import { amountText, minor } from '../kernel/money.ts';
import { failure, type Outcome, success } from '../kernel/outcome.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { type Lease, leaseFrom } from '../platform/jobs/lease.ts';
import { type ChargeResult, type KnownChargeResult, laterPaymentKey } from './charge.ts';
import { type OrderCoupon, withCoupon } from './coupon.ts';
import type { LockedRebill, OrderHooks } from './hooks.ts';
import {
  event,
  type OrderParts,
  type OwnReceipt,
  ownReceipt,
  stageChange,
  unsettledWords,
} from './insertOperations.ts';
import type { OrderRecord } from './order.ts';
import { paid } from './payment.ts';
import {
  type AttemptSource,
  afterAttempt,
  amountAsked,
  lastTransaction,
  owedFor,
  type PaymentAttempt,
  type Unpayable,
  unpayable,
} from './paymentAttempt.ts';
import {
  findEarlierPayments,
  findOpenAttempt,
  insertAttempt,
  settleAttempt,
} from './paymentAttemptStore.ts';
import { rejectsOrder } from './receivableRetry.ts';
import { findRetryConfig } from './receivableRetryStore.ts';
import { rejectReceivable } from './rejectReceivableOperations.ts';
import { paidStage } from './shipping.ts';
import { countPaidLater } from './stockOperations.ts';
import { chargeLeaseMs, findOrder, saveOrder } from './store.ts';
import { creditUsed } from './storeCredit.ts';
import { strandedEnd } from './strandedCharge.ts';
import { noOrder } from './updateOperations.ts';

/*
 * Charges orders in Accounts Receivable. As with first payments, an attempt is stored before the
 * gateway is asked and settled afterwards. If the answer was lost, a worker asks again with the
 * same key (unsettledChargesWorker.ts). An order has one charge at a time: the retries of a
 * declined rebill, the retry of Accounts Receivable and users take the same locks, so they see each
 * other's charges (docs/adr/0059-what-is-owed.md).
 */

/** The result of processPayment. */
export interface ProcessedPayment {
  /** Absent while the gateway has not answered. */
  readonly transaction?: OrderPaymentTransaction | undefined;
  /** Whole sentences. */
  readonly warnings: readonly string[];
}

/**
 * Charges the amount that is owed for an order (current API, processPayment). Refuses an order that
 * cannot be charged, before the gateway is asked. A decline is a result, not a refusal.
 */
export async function processPayment(
  context: Context,
  orderId: string,
  { amount, card_verification_number_token: cvv }: OrderProcessPaymentRequest,
  parts: OrderParts,
): Promise<ProcessedPayment> {
  const lease = leaseFrom(parts.clock, chargeLeaseMs);
  const attempt = await inTransaction(context, async (context) => {
    const locked = await lockUnpaid(context, orderId, parts.hooks);
    return begin(context, locked, { amount: amount ?? undefined, source: 'request' }, parts);
  });
  const ignored = cvv
    ? ['card_verification_number_token had no effect: a stored card is charged without it.']
    : [];
  const processed = await chargedNow(context, attempt, parts, lease);
  return { ...processed, warnings: [...ignored, ...processed.warnings] };
}

/**
 * Charges the order that a declined rebill left, if the engine would charge it. Otherwise, or if
 * the order cannot be charged, returns undefined instead of refusing.
 */
export async function collectOrder(
  context: Context,
  orderId: string,
  parts: OrderParts,
): Promise<ProcessedPayment | undefined> {
  if (parts.obstacle(context.merchant) !== undefined) return undefined;
  const lease = leaseFrom(parts.clock, chargeLeaseMs);
  const attempt = await inTransaction(context, async (context) => {
    const locked = await lockUnpaid(context, orderId, parts.hooks);
    const { order, rebill } = locked;
    if (rebill === undefined || (await rebill.hold(context, order)) !== undefined) return undefined;
    const begun = await beginAttempt(context, locked, { source: 'request' }, parts);
    return begun.ok ? begun.value : undefined;
  });
  return attempt && chargedNow(context, attempt, parts, lease);
}

async function chargedNow(
  context: Context,
  attempt: PaymentAttempt,
  parts: OrderParts,
  lease: Lease,
): Promise<ProcessedPayment> {
  const { result, order } = await chargeAttempt(context, attempt, parts, lease);
  if (result.kind === 'unknown' || order === undefined)
    return { warnings: [unsettledWords('Accounts Receivable', result)] };
  return { transaction: lastTransaction(order), warnings: await restWords(context, order) };
}

/** Returns a sentence with the amount that is still owed after a part was paid. */
async function restWords({ db }: Context, order: OrderRecord): Promise<string[]> {
  if (order.paidAt !== undefined) return [];
  const earlier = await findEarlierPayments(db, order.merchantId, order.orderId);
  if (earlier.paid === 0) return [];
  const text = (amount: typeof earlier.paid) => amountText(amount, order.currency);
  return [
    `${text(earlier.paid)} of ${text(order.total)} are paid. ` +
      `${text(owedFor(order.total, earlier))} are still owed.`,
  ];
}

/** An unpaid order with the rebill behind it, both locked until the transaction ends. */
export interface LockedUnpaid {
  readonly order: OrderRecord;
  readonly rebill: LockedRebill | undefined;
}

/** Locks an order for a charge: the auto order first, then the order. */
export async function lockUnpaid(
  context: Context,
  orderId: string,
  hooks: OrderHooks,
): Promise<LockedUnpaid> {
  const { merchantId } = context.merchant;
  const rebill = await hooks.lockRebill(context, orderId);
  const order = await findOrder(context.db, merchantId, orderId, { lock: true });
  return { order: order ?? noOrder(orderId), rebill };
}

/** The charge of an order that starts. */
export interface AttemptTerms {
  /** An amount in the wire's decimals; absent: the whole owed amount. */
  readonly amount?: number | undefined;
  readonly source: AttemptSource;
  readonly retryDay?: number;
  readonly coupon?: OrderCoupon | undefined;
}

/** Stores the next attempt of a locked order, or refuses it. */
async function begin(
  context: Context,
  locked: LockedUnpaid,
  terms: AttemptTerms,
  parts: OrderParts,
): Promise<PaymentAttempt> {
  const begun = await beginAttempt(context, locked, terms, parts);
  if (begun.ok) return begun.value;
  const about = { objectId: locked.order.orderId };
  const { field, ...conflict } = begun.reason;
  return field === undefined
    ? refuse('state_conflict', conflict, about)
    : refuse('invalid_field', { field, ...conflict }, about);
}

/** Stores the next attempt of a locked order, or returns why it cannot be charged. */
async function beginAttempt(
  context: Context,
  locked: LockedUnpaid,
  terms: AttemptTerms,
  parts: OrderParts,
): Promise<Outcome<PaymentAttempt, Unpayable>> {
  const next = await nextAttempt(context, locked, terms);
  if (!next.ok) return next;
  const fault = unsendable(context, next.value, parts);
  if (fault !== undefined) return failure(fault);
  await storeAttempt(context, locked, next.value);
  return next;
}

/**
 * Returns why no gateway may charge the card of an attempt now, or undefined. An attempt that is
 * stored and not sent would hold its order for as long as that lasts.
 */
export function unsendable(
  { merchant }: Context,
  { chargedBy }: PaymentAttempt,
  { obstacle }: Pick<OrderParts, 'obstacle'>,
): Unpayable | undefined {
  const found = obstacle(merchant, chargedBy);
  return (
    found && {
      reason: `The card cannot be charged: ${found.reason}`,
      fix: 'Nothing was charged. Repeat the request afterwards',
    }
  );
}

/** Stores an attempt of a locked order before the gateway is asked. */
export async function storeAttempt(
  { db }: Context,
  { order }: LockedUnpaid,
  attempt: PaymentAttempt,
): Promise<void> {
  await insertAttempt(db, attempt, 'charging');
  await saveOrder(db, { ...order, charging: true });
}

/**
 * Returns the next attempt of a locked order, or why it cannot be charged. Stores nothing. The
 * amount is zero if the coupon leaves nothing to charge.
 */
export async function nextAttempt(
  context: Context,
  { order, rebill }: LockedUnpaid,
  { amount: asked, source, retryDay, coupon }: AttemptTerms,
): Promise<Outcome<PaymentAttempt, Unpayable>> {
  const fault = unpayable(order, rebill);
  if (fault !== undefined) return failure(fault);
  const card =
    rebill === undefined ? { token: order.cardToken } : await rebill.card(context, order);
  if (card.token === undefined) return failure(noCard(order));
  const earlier = await findEarlierPayments(context.db, order.merchantId, order.orderId);
  const used = earlier.paid === 0 ? coupon : undefined;
  const after = used === undefined ? order : withCoupon(order, used);
  const owed = owedFor(after.total, earlier);
  if (owed === 0 && (used === undefined || order.total === 0)) return failure(nothingOwed(order));
  const amount = amountAsked(asked, owed, order);
  if (!amount.ok) return amount;
  return success({
    merchantId: order.merchantId,
    orderId: order.orderId,
    attempt: earlier.last + 1,
    source,
    retryDay,
    amount: amount.value,
    currency: order.currency,
    discount: minor(costOf(order) - costOf(after)),
    coupon: used,
    cardToken: card.token,
    chargedBy: card.chargedBy,
    idempotencyKey: laterPaymentKey(order.merchantId, order.orderId, earlier.last + 1),
    requestedBy: context.actor.name,
    requestedAt: context.now,
  });
}

/** Returns the total of an order, regardless of how it is paid. */
const costOf = (order: OrderRecord): number => order.total + creditUsed(order);

const noCard = ({ orderId }: OrderRecord) => ({
  reason: `Order ${orderId} has no card`,
  fix:
    'Send a token in payment.credit_card.card_number_token, or mark it as paid with ' +
    'current_stage if it was paid in another way',
});

const nothingOwed = ({ orderId }: OrderRecord) => ({
  reason: `Nothing is owed for order ${orderId}`,
  fix: 'Move it to Shipping Department or Completed Order',
});

/** The gateway's answer, and the settled order if this process settled it. */
export interface ChargedAttempt {
  readonly result: ChargeResult;
  readonly order?: OrderRecord | undefined;
}

/** Asks the gateway for a stored attempt and settles the answer. */
export async function chargeAttempt(
  context: Context,
  attempt: PaymentAttempt,
  parts: OrderParts,
  lease: Lease,
): Promise<ChargedAttempt> {
  const result = await askGateway(context, attempt, parts, lease);
  if (result.kind === 'unknown') return { result };
  const order = await inTransaction(context, (context) =>
    settleLaterPayment(context, attempt, result, parts.hooks),
  );
  return { result, order };
}

async function askGateway(
  context: Context,
  attempt: PaymentAttempt,
  { charge }: OrderParts,
  lease: Lease,
): Promise<ChargeResult> {
  try {
    return await charge({ ...attempt, lease });
  } catch (error) {
    const { orderId } = attempt;
    context.log.warn({ err: error, orderId }, 'a charge has no known outcome');
    return { kind: 'unknown' };
  }
}

/** Settles an attempt once. One that another process has settled stays as it is. */
export async function settleLaterPayment(
  context: Context,
  attempt: PaymentAttempt,
  result: KnownChargeResult,
  hooks: OrderHooks,
): Promise<OrderRecord | undefined> {
  const { merchantId, orderId } = attempt;
  const { order: stored, rebill } = await lockUnpaid(context, orderId, hooks);
  const open = await findOpenAttempt(context.db, merchantId, orderId);
  if (open?.attempt !== attempt.attempt) return undefined;
  const { paid: paidBefore } = await findEarlierPayments(context.db, merchantId, orderId);
  await settleAttempt(context.db, attempt, result);
  const coupon = result.kind === 'approved' ? attempt.coupon : undefined;
  const before = coupon === undefined ? stored : withCoupon(stored, coupon);
  const { order, becamePaid } = afterAttempt(
    before,
    result,
    { paidBefore, amount: attempt.amount },
    { at: context.now, timeZone: context.merchant.timeZone, by: attempt.requestedBy },
  );
  await saveOrder(context.db, order);
  const receipt = ownReceipt(order, rebill !== undefined);
  await context.events.emit(context, [
    ...eventsOf(stored, order, attempt, result, receipt),
    ...strandedEnd(stored),
  ]);
  await rebill?.charged(context, order, { ...result, cardToken: attempt.cardToken });
  if (becamePaid) {
    await hooks.onPaid(context, order);
    await countPaidLater(context, order, rebill !== undefined);
  }
  await rejectAfterRetry(context, order, attempt, result, hooks);
  return order;
}

/**
 * Rejects an order after a retry was declined for a reason that the merchant's settings of the
 * retry name.
 */
async function rejectAfterRetry(
  context: Context,
  order: OrderRecord,
  { source }: PaymentAttempt,
  result: KnownChargeResult,
  hooks: OrderHooks,
): Promise<void> {
  if (source !== 'retry' || result.kind !== 'declined') return;
  const config = await findRetryConfig(context.db, order.merchantId);
  if (config === undefined || !rejectsOrder(config, result)) return;
  // The rebill has been settled since, so it is read again.
  const rebill = await hooks.lockRebill(context, order.orderId);
  const reason = `The gateway declined permanently: ${result.code ?? result.reason}`;
  await rejectReceivable(context, { order, rebill }, config, hooks, reason);
}

function eventsOf(
  before: OrderRecord,
  after: OrderRecord,
  { amount, currency, retryDay, requestedBy }: PaymentAttempt,
  result: KnownChargeResult | { readonly kind: 'nothing' },
  receipt: OwnReceipt,
) {
  const data = {
    amount_minor: amount,
    currency,
    requested_by: requestedBy,
    ...(retryDay === undefined ? {} : { retry_day: retryDay }),
  };
  if (result.kind === 'declined')
    return [event('order_payment_failed', after, { ...data, reason: result.reason })];
  if (after.paidAt === undefined)
    return [event('order_update', after, { ...data, changed: ['payment'] })];
  const payment = { ...data, rebill_number: after.rebillNumber, ...receipt };
  return [event('order_payment_process', after, payment), stageChange(before, after)];
}

/**
 * Pays for a locked order whose coupon leaves nothing to charge: as after a charge, but without a
 * gateway.
 */
export async function settleCovered(
  context: Context,
  { order: stored, rebill }: LockedUnpaid,
  attempt: PaymentAttempt,
  hooks: OrderHooks,
): Promise<void> {
  const { db, now, merchant } = context;
  await insertAttempt(db, attempt, 'paid');
  const lowered = attempt.coupon === undefined ? stored : withCoupon(stored, attempt.coupon);
  const occasion = { at: now, timeZone: merchant.timeZone, by: attempt.requestedBy };
  const order = paid(lowered, 'Processed', paidStage(lowered.document), now, occasion);
  await saveOrder(db, order);
  const receipt = ownReceipt(order, rebill !== undefined);
  await context.events.emit(
    context,
    eventsOf(stored, order, attempt, { kind: 'nothing' }, receipt),
  );
  await rebill?.covered(context, order);
  await hooks.onPaid(context, order);
  await countPaidLater(context, order, rebill !== undefined);
  await returnCredit(context, order.orderId, couponWords(order), creditUsed(order));
}

const couponWords = ({ orderId }: OrderRecord) => `A coupon reduced what order ${orderId} owes`;
