import type {
  AutoOrderCancelReason,
  AutoOrderPaymentUpdateRequest,
} from '@perennial/contract/autoOrder.ts';
import type { AutoOrder } from '../autoOrders/autoOrder.ts';
import { loadCatalog } from '../autoOrders/catalog.ts';
import { changeAutoOrder } from '../autoOrders/changing.ts';
import { findDueAt } from '../autoOrders/dueStore.ts';
import { changeOriginalOrder } from '../autoOrders/originalOrder.ts';
import { getAutoOrder, noAutoOrder } from '../autoOrders/reading.ts';
import { loadAutoOrders } from '../autoOrders/store.ts';
import { wireDate } from '../kernel/calendar.ts';
import { success } from '../kernel/outcome.ts';
import type { Context } from '../platform/context.ts';
import type { Answer } from '../platform/http/answer.ts';
import { payload, payloadText } from '../platform/http/answer.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { RebillParts, RebillResult } from './dueOperations.ts';
import { rebillNow } from './dueOperations.ts';
import { cardChange, cardFault, monthsACardMustLast, withNewCard } from './payment.ts';
import { rebillPolicy } from './policy.ts';

/**
 * Charges the next rebill now, due or not (auto_order reference, attemptAutoOrderRebill). Refused when the engine is about to charge it anyway, or when one
 * was paid within a day: somebody who presses twice pays once. A decline is an answer, not a refusal.
 */
export async function attemptRebill(
  context: Context,
  parts: RebillParts,
  oid: number,
  expand: ReadonlySet<string>,
): Promise<Answer> {
  await refuseAttempt(context, await find(context, oid));
  const result = await rebillNow(context, parts, oid, { isForced: true });
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
  await refuseCard(context, await find(context, oid), request);
  const beforehand = (context: Context) =>
    changeAutoOrder(context, oid, {
      title: 'Card updated',
      edit: (autoOrder) => success(withNewCard(autoOrder)),
      beside: (inner, autoOrder) =>
        changeOriginalOrder(inner, autoOrder, cardChange(request), false),
    });
  if (request.attempt_rebill === true)
    return rebillNow(context, parts, oid, { isForced: false, beforehand });
  await beforehand(context);
  return { isAttempted: false, isPaid: false };
}

/** The reasons for canceling that the merchant offers (settings, cancel_reasons). */
export function cancelReasons({ merchant }: Context): Answer {
  const reasons = merchant.settings['cancel_reasons'];
  return payload((Array.isArray(reasons) ? reasons : []) as AutoOrderCancelReason[]);
}

async function find({ db, merchant }: Context, oid: number): Promise<AutoOrder> {
  const [autoOrder] = await loadAutoOrders(db, merchant.merchantId, [oid]);
  return autoOrder ?? noAutoOrder({ oid });
}

const soonMinutes = 5;
const restHours = 24;

async function refuseAttempt({ db, merchant, now }: Context, autoOrder: AutoOrder): Promise<void> {
  const { autoOrderOid: oid, status } = autoOrder;
  const details = { objectId: String(oid) };
  const show = (at: typeof now) => wireDate(at, merchant.timeZone);
  if (status !== 'active')
    refuse(
      'state_conflict',
      { reason: `Auto order ${oid} is ${status}`, mend: 'Enable it before it is rebilled' },
      details,
    );
  const dueAt = await findDueAt(db, merchant.merchantId, oid);
  if (
    dueAt !== undefined &&
    dueAt.epochMilliseconds <= now.add({ minutes: soonMinutes }).epochMilliseconds
  ) {
    refuse(
      'state_conflict',
      {
        reason: `Auto order ${oid} is due at ${show(dueAt)}, within ${soonMinutes} minutes`,
        mend: 'It is charged then by itself',
      },
      details,
    );
  }
  const last = autoOrder.items
    .flatMap(({ lastOrderAt }) => lastOrderAt ?? [])
    .sort((a, b) => b.epochMilliseconds - a.epochMilliseconds)[0];
  if (
    autoOrder.rebillCount > 0 &&
    last !== undefined &&
    last.add({ hours: restHours }).epochMilliseconds > now.epochMilliseconds
  ) {
    refuse(
      'state_conflict',
      {
        reason: `Auto order ${oid} was billed at ${show(last)}, within ${restHours} hours`,
        mend: 'Wait until a day has passed',
      },
      details,
    );
  }
}

async function refuseCard(
  context: Context,
  autoOrder: AutoOrder,
  request: AutoOrderPaymentUpdateRequest,
): Promise<void> {
  const { merchant, now, db } = context;
  const catalog = await loadCatalog(db, merchant.merchantId, [autoOrder]);
  const prohibitExpiringMonths = monthsACardMustLast(
    autoOrder,
    catalog,
    rebillPolicy(merchant).prohibitExpiringCardsMonths,
  );
  const fault = cardFault(request, { now, zone: merchant.timeZone, prohibitExpiringMonths });
  if (fault !== undefined)
    refuse('invalid_field', fault, { objectId: String(autoOrder.autoOrderOid) });
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
