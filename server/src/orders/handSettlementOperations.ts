import { required } from '../kernel/assert.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type ChargeResult, firstPaymentKey, type KnownChargeResult } from './charge.ts';
import { withCoupon } from './coupon.ts';
import { type HandOutcome, type HandSettled, handResult } from './handOutcome.ts';
import { isFirstPayment, type OrderParts, settleFirstPayment } from './insertOperations.ts';
import type { OrderRecord } from './order.ts';
import { settled } from './payment.ts';
import { afterAttempt, type PaymentAttempt } from './paymentAttempt.ts';
import { findEarlierPayments, findOpenAttempt } from './paymentAttemptStore.ts';
import { settleLaterPayment } from './processPaymentOperations.ts';
import {
  type ClaimedCharge,
  claimStrandedCharge,
  findOrder,
  isStillClaimed,
  strandCharge,
} from './store.ts';
import { strandedEvent } from './strandedCharge.ts';

/*
 * Charges of orders without an answer whose gateway the settings no longer name. No process asks
 * that gateway, so a person checks its own pages and states the outcome here (docs/adr/0083). As a
 * worker does, the operation first claims the charge: while a process asks about it, for example
 * because the gateway is named again, no person settles it, and while a person settles it, no
 * process asks.
 */

/** The functions of other features that settling by hand needs. */
export interface HandParts extends Pick<OrderParts, 'hooks'> {
  /** Whether the merchant's settings name a gateway. */
  readonly isNamed: (merchant: Merchant, gateway: string) => boolean;
  /**
   * Looks for a charge at the gateways that follow one in its route. Undefined: none of them took
   * the money. Moves none.
   */
  readonly findFurther: (
    charge: FurtherCharge,
    gateway: string,
  ) => Promise<ChargeResult | undefined>;
}

/** A charge, as the gateways are queried about it. */
export type FurtherCharge = Pick<
  PaymentAttempt,
  'merchantId' | 'orderId' | 'amount' | 'currency' | 'cardToken' | 'idempotencyKey'
>;

/** The open charge of an order: its first payment, or a later attempt. */
interface OpenCharge extends FurtherCharge {
  readonly attempt: PaymentAttempt | undefined;
}

/**
 * Reports once that the settings no longer name the gateway of a claimed charge, and lets people
 * settle it.
 */
export async function strandOrderCharge(
  context: Context,
  claimed: ClaimedCharge,
  gateway: string,
): Promise<void> {
  const { merchantId } = context.merchant;
  await inTransaction(context, async (context) => {
    const order = await findOrder(context.db, merchantId, claimed.orderId, { lock: true });
    const open = order && (await openChargeOf(context, order));
    if (order === undefined || open === undefined) return;
    const isStored = await strandCharge(context.db, merchantId, claimed, gateway);
    if (!isStored || order.goneGateway === gateway) return;
    const { idempotencyKey: key, amount, currency } = open;
    await context.events.emit(context, [
      strandedEvent(order.orderId, { key, gateway, amount, currency }),
    ]);
  });
}

/** Settles a charge of an order as a person states. In a preview it changes nothing. */
export async function settleOrderByHand(
  context: Context,
  key: string,
  outcome: HandOutcome,
  parts: HandParts,
  isPreview: boolean,
): Promise<HandSettled> {
  const { db, merchant } = context;
  const orderId = key.split(':')[2] ?? '';
  const order = await findOrder(db, merchant.merchantId, orderId);
  if (order === undefined) return refuse('not_found', { what: 'charge', id: key });
  const open = await openChargeOf(context, order);
  if (open?.idempotencyKey !== key) return refuseSettled(key);
  const gateway = refuseAsked(context, key, order.goneGateway, parts.isNamed);
  const stated = handResult(outcome, gateway, context.actor.name);
  if (isPreview) return resultOf(context, order, open, stated);
  const claimed = await claimStrandedCharge(db, merchant.merchantId, order.orderId);
  if (claimed === undefined) return refuseUnderWay(key);
  const found = outcome.kind === 'captured' ? undefined : await parts.findFurther(open, gateway);
  if (found?.kind === 'unknown') {
    await strandOrderCharge(context, claimed, gateway);
    return refuseFurther(key);
  }
  return inTransaction(context, (context) =>
    settleClaimed(context, { key, gateway, claimed }, found ?? stated, parts),
  );
}

/** Returns the charge of an order that has no known outcome. A test of a card is none. */
async function openChargeOf({ db }: Context, order: OrderRecord): Promise<OpenCharge | undefined> {
  const { merchantId, orderId, total: amount, currency, cardToken = '' } = order;
  if (isFirstPayment(order)) {
    const idempotencyKey = firstPaymentKey(merchantId, orderId);
    const first = { merchantId, orderId, amount, currency, cardToken, idempotencyKey };
    return amount === 0 ? undefined : { ...first, attempt: undefined };
  }
  const attempt = order.charging ? await findOpenAttempt(db, merchantId, orderId) : undefined;
  return attempt && { ...attempt, attempt };
}

