import type {
  AutoOrderCancelReason,
  AutoOrderPaymentUpdateRequest,
} from '@perennial/contract/autoOrder.ts';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { monthsForItems } from '../autoOrders/cardValidity.ts';
import { changeAutoOrder, refuseStale } from '../autoOrders/changeOperations.ts';
import { findDueAt } from '../autoOrders/dueStore.ts';
import { changeOriginalOrder } from '../autoOrders/originalOrderOperations.ts';
import { findIsParked } from '../autoOrders/parkedStore.ts';
import { noAutoOrder } from '../autoOrders/readOperations.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { failure } from '../kernel/outcome.ts';
import { cardPolicyOf } from '../orders/cardPolicy.ts';
import { askNewCard } from '../orders/newCardOperations.ts';
import type { CardFacts } from '../payments/gateway.ts';
import type { Context } from '../platform/context.ts';
import { refuse } from '../platform/http/refusal.ts';
import { type RebillParts, type RebillResult, rebillNow } from './dueOperations.ts';
import { cardField } from './keptOrder.ts';
import { findOwedRebill, forgetEditedField } from './keptOrderStore.ts';
import { endConfirmations } from './lateAnswerStore.ts';
import {
  cardChange,
  newCardFault,
  type Revival,
  stillStopped,
  withFacts,
  withNewCard,
} from './payment.ts';

import { requestFault } from './request.ts';
import { findRecentRebills } from './store.ts';

/**
 * Charges the next rebill now, even if it is not due (auto_order reference,
 * attemptAutoOrderRebill). Refuses while a charge is in flight, when the engine is about to charge
 * it anyway, or when a rebill was paid within a day, so that two clicks pay once. A decline is a
 * result, not a refusal.
 */
export async function attemptRebill(
  context: Context,
  parts: RebillParts,
  oid: number,
  ifMatch?: number,
): Promise<RebillResult> {
  // This early refusal uses no order id. The check that counts is the one under the lock.
  await refuseUnlessChargeable(context, oid, ifMatch);
  return rebillNow(context, parts, oid, {
    isForced: true,
    beforehand: (context) => refuseUnlessChargeable(context, oid, ifMatch),
  });
}

/**
 * Tries a parked auto order again now. Charges a due rebill if the fault is gone; otherwise the
 * auto order stays parked. Refuses an auto order that is not parked.
 */
export async function retryParked(
  context: Context,
  parts: RebillParts,
  oid: number,
): Promise<RebillResult> {
  // This early refusal uses no order id. The check that counts is the one under the lock.
  await refuseUnlessParked(context, oid);
  return rebillNow(context, parts, oid, {
    isForced: false,
    beforehand: (context) => refuseUnlessParked(context, oid),
  });
}

async function refuseUnlessParked({ db, merchant }: Context, oid: number): Promise<void> {
  const found = await findIsParked(db, merchant.merchantId, oid);
  if (found === undefined) return noAutoOrder({ oid });
  if (found.isParked) return;
  refuse(
    'state_conflict',
    { reason: `Auto order ${oid} is not parked`, fix: 'It is billed when it is due' },
    { objectId: String(oid) },
  );
}

/**
 * Replaces the card by a token (auto_order reference, updateAutoOrderPayment), in the original
 * order, from which every rebill takes it. Retries start again, and a stopped auto order becomes
 * active again as `revival` decides. With `attempt_rebill`, charges a due rebill at once, or else
 * the order that a declined rebill left in Accounts Receivable; without it, the engine charges the
 * rebill when it is due. Refuses a card that the merchant does not accept. The gateway's facts
 * about the card count, not those of the request.
 */
