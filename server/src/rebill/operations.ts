import type {
  AutoOrderCancelReason,
  AutoOrderPaymentUpdateRequest,
} from '@perennial/contract/autoOrder.ts';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { changeAutoOrder } from '../autoOrders/changeOperations.ts';
import { findDueAt } from '../autoOrders/dueStore.ts';
import { changeOriginalOrder } from '../autoOrders/originalOrderOperations.ts';
import { getAutoOrder, noAutoOrder } from '../autoOrders/readOperations.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { failure, success } from '../kernel/outcome.ts';
import type { Context } from '../platform/context.ts';
import type { Answer } from '../platform/http/answer.ts';
import { payload, payloadText } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { RebillParts, RebillResult } from './dueOperations.ts';
import { rebillNow } from './dueOperations.ts';
import { cardField } from './keptOrder.ts';
import { forgetEditedField } from './keptOrderStore.ts';
import { cardChange, cardFault, monthsACardMustLast, withNewCard } from './payment.ts';
import { rebillPolicy } from './policy.ts';
import { requestFault } from './request.ts';
import { findRecentRebills } from './store.ts';

/**
 * Charges the next rebill now, due or not (auto_order reference, attemptAutoOrderRebill). Refused while a charge is under way,
 * when the engine is about to charge it anyway, or when one was paid within a day: two clicks pay once. A decline is an
 * answer, not a refusal.
 */
export async function attemptRebill(
  context: Context,
  parts: RebillParts,
  oid: number,
  expand: ReadonlySet<string>,
): Promise<Answer> {
  // A refusal that can be seen now uses up no order id. The check that counts is the one under the lock.
  await refuseAttempt(context, oid);
  const result = await rebillNow(context, parts, oid, {
    isForced: true,
    beforehand: (inner) => refuseAttempt(inner, oid),
  });
  return rebillAnswer(context, oid, result, expand);
}

/** Replaces the card as {@link replaceCard} does (auto_order reference, updateAutoOrderPayment) and answers with the auto order as it is then. */
export async function updatePayment(
  context: Context,
  parts: RebillParts,
  oid: number,
  request: AutoOrderPaymentUpdateRequest,
  expand: ReadonlySet<string>,
): Promise<Answer> {
  return rebillAnswer(context, oid, await replaceCard(context, parts, oid, request), expand);
}

/**
 * Replaces the card by a token, in the original order, which every rebill takes it from. Retries begin afresh, and what declines had disabled is active
 * again. With `attempt_rebill` what is due is charged at once; else the engine does it when it is due. Refuses a card that the merchant does not take.
 */
export async function replaceCard(
  context: Context,
  parts: RebillParts,
  oid: number,
  request: AutoOrderPaymentUpdateRequest,
): Promise<RebillResult> {
  const prohibitExpiringMonths = rebillPolicy(context.merchant).prohibitExpiringCardsMonths;
  const beforehand = (context: Context) =>
    changeAutoOrder(context, oid, {
      title: 'Card updated',
      edit: (autoOrder, rules) => {
        refuseMerged(autoOrder);
        const months = monthsACardMustLast(autoOrder, rules.catalog, prohibitExpiringMonths);
        const fault = cardFault(request, { ...rules, prohibitExpiringMonths: months });
        return fault === undefined ? success(withNewCard(autoOrder, rules)) : failure(fault);
      },
      beside: async (inner, autoOrder) => {
        // The newest card serves the retries, whatever staff wrote on the order of a declined rebill before.
        await forgetEditedField(inner.db, autoOrder.merchantId, oid, cardField);
        return changeOriginalOrder(inner, autoOrder, cardChange(request), false);
      },
    });
  if (request.attempt_rebill === true)
    return rebillNow(context, parts, oid, { isForced: false, beforehand });
  await beforehand(context);
  return { isAttempted: false, isPaid: false };
}

// Its items are charged by the card of the auto order that has them now.
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

/** The reasons for canceling that the merchant offers (settings, cancel_reasons). */
export function cancelReasons({ merchant }: Context): Answer {
  const reasons = merchant.settings['cancel_reasons'];
  return payload((Array.isArray(reasons) ? reasons : []) as AutoOrderCancelReason[]);
}

/** Refuses a charge that a person asked for, on the record as it is under the caller's lock. */
async function refuseAttempt({ db, merchant, now }: Context, oid: number): Promise<void> {
  const { merchantId, timeZone: zone } = merchant;
  const [autoOrder] = await loadAutoOrders(db, merchantId, [oid]);
  if (autoOrder === undefined) return noAutoOrder({ oid });
  const dueAt = await findDueAt(db, merchantId, oid);
  const recent = await findRecentRebills(db, merchantId, oid);
  const fault = requestFault({ autoOrder, dueAt, recent, now, zone });
  if (fault !== undefined) refuse('state_conflict', fault, { objectId: String(oid) });
}

async function rebillAnswer(
  context: Context,
  oid: number,
  result: RebillResult,
  expand: ReadonlySet<string>,
): Promise<Answer> {
  const { json } = await getAutoOrder(context, { oid }, expand);
  return payloadText(json, {
    beside: {
      rebill_attempted: result.isAttempted,
      rebill_success: result.isPaid,
      rebill_order_id: result.orderId,
      failure_reason: result.reason,
    },
  });
}
