import { getAutoOrder } from '../autoOrders/readOperations.ts';
import type { Context } from '../platform/context.ts';
import { type Answer, payload, payloadText } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import type { RebillParts, RebillResult } from './dueOperations.ts';
import { attemptRebill, cancelReasons, replaceCard, retryParked } from './operations.ts';

/** The routes of rebills and cards, one line per operation of the contract. */
export const rebillRoutes = (parts: RebillParts) =>
  ({
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