export async function replaceCard(
  context: Context,
  parts: RebillParts,
  oid: number,
  given: AutoOrderPaymentUpdateRequest,
  { revival = 'declined', ifMatch }: { revival?: Revival; ifMatch?: number | undefined } = {},
): Promise<RebillResult> {
  let stopped: string | undefined;
  const policy = cardPolicyOf(context.merchant.settings);
  const facts = await knownOf(context, parts, oid, given);
  const request = withFacts(given, facts);
  const beforehand = (context: Context) =>
    changeAutoOrder(context, oid, {
      title: 'Card updated',
      ifMatch,
      edit: (autoOrder, rules) => {
        refuseMerged(autoOrder);
        const monthsMin = Math.max(policy.monthsMin, monthsForItems(autoOrder, rules.catalog));
        const fault = newCardFault(request, { ...rules, policy: { ...policy, monthsMin } });
        if (fault !== undefined) return failure(fault);
        const renewed = withNewCard(autoOrder, rules, revival);
        stopped = renewed.ok ? stillStopped(renewed.value) : undefined;
        return renewed;
      },
      alsoChange: async (context, autoOrder) => {
        // Retries charge the newest card, even if staff gave another card to the order of a
        // declined rebill.
        await forgetEditedField(context.db, autoOrder.merchantId, oid, cardField);
        await endConfirmations(context.db, autoOrder.merchantId, [oid], context.now);
        const card = cardChange(request);
        return (await changeOriginalOrder(context, autoOrder, card, false, { facts })).changes;
      },
    });
  if (request.attempt_rebill === true) {
    const result = await rebillNow(context, parts, oid, { isForced: false, beforehand });
    if (stopped !== undefined) return { isAttempted: false, isPaid: false, reason: stopped };
    return result.isAttempted ? result : ((await collectKept(context, parts, oid)) ?? result);
  }
  await beforehand(context);
  return {
    isAttempted: false,
    isPaid: false,
    ...(stopped !== undefined && { reason: stopped }),
  };
}

/** Returns the gateway's facts about a new card, after a test if the merchant tests new cards. */
async function knownOf(
  context: Context,
  { payments, newCards }: RebillParts,
  oid: number,
  { card_number_token: token }: AutoOrderPaymentUpdateRequest,
): Promise<CardFacts | undefined> {
  if (!token) return undefined;
  if (newCards === undefined) return (await payments.of(context)).describe(token);
  const [autoOrder] = await loadAutoOrders(context.db, context.merchant.merchantId, [oid]);
  const orderId = autoOrder?.originalOrderId ?? '';
  return askNewCard(context, { orderId, cardToken: token, path: '' }, newCards);
}

/**
 * Charges the order that a declined rebill left, if the engine does not retry it now: the merchant
 * skips missed shipments, but the order is still unpaid. Undefined: there is no such order.
 */
async function collectKept(
  context: Context,
  { collectOrder }: RebillParts,
  oid: number,
): Promise<RebillResult | undefined> {
  const { db, merchant } = context;
  const orderId = await findOwedRebill(db, merchant.merchantId, oid);
  const collected = orderId && (await collectOrder?.(context, orderId));
  if (!orderId || !collected) return undefined;
  const { transaction, warnings } = collected;
  if (transaction?.successful === true) return { isAttempted: true, isPaid: true, orderId };
  const reason = transaction?.details?.find(({ name }) => name === 'reason')?.value;
  return { isAttempted: true, isPaid: false, reason: reason ?? warnings.join(' ') };
}

/** Refuses a card for a merged auto order: its items are charged to the card of its target. */
function refuseMerged({ autoOrderOid, status, mergedIntoAutoOrderOid: into }: AutoOrder): void {
  if (status !== 'merged') return;
  refuse(
    'state_conflict',
    {
      reason: `Auto order ${autoOrderOid} was merged into ${into}`,
      fix: `Update the card of auto order ${into} instead`,
    },
    { objectId: String(autoOrderOid) },
  );
}

/** Returns the merchant's reasons for canceling (settings, cancel_reasons). */
export function cancelReasons({ merchant }: Context): readonly AutoOrderCancelReason[] {
  const reasons = merchant.settings['cancel_reasons'];
  return (Array.isArray(reasons) ? reasons : []) as AutoOrderCancelReason[];
}

/** Refuses a requested charge if the record under the caller's lock does not allow it. */
async function refuseUnlessChargeable(
  { db, merchant, now }: Context,
  oid: number,
  ifMatch: number | undefined,
): Promise<void> {
  const { merchantId, timeZone: zone } = merchant;
  const [autoOrder] = await loadAutoOrders(db, merchantId, [oid]);
  if (autoOrder === undefined) return noAutoOrder({ oid });
  refuseStale(autoOrder, ifMatch);
  const dueAt = await findDueAt(db, merchantId, oid);
  const recent = await findRecentRebills(db, merchantId, oid);
  const fault = requestFault({ autoOrder, dueAt, recent, now, zone });
  if (fault !== undefined) refuse('state_conflict', fault, { objectId: String(oid) });
}
