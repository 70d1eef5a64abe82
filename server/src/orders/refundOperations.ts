import type { Order } from '@perennial/contract/order.ts';
import type { OrderReasons, OrderRefundableResponse } from '@perennial/contract/orderRefund.ts';
import { lockCustomer } from '../customers/store.ts';
import { fromMinor, type Minor, minor, zero } from '../kernel/money.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type Capture, capturesOf } from './capture.ts';
import type { OrderHooks } from './hooks.ts';
import { event, stageEvents } from './insertOperations.ts';
import { shownCurrency, wireCurrency } from './money.ts';
import type { OrderRecord } from './order.ts';
import { queueOthers } from './otherRefundQueueOperations.ts';
import {
  addedUp,
  newlyRefunded,
  type PlannedRefund,
  planRefund,
  restockWarnings,
} from './refund.ts';
import { findRefundBlock, type RefundBlock } from './refundBlockStore.ts';
import { refundedOf, totalOf } from './refunded.ts';
import { givesValue, refundedOrder } from './refundedOrder.ts';
import { orderReasonsOf } from './refundReason.ts';
import {
  countRefunds,
  findStrandedRefund,
  insertRefund,
  lockOpenRefund,
  type RefundCounts,
  type RefundOutcome,
  type RefundRecord,
  type RefundWishes,
  settleRefund,
  strandRefund,
} from './refundStore.ts';
import { returnPieces, returnRejected } from './stockOperations.ts';
import { findOrder, saveOrder } from './store.ts';
import { type GivenBack, giveBackCredit } from './storeCreditOperations.ts';
import { noOrder } from './updateOperations.ts';

/*
 * Refunds orders (current API, OrderApi.refundOrder). As with charges, a refund is stored before
 * the gateway is asked and settled afterwards. Its key contains the order and its refunded totals
 * before and after it. So the same refund is made only once, even after a lost answer or a restore.
 */

/** The request for a refund to the gateway that captured the money. */
export interface RefundAtGateway {
  readonly idempotencyKey: string;
  readonly merchantId: string;
  readonly gateway: string;
  /** The gateway's id of the captured charge. */
  readonly chargeReference: string;
  readonly amount: Minor;
  readonly currency: string;
}

/**
 * Makes a refund at a gateway, once per key. `app/` provides it. It must not be called while a
 * transaction is open.
 */
export type RefundCharge = (
  refund: RefundAtGateway,
) => Promise<RefundOutcome | { readonly kind: 'unknown' }>;

/** The functions of other features that refunds need. */
export interface RefundParts {
  readonly refund: RefundCharge;
  /** Whether the merchant's settings name a gateway. No other gateway is ever asked. */
  readonly isNamed: (merchant: Merchant, gateway: string) => boolean;
  readonly hooks: OrderHooks;
}

/** A refund as a client requests it. */
export interface RequestedRefund extends RefundWishes {
  /** Whether the refund was made outside this server, so that no gateway is asked. */
  readonly isManual: boolean;
  /** Whether the customer gets store credit instead of money. No gateway is asked. */
  readonly isStoreCredit?: boolean;
}

/**
 * Refunds an order and returns sentences for the client. Refuses a refund that is not possible,
 * before the gateway is asked. If the answer is lost, the refund stays open, and a worker asks
 * again.
 */
export async function refundOrder(
  context: Context,
  orderId: string,
  body: Order,
  request: RequestedRefund,
  parts: RefundParts,
): Promise<readonly string[]> {
  const begun = await inTransaction(context, async (context) => {
    const order = await lockOrder(context, orderId, parts.hooks);
    return beginRefund(context, order, body, request, parts);
  });
  return finishRefund(context, begun, parts);
}

/**
 * Asks the gateway for a stored refund and returns sentences for the client. Refuses when the
 * gateway refuses.
 */
export async function finishRefund(
  context: Context,
  begun: BegunRefund,
  parts: RefundParts,
): Promise<readonly string[]> {
  if (begun.refund === undefined) return begun.warnings;
  const outcome = await askAndSettle(context, begun.refund, parts);
  if (outcome.kind === 'refused')
    return refuse(
      'state_conflict',
      {
        reason: `The gateway refused the refund: ${outcome.message}`,
        fix: 'Give the money back in another way and send manual_refund=true to record it',
      },
      { objectId: begun.refund.orderId },
    );
  return outcome.kind === 'refunded' ? begun.warnings : [...begun.warnings, unknownWords];
}

