import type { SettledCharge } from '@perennial/contract/perennial.ts';
import { getAutoOrder } from '../autoOrders/readOperations.ts';
import { wireDate } from '../kernel/calendar.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { fromMinor } from '../kernel/money.ts';
import type { HandSettled } from '../orders/handOutcome.ts';
import type { HandParts } from '../orders/handSettlementOperations.ts';
import type { Context } from '../platform/context.ts';
import { type Answer, payload, payloadText } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import type { RebillParts, RebillResult } from './dueOperations.ts';
import { attemptRebill, cancelReasons, replaceCard, retryParked } from './operations.ts';
import { settleByHand } from './settleByHandOperations.ts';

/** Rebills and cards, one line per operation of the contract. */
export const rebillRoutes = (parts: RebillParts, orders: HandParts) =>
  ({
    settleCharge: async (context, { query, body }) =>
      payload(
        wireSettled(
          await settleByHand(context, body, query.preview === true, parts, orders),
          query.preview === true,
          context.merchant.timeZone,
        ),
      ),
    attemptAutoOrderRebill: async (context, { params: { auto_order_oid: oid }, expand, ifMatch }) =>
      rebillAnswer(context, oid, expand, await attemptRebill(context, parts, oid, ifMatch)),
    lookAgain: async (context, { params: { auto_order_oid: oid }, expand }) =>
      rebillAnswer(context, oid, expand, await retryParked(context, parts, oid)),
    updateAutoOrderPayment: async (context, { params, query, body, expand, ifMatch }) => {
      const { auto_order_oid: oid } = params;
      const revival = query.reactivate_canceled === true ? 'canceled' : 'disabled';
      const result = await replaceCard(context, parts, oid, body, { revival, ifMatch });
      return rebillAnswer(context, oid, expand, result);
    },
    getAutoOrderCancelReasons: async (context) => payload(cancelReasons(context)),
  }) satisfies Routes;

/** A charge that a person settled, as the wire shows it. */
const wireSettled = (settled: HandSettled, isPreview: boolean, zone: string): SettledCharge =>
  fromLoose<SettledCharge>({
    key: settled.key,
    preview: isPreview,
    outcome: settled.outcome,
    gateway: settled.gateway,
    transaction_id: settled.reference,
    amount: fromMinor(settled.amount, settled.currency),
    currency_code: settled.currency,
    order_id: settled.orderId,
    order_stage: settled.orderStage,
    auto_order_oid: settled.autoOrderOid,
    auto_order_status: settled.autoOrderStatus,
    next_attempt_dts: settled.nextAttemptAt && wireDate(settled.nextAttemptAt, zone),
  });

/** Returns the current auto order with the result of the rebill. */
async function rebillAnswer(
  context: Context,
  oid: number,
  expand: ReadonlySet<string>,
  result: RebillResult,
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
