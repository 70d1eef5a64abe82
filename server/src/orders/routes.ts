import { payload, payloadText } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { leftOutWarning, pageAnswer } from '../platform/http/unreadableRecords.ts';
import { type ChangedOrderJson, type OrderOperationParts, orderOperations } from './operations.ts';

/** The order operations of the contract. */
export function orderRoutes(parts: OrderOperationParts) {
  const orders = orderOperations(parts);
  return {
    getOrder: async (context, { params, expand }) =>
      payloadText(await orders.read(context, params.order_id, expand)),
    getOrders: async (context, { query, page, sort, expand }) => {
      const list = { page, sort, expand };
      return pageAnswer(context, 'order', await orders.list(context, query as never, list));
    },
    getOrdersByQuery: async (context, { body, page, sort, expand }) => {
      const list = { page, sort, expand };
      return pageAnswer(context, 'order', await orders.list(context, body, list));
    },
    getOrdersBatch: async (context, { body, expand }) => {
      const { json, leftOut } = await orders.batch(context, body, expand);
      return payloadText(json, leftOutWarning(context, 'order', leftOut));
    },
    insertOrder: async (context, { body, expand }) => {
      const { json, warning } = await orders.insert(context, body, expand);
      return payloadText(json, warning ? { warning } : {});
    },
    updateOrder: async (context, { params, body, expand }) =>
      withWarnings(await orders.update(context, params.order_id, body, expand)),
    isRefundableOrder: async (context, { params }) => {
      const { refundable, ...beside } = await orders.refundable(context, params.order_id);
      return payload(refundable, { beside });
    },
    refundOrder: async (context, { params, query, body, expand }) =>
      withWarnings(await orders.refund(context, params.order_id, body, query, expand)),
  } satisfies Routes;
}

const withWarnings = ({ json, warnings }: ChangedOrderJson) =>
  payloadText(
    json,
    warnings.length === 0
      ? {}
      : { warning: { code: 'without_effect', message: warnings.join(' ') } },
  );