const unknownWords =
  'The gateway has not answered the refund yet. It is asked again until it answers, ' +
  'and nothing is refunded twice.';

/** A refund that is stored and allowed, before the gateway is asked. */
export interface BegunRefund {
  /** Absent if the refund was manual and is complete. */
  readonly refund?: RefundRecord;
  readonly warnings: readonly string[];
}

/**
 * Stores a refund of a locked order in the caller's transaction, or makes it at once if it is
 * manual. Refuses a refund that is not possible.
 */
export async function beginRefund(
  context: Context,
  order: OrderRecord,
  body: Order,
  request: RequestedRefund,
  parts: RefundParts,
): Promise<BegunRefund> {
  const counts = await countRefunds(context.db, order.merchantId, order.orderId);
  const stranded = counts.isOpen ? await lockStranded(context, order, parts) : undefined;
  refuseNotRefundable(order, counts, stranded, request);
  refuseBlocked(order, await findRefundBlock(context.db, order.merchantId, order.orderId));
  const plan = planRefund(order, body);
  if (!plan.ok) return refuse('invalid_field', plan.reason, { objectId: order.orderId });
  const warnings = [...plan.value.warnings, ...restockWarnings(order, plan.value, request)];
  await refuseWithoutProfile(context, order, plan.value, request);
  const { isStoreCredit = false } = request;
  if (request.isManual || isStoreCredit || plan.value.amount === 0) {
    if (stranded !== undefined) {
      const message = `${context.actor.name} recorded a manual refund instead`;
      await endStranded(context, order, stranded, message);
    }
    await applyRefund(context, order, plan.value, request, { isStoreCredit }, parts.hooks);
    return { warnings };
  }
  refuseUnnamed(context, order, parts);
  const refund = newRefund(context, order, plan.value, request, counts);
  await insertRefund(context.db, refund);
  return { refund, warnings };
}

/** Refuses to give store credit if the order has no customer profile that could get it. */
async function refuseWithoutProfile(
  { db }: Context,
  order: OrderRecord,
  { before, after }: PlannedRefund,
  { isStoreCredit }: RequestedRefund,
): Promise<void> {
  const isGiven = (after.credit ?? 0) > (before.credit ?? 0);
  if (!isStoreCredit && !isGiven) return;
  const { orderId, merchantId, customerProfileOid: oid } = order;
  if (oid !== undefined && (await lockCustomer(db, merchantId, oid)) !== undefined) return;
  refuse(
    'state_conflict',
    {
      reason: `Order ${orderId} has no customer profile that could get store credit`,
      fix: isStoreCredit
        ? 'Insert a customer with the email of the order, or omit issue_store_credit'
        : 'Insert a customer with the email of the order',
    },
    { objectId: orderId },
  );
}

/** Locks an order, after its auto order. Refuses one that does not exist. */
export async function lockOrder(
  context: Context,
  orderId: string,
  hooks: OrderHooks,
): Promise<OrderRecord> {
  return (await lockOrderIfAny(context, orderId, hooks)) ?? noOrder(orderId);
}

/** Locks an order, after its auto order, or returns undefined. */
export async function lockOrderIfAny(
  context: Context,
  orderId: string,
  hooks: OrderHooks,
): Promise<OrderRecord | undefined> {
  const { merchantId } = context.merchant;
  const seen = await findOrder(context.db, merchantId, orderId);
  if (seen?.autoOrderOid !== undefined) await hooks.lockAutoOrder(context, seen.autoOrderOid);
  return seen && findOrder(context.db, merchantId, orderId, { lock: true });
}

/**
 * Returns the order's open refund if the settings name its gateway no more: the gateway is not
 * asked, so a person who knows the outcome from the gateway's own books may record it. While a
 * process asks about the refund, it may have seen that the gateway is named again.
 */
export async function lockStranded(
  { db, merchant }: Context,
  { merchantId, orderId }: OrderRecord,
  { isNamed }: Pick<RefundParts, 'isNamed'>,
): Promise<RefundRecord | undefined> {
  const open = await lockOpenRefund(db, merchantId, orderId);
  return open?.isStranded && !isNamed(merchant, open.gateway) ? open : undefined;
}