/** A charge that a person settles. */
interface ClaimedByHand {
  readonly key: string;
  /** The gateway that the settings no longer name. */
  readonly gateway: string;
  readonly claimed: ClaimedCharge;
}

async function settleClaimed(
  context: Context,
  { key, gateway, claimed }: ClaimedByHand,
  result: KnownChargeResult,
  { hooks }: HandParts,
): Promise<HandSettled> {
  const { merchantId } = context.merchant;
  const { orderId } = claimed;
  // The auto order of a rebill is locked before its order.
  await hooks.lockRebill(context, orderId);
  const order = required(await findOrder(context.db, merchantId, orderId, { lock: true }), 'order');
  const open = await openChargeOf(context, order);
  if (open?.idempotencyKey !== key) return refuseSettled(key);
  if (!(await isStillClaimed(context.db, merchantId, claimed))) return refuseUnderWay(key);
  const after = await resultOf(context, order, open, result);
  if (open.attempt === undefined) await settleFirstPayment(context, orderId, result, hooks);
  else await settleLaterPayment(context, open.attempt, result, hooks);
  await recordHandSettlement(context, gateway, after);
  return after;
}

async function resultOf(
  context: Context,
  order: OrderRecord,
  open: OpenCharge,
  result: KnownChargeResult,
): Promise<HandSettled> {
  const { document } = await afterResult(context, order, open, result);
  return {
    key: open.idempotencyKey,
    gateway: result.gateway,
    outcome: result.kind === 'approved' ? 'captured' : 'not_charged',
    reference: result.kind === 'approved' ? result.reference : undefined,
    amount: open.amount,
    currency: open.currency,
    orderId: order.orderId,
    orderStage: document.current_stage,
  };
}

async function afterResult(
  { db, now, merchant }: Context,
  order: OrderRecord,
  { attempt }: OpenCharge,
  result: KnownChargeResult,
): Promise<OrderRecord> {
  const occasion = { at: now, timeZone: merchant.timeZone };
  if (attempt === undefined) return settled(order, result, occasion);
  const { paid: paidBefore } = await findEarlierPayments(db, order.merchantId, order.orderId);
  const { coupon, amount } = attempt;
  const owed =
    coupon !== undefined && result.kind === 'approved' ? withCoupon(order, coupon) : order;
  return afterAttempt(owed, result, { paidBefore, amount }, occasion).order;
}

/** Records in the audit log that a person settled a charge, in the caller's transaction. */
export const recordHandSettlement = (
  context: Context,
  gateway: string,
  { key, gateway: found, outcome, reference, amount, currency, orderId }: HandSettled,
): Promise<void> =>
  recordAct(context, {
    act: 'settleCharge',
    objectType: 'charge',
    objectId: key,
    before: { state: 'unknown', gateway },
    after: {
      state: outcome,
      gateway: found,
      transaction_id: reference,
      amount_minor: amount,
      currency,
      order_id: orderId,
    },
  });

/** Refuses a charge whose gateway is asked. Returns the gateway that is not. */
export function refuseAsked(
  { merchant }: Context,
  key: string,
  gateway: string | undefined,
  isNamed: HandParts['isNamed'],
): string {
  if (gateway !== undefined && !isNamed(merchant, gateway)) return gateway;
  return refuse(
    'state_conflict',
    {
      reason: `The gateway of the charge ${key} is queried about its outcome`,
      fix: 'Wait for its answer. Only a charge whose gateway the settings no longer name is settled by hand',
    },
    { objectId: key },
  );
}

/** Refuses a charge that has an outcome. */
export const refuseSettled = (key: string): never =>
  refuse(
    'state_conflict',
    { reason: `The charge ${key} has its outcome already`, fix: 'Read its order' },
    { objectId: key },
  );

/** Refuses a charge that a process or another person has claimed. */
export const refuseUnderWay = (key: string): never =>
  refuse(
    'state_conflict',
    {
      reason: `The charge ${key} is checked or settled at this moment`,
      fix: 'Read the charges again in a minute',
    },
    { objectId: key },
  );

/** Refuses a charge that another gateway may have captured. */
export const refuseFurther = (key: string): never =>
  refuse(
    'state_conflict',
    {
      reason: `Another gateway of the route of the charge ${key} did not say whether it took the money`,
      fix: 'Repeat the request when that gateway answers again',
    },
    { objectId: key },
  );
