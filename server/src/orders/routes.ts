import { payload, payloadText } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { leftOutWarning, pageAnswer } from '../platform/http/unreadableRecords.ts';
import {
  type ChangedOrderJson,
  getOrder,
  getOrdersBatch,
  insertOrderJson,
  listOrders,
  type OrderOperationParts,
  refundOrderJson,
  updateOrderJson,
} from './operations.ts';
import { type ProcessedPayment, processPayment } from './processPaymentOperations.ts';
import { readRefundable } from './refundOperations.ts';

/** The order operations of the contract. */
export function orderRoutes(parts: OrderOperationParts) {
  return {
    getOrder: async (context, { params, expand }) =>
      payloadText(await getOrder(context, parts, params.order_id, expand)),
    getOrders: async (context, { query, page, sort, expand }) => {
      const list = { page, sort, expand };
      return pageAnswer(context, 'order', await listOrders(context, parts, query as never, list));
    },
    getOrdersByQuery: async (context, { body, page, sort, expand }) => {
      const list = { page, sort, expand };
      return pageAnswer(context, 'order', await listOrders(context, parts, body, list));
    },
    getOrdersBatch: async (context, { body, expand }) => {
      const { json, leftOut } = await getOrdersBatch(context, parts, body, expand);
      return payloadText(json, leftOutWarning(context, 'order', leftOut));
    },
    insertOrder: async (context, { body, expand }) => {
      const { json, warning } = await insertOrderJson(context, parts, body, expand);
      return payloadText(json, warning ? { warning } : {});
    },
    updateOrder: async (context, { params, body, expand }) =>
      withWarnings(await updateOrderJson(context, parts, params.order_id, body, expand)),
    isRefundableOrder: async (context, { params }) => {
      const { refundable, ...beside } = await readRefundable(context, params.order_id);
      return payload(refundable, { beside });
    },
    processPayment: async (context, { params, body }) =>
      processedAnswer(await processPayment(context, params.order_id, body, parts)),
    refundOrder: async (context, { params, query, body, expand }) =>
      withWarnings(await refundOrderJson(context, parts, params.order_id, { body, query, expand })),
  } satisfies Routes;
}

const withWarnings = ({ json, warnings }: ChangedOrderJson) =>
  payloadText(json, warningOf('without_effect', warnings));

const processedAnswer = ({ transaction, warnings }: ProcessedPayment) =>
  payload(transaction ?? {}, warningOf('payment_process', warnings));

const warningOf = (code: string, warnings: readonly string[]) =>
  warnings.length === 0 ? {} : { warning: { code, message: warnings.join(' ') } };