/** Ends an open refund of a gateway that is not asked, as a person states. */
export async function endStranded(
  context: Context,
  order: OrderRecord,
  stranded: RefundRecord,
  message: string,
): Promise<void> {
  await settleRefund(context.db, stranded, { kind: 'refused', message });
  await context.events.emit(context, [strandedRefundEvent(order, 'ended')]);
}

/** The event that raises and closes the task about a refund whose gateway is not asked. */
const strandedRefundEvent = (order: OrderRecord, stranded_refund: object | 'ended') =>
  event('order_update', order, { changed: ['payment'], stranded_refund });

function refuseNotRefundable(
  order: OrderRecord,
  { isOpen }: RefundCounts,
  stranded: RefundRecord | undefined,
  { isManual }: RequestedRefund,
): void {
  const conflict = (reason: string, fix: string) =>
    refuse('state_conflict', { reason, fix }, { objectId: order.orderId });
  if (order.paidAt === undefined)
    conflict(
      `Order ${order.orderId} is not paid, so there is nothing to refund`,
      'Reject the order instead',
    );
  if (isOpen && !(stranded && isManual))
    conflict(
      `Order ${order.orderId} has a refund whose outcome is not known yet` +
        (stranded ? `, and the settings do not name its gateway ${stranded.gateway} any more` : ''),
      stranded ? strandedFix : 'Repeat the request when the gateway has answered',
    );
}

function refuseBlocked({ orderId }: OrderRecord, block: RefundBlock | undefined): void {
  if (block === undefined) return;
  const reason = block.reason === undefined ? '' : `: ${block.reason}`;
  refuse(
    'state_conflict',
    {
      reason: `Refunds of order ${orderId} were blocked by ${block.by}${reason}`,
      fix: 'Remove the block with GET /rest/v2/order/orders/{order_id}/refund_unblock first',
    },
    { objectId: orderId },
  );
}

function newRefund(
  context: Context,
  order: OrderRecord,
  planned: PlannedRefund,
  { isManual: _, isStoreCredit: _1, ...wishes }: RequestedRefund,
  { count, refused }: RefundCounts,
): RefundRecord {
  const { merchantId, orderId, currency } = order;
  const { gateway, reference } = captureToRefund(order);
  const { before, after, amount, totalBefore, reason, rejectReason } = planned;
  return {
    merchantId,
    orderId,
    refundNumber: count + 1,
    amount,
    currency,
    gateway,
    chargeReference: reference,
    idempotencyKey: `refund:${merchantId}:${orderId}:${totalBefore}-${totalOf(after)}:${refused}`,
    terms: { planned: { before, after, amount, reason, rejectReason }, wishes },
    requestedAt: context.now,
  };
}

/** Such a refund would stay open until the settings name the gateway again. */
function refuseUnnamed({ merchant }: Context, order: OrderRecord, { isNamed }: RefundParts): void {
  const { gateway } = captureToRefund(order);
  if (isNamed(merchant, gateway)) return;
  refuse(
    'state_conflict',
    {
      reason:
        `Order ${order.orderId} was charged through the gateway ${gateway}, which the settings ` +
        'do not name any more',
      fix:
        'Name it in the settings again (one with the state inactive gets no new charges), or give ' +
        'the money back in another way and send manual_refund=true to record it',
    },
    { objectId: order.orderId },
  );
}

const strandedFix =
  'Name it in the settings again (one with the state inactive gets no new charges), so that it is ' +
  'asked; or look into its own books, give the money back in another way if it did not, and send ' +
  'manual_refund=true to record it, or withdraw the refund (withdrawRefund)';

/** Returns the one capture that a gateway can refund, or refuses. */
function captureToRefund(order: OrderRecord): Capture {
  const captures = capturesOf(order.document);
  const [capture] = captures;
  if (capture !== undefined && captures.length === 1) return capture;
  return refuse(
    'state_conflict',
    {
      reason:
        capture === undefined
          ? `Order ${order.orderId} was not charged by a gateway`
          : `Order ${order.orderId} has several charges, and it is not known which to refund`,
      fix: 'Give the money back in another way and send manual_refund=true to record it',
    },
    { objectId: order.orderId },
  );
}

/** Asks the gateway for a stored refund and settles the answer. */
export async function askAndSettle(
  context: Context,
  refund: RefundRecord,
  parts: RefundParts,
): Promise<RefundOutcome | { readonly kind: 'unknown' }> {
  const outcome = await ask(context, refund, parts.refund);
  if (outcome.kind !== 'unknown')
    await inTransaction(context, (context) => settle(context, refund, outcome, parts.hooks));
  else if (refund.claim !== undefined && !parts.isNamed(context.merchant, refund.gateway))
    await inTransaction(context, (context) => reportStranded(context, refund, parts.hooks));
  return outcome;
}

/**
 * Reports once that the settings name the gateway of a claimed refund no more, and lets people end
 * it.
 */
async function reportStranded(
  context: Context,
  claimed: RefundRecord,
  hooks: OrderHooks,
): Promise<void> {
  const { orderId, amount, currency, gateway } = claimed;
  const order = await lockOrder(context, orderId, hooks);
  const reason = `the settings no longer name the gateway ${gateway}`;
  const isStored = await strandRefund(context.db, claimed, reason);
  if (!isStored || claimed.isReported) return;
  await context.events.emit(context, [strandedRefundEvent(order, { amount, currency, gateway })]);
}

async function ask(
  { log }: Context,
  refund: RefundRecord,
  refundCharge: RefundCharge,
): Promise<RefundOutcome | { readonly kind: 'unknown' }> {
  const { merchantId, orderId, idempotencyKey, gateway, chargeReference, amount, currency } =
    refund;
  try {
    return await refundCharge({
      idempotencyKey,
      merchantId,
      gateway,
      chargeReference,
      amount,
      currency,
    });
  } catch (error) {
    log.error({ err: error, merchantId, orderId, gateway }, 'a refund has no known outcome');
    return { kind: 'unknown' };
  }
}

/** Settles a refund once. A refund that another process has settled does not change. */
async function settle(
  context: Context,
  { orderId }: RefundRecord,
  outcome: RefundOutcome,
  hooks: OrderHooks,
): Promise<void> {
  const order = await lockOrder(context, orderId, hooks);
  const refund = await lockOpenRefund(context.db, order.merchantId, orderId);
  if (refund === undefined) return;
  await settleRefund(context.db, refund, outcome);
  if (refund.isReported) await context.events.emit(context, [strandedRefundEvent(order, 'ended')]);
  if (outcome.kind === 'refused') return;
  const { planned, wishes } = refund.terms;
  const { gateway } = refund;
  const { reference } = outcome;
  await applyRefund(context, order, planned, wishes, { gateway, reference }, hooks);
}

/** How a refund was made. Without a gateway it was made outside this server. */
export interface RefundMade {
  readonly gateway?: string;
  readonly reference?: string;
  readonly isReported?: true;
  readonly isStoreCredit?: boolean;
}

/** Writes a completed refund to the order, with its events and its effect on the auto order. */
export async function applyRefund(
  context: Context,
  before: OrderRecord,
  planned: Pick<PlannedRefund, 'after' | 'amount' | 'reason' | 'rejectReason'>,
  wishes: RefundWishes,
  made: RefundMade,
  hooks: OrderHooks,
): Promise<void> {
  const refunded = refundedOrder(
    before,
    planned,
    {
      user: wishes.user,
      isRejected: wishes.rejectAfterRefund,
      ...made,
      ...(made.isStoreCredit === true && { gateway: 'store credit' }),
    },
    { at: context.now, timeZone: context.merchant.timeZone },
  );
  const back = wishes.restocks === true ? returnable(before, planned.after) : [];
  const order = back.length === 0 ? refunded : { ...refunded, restocked: addedUp(before, back) };
  await saveOrder(context.db, order);
  const given = {
    credit: minor((planned.after.credit ?? 0) - (refundedOf(before).credit ?? 0)),
    instead: made.isStoreCredit === true ? planned.amount : zero,
  };
  await giveBackCredit(context, order, given);
  await context.events.emit(context, [
    event('order_refund', order, {
      amount: planned.amount,
      currency: order.currency,
      shown: shownRefund(order, planned.amount, given),
      notify_customer: wishes.notifyCustomer && givesValue(before, planned),
      by: made.isReported ? 'gateway' : 'person',
      auto_order_oid: order.autoOrderOid,
    }),
    ...stageEvents(before, order),
  ]);
  const isMadeHere = made.gateway !== undefined && made.isReported !== true;
  if (isMadeHere) await queueOthers(context, before, planned.after, wishes, hooks);
  if (wishes.cancelAutoOrder && order.autoOrderOid !== undefined)
    await hooks.cancelAutoOrder(context, order.autoOrderOid, {
      reason: wishes.cancelReason ?? `Refund of order ${order.orderId}`,
      user: wishes.user,
    });
  await returnPieces(context, before, back);
  await returnRejected(context, before, order, false);
}

/** Returns the refund as its customer reads it: in the currency of the order. */
function shownRefund(order: OrderRecord, amount: Minor, { credit, instead }: GivenBack) {
  const currency = shownCurrency(order);
  const text = (part: number) =>
    part > 0 ? wireCurrency(minor(part), currency).localized_formatted : undefined;
  const all = wireCurrency(minor(amount + credit), currency).localized_formatted;
  return { money: text(amount - instead), credit: text(credit + instead), all };
}

/**
 * Returns the quantities to put back into stock. A rejection has already put back everything that
 * had not shipped.
 */
function returnable(before: OrderRecord, after: PlannedRefund['after']): number[] {
  const { items = [], current_stage: stage } = before.document;
  const isGone = (place: number) => stage === 'Rejected' && items[place]?.shipped_dts === undefined;
  const back = newlyRefunded(before, after).map((each, place) => (isGone(place) ? 0 : each));
  return back.some((quantity) => quantity > 0) ? back : [];
}

/**
 * The result of {@link readRefundable}: whether a refund is possible, why not, and the merchant's
 * reasons.
 */
type Refundable = OrderReasons &
  Required<Pick<OrderRefundableResponse, 'refundable' | 'manual_because_multiple_charges'>> &
  Pick<OrderRefundableResponse, 'manual_only' | 'stranded_refund'>;

/**
 * Returns whether a gateway can refund an order, or else whether a manual refund can be recorded,
 * with the merchant's reasons for refunds (current API, isRefundableOrder).
 */
export async function readRefundable(
  context: Context,
  orderId: string,
  { isNamed }: Pick<RefundParts, 'isNamed'>,
): Promise<Refundable> {
  const { merchantId, settings } = context.merchant;
  const order = (await findOrder(context.db, merchantId, orderId)) ?? noOrder(orderId);
  const captures = capturesOf(order.document);
  const isLeft = totalOf(refundedOf(order)) < order.total;
  const { isOpen } = await countRefunds(context.db, merchantId, order.orderId);
  const isFree = (await findRefundBlock(context.db, merchantId, order.orderId)) === undefined;
  const manualOnly = manualOnlyOf(captures, (gateway) => isNamed(context.merchant, gateway));
  const isWaiting = isOpen && manualOnly !== 'gateway_not_named';
  const isPossible = order.paidAt !== undefined && isLeft && !isWaiting && isFree;
  return {
    ...orderReasonsOf(settings),
    refundable: isPossible && manualOnly === undefined,
    manual_because_multiple_charges: captures.length > 1,
    ...(isPossible && manualOnly !== undefined && { manual_only: manualOnly }),
    ...(isOpen && (await readStranded(context, order.orderId))),
  };
}

async function readStranded(
  { db, merchant: { merchantId } }: Context,
  orderId: string,
): Promise<Pick<OrderRefundableResponse, 'stranded_refund'>> {
  const refund = await findStrandedRefund(db, merchantId, orderId);
  if (refund === undefined) return {};
  const { gateway, amount, currency } = refund;
  const stranded = { gateway, amount: fromMinor(amount, currency), currency_code: currency };
  return { stranded_refund: stranded };
}

/** Returns why no gateway can refund an order with these captures; undefined if one can. */
function manualOnlyOf(
  captures: readonly Capture[],
  isNamed: (gateway: string) => boolean,
): OrderRefundableResponse['manual_only'] {
  const [capture] = captures;
  if (capture === undefined) return 'no_charge';
  if (captures.length > 1) return 'multiple_charges';
  return isNamed(capture.gateway) ? undefined : 'gateway_not_named';
}
