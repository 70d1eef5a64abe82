import type { FulfillmentResult } from '@perennial/contract/fulfillment.ts';
import type { WithdrawnRefund as WireWithdrawnRefund } from '@perennial/contract/orderRefund.ts';
import { fromMinor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import { done, noContent, payload, payloadText } from '../platform/http/answer.ts';
import type { Routes } from '../platform/http/routes.ts';
import { leftOutWarning, pageAnswer } from '../platform/http/unreadableRecords.ts';
import { assignToAffiliate, replaceItemId } from './amendOperations.ts';
import { blockRefund, cancelOrder, unblockRefund } from './cancelOperations.ts';
import { getCenters, insertCenter, removeCenter, updateCenter } from './centerOperations.ts';
import { adjustOrderTotal, duplicateOrder, removeOrder, replaceOrder } from './copyOperations.ts';
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
import { refundOthers } from './otherRefundOperations.ts';
import { type ProcessedPayment, processPayment } from './processPaymentOperations.ts';
import { getRetryConfig, getRetryStats, updateRetryConfig } from './receivableRetryOperations.ts';
import { readRefundable } from './refundOperations.ts';
import { resendReceipt, resendShipmentConfirmation } from './resendOperations.ts';
import {
  formatOrder,
  generateInvoice,
  generatePackingSlip,
  type PrintedSheet,
} from './sheetOperations.ts';
import {
  acknowledgeOrders,
  getWaitingOrders,
  shipOrders,
  updateInventory,
  updateItemInventories,
} from './shipmentOperations.ts';
import { addItemsAndRelease, getOrderStages, releaseOrder } from './stageOperations.ts';
import { generateOrderToken, orderIdOfToken } from './tokenOperations.ts';
import { validateOrder } from './validationOperations.ts';
import { type WithdrawnRefund, withdrawRefund } from './withdrawRefundOperations.ts';

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
    isRefundableOrder: async (context, { params, query }) => {
      const { refundable, manual_only, stranded_refund, ...beside } = await readRefundable(
        context,
        params.order_id,
        parts,
      );
      return payload(refundable, {
        beside: query.manual ? { ...beside, manual_only, stranded_refund } : beside,
      });
    },
    withdrawRefund: async (context, { params, query }) => {
      const isPreview = query.preview === true;
      return payload(
        wireWithdrawn(await withdrawRefund(context, params.order_id, isPreview, parts), isPreview),
      );
    },
    refundOrder: async (context, { params, query, body, expand }) =>
      withWarnings(await refundOrderJson(context, parts, params.order_id, { body, query, expand })),
    getOrderStages: async (context, { params }) =>
      payload(await getOrderStages(context, params.order_id)),
    ...lifeRoutes(parts),
    ...detailRoutes(parts),
    ...owedRoutes(parts),
    ...sheetRoutes(parts),
    ...fulfillmentRoutes,
  } satisfies Routes;
}

/** The operations that end an order, hold it, or make another order from it. */
function lifeRoutes(parts: OrderOperationParts) {
  return {
    cancelOrder: async (context, { params, query }) => {
      const wishes = {
        lockSelfShipOrders: query.lock_self_ship_orders === true,
        skipRefundAndHold: query.skip_refund_and_hold === true,
      };
      const warnings = await cancelOrder(context, params.order_id, wishes, parts);
      const others = await refundOthers(context, params.order_id, parts);
      return doneWith([...warnings, ...others]);
    },
    heldOrderRelease: async (context, { params, expand }) => {
      await releaseOrder(context, params.order_id, parts.hooks);
      return payloadText(await getOrder(context, parts, params.order_id, expand));
    },
    heldOrderAddItemsAndRelease: async (context, { params, body, expand }) => {
      await addItemsAndRelease(context, params.order_id, body.items, parts.hooks);
      return payloadText(await getOrder(context, parts, params.order_id, expand));
    },
    blockRefundOnOrder: async (context, { params, query }) => {
      await blockRefund(context, params.order_id, query.block_reason || undefined);
      return noContent();
    },
    unblockRefundOnOrder: async (context, { params }) => {
      await unblockRefund(context, params.order_id);
      return noContent();
    },
    duplicateOrder: async (context, { params, expand }) =>
      payloadText(
        await getOrder(context, parts, await duplicateOrder(context, params.order_id), expand),
      ),
    replacement: async (context, { params, body }) =>
      done({ beside: await replaceOrder(context, params.order_id, body, parts) }),
    adjustOrderTotal: async (context, { params }) => {
      const { order_id, desired_total } = params;
      const message = await adjustOrderTotal(context, order_id, desired_total, parts.hooks);
      return done(message === undefined ? {} : { warning: { code: 'not_exact', message } });
    },
    deleteOrder: async (context, { params }) => {
      await removeOrder(context, params.order_id, parts.hooks);
      return noContent();
    },
  } satisfies Routes;
}

/** The operations for tokens, mails that are sent again, and small changes of an order. */
function detailRoutes(parts: OrderOperationParts) {
  return {
    generateOrderToken: async (context, { params }) =>
      payload(await generateOrderToken(context, parts.seal, params.order_id)),
    getOrderByToken: async (context, { body, expand }) => {
      const orderId = orderIdOfToken(context, parts.seal, body.order_token);
      return payloadText(await getOrder(context, parts, orderId, expand));
    },
    resendReceipt: async (context, { params }) => {
      await resendReceipt(context, params.order_id, parts.queueMail);
      return done();
    },
    resendShipmentConfirmation: async (context, { params }) => {
      await resendShipmentConfirmation(context, params.order_id, parts.queueMail);
      return done();
    },
    assignToAffiliate: async (context, { params, body, expand }) => {
      await assignToAffiliate(context, params.order_id, body, parts.hooks);
      return payloadText(await getOrder(context, parts, params.order_id, expand));
    },
    replaceOrderItemMerchantItemId: async (context, { params, body, expand }) => {
      await replaceItemId(context, params.order_id, body, parts.hooks);
      return payloadText(await getOrder(context, parts, params.order_id, expand));
    },
  } satisfies Routes;
}

async function packingSlipOfCenter(
  context: Context,
  { params }: { readonly params: { order_id: string; distribution_center_code: string } },
) {
  return pdfAnswer(
    await generatePackingSlip(context, params.order_id, params.distribution_center_code),
  );
}

/** The operations that format orders for people, and those that check orders. */
function sheetRoutes(parts: OrderOperationParts) {
  return {
    format: async (context, { params, body }) => {
      const { warnings, ...beside } = await formatOrder(context, params.order_id, body, parts);
      return done({ beside, ...warningOf('without_effect', warnings) });
    },
    generateInvoice: async (context, { params }) =>
      pdfAnswer(await generateInvoice(context, params.order_id)),
    generatePackingSlipAllDC: async (context, { params }) =>
      pdfAnswer(await generatePackingSlip(context, params.order_id)),
    generatePackingSlip: packingSlipOfCenter,
    generatePackingSlipSpecificDC: packingSlipOfCenter,
    validateOrder: async (context, { body }) =>
      done({ beside: await validateOrder(context, body, parts.hooks) }),
  } satisfies Routes;
}

/** The operations that collect owed amounts. */
function owedRoutes(parts: OrderOperationParts) {
  return {
    getAccountsReceivableRetryConfig: async (context) => {
      const { config, beside } = await getRetryConfig(context);
      return payload(config, { beside });
    },
    updateAccountsReceivableRetryConfig: async (context, { body }) =>
      done(warningOf('without_effect', await updateRetryConfig(context, body))),
    getAccountsReceivableRetryStats: async (context, { query }) =>
      payload(await getRetryStats(context, query), { beside: { linked_accounts: [] } }),
    processPayment: async (context, { params, body }) =>
      processedAnswer(await processPayment(context, params.order_id, body, parts)),
  } satisfies Routes;
}

/** The operations of distribution centers. */
const fulfillmentRoutes = {
  getDistributionCenters: async (context) => payload(await getCenters(context)),
  insertDistributionCenter: async (context, { body }) => payload(await insertCenter(context, body)),
  updateDistributionCenter: async (context, { params, body }) =>
    payload(await updateCenter(context, params.distribution_center_code, body)),
  deleteDistributionCenter: async (context, { params }) => {
    await removeCenter(context, params.distribution_center_code);
    return noContent();
  },
  getDistributionCenterOrders: async (context, { params }) => {
    const { json, leftOut } = await getWaitingOrders(context, params.distribution_center_code);
    return payloadText(json, leftOutWarning(context, 'order', leftOut));
  },
  acknowledgeOrders: async (context, { params, body }) =>
    batchAnswer(await acknowledgeOrders(context, params.distribution_center_code, body.order_ids)),
  shipOrders: async (context, { params, body }) =>
    batchAnswer(await shipOrders(context, params.distribution_center_code, body.shipments)),
  updateItemInventories: async (context, { body }) => {
    await updateItemInventories(context, body.inventory_updates);
    return noContent();
  },
  updateInventory: async (context, { params, body }) =>
    batchAnswer(await updateInventory(context, params.distribution_center_code, body.inventories)),
} satisfies Routes;

/** Returns the results of a batch. The batch failed in part if an element was refused. */
function batchAnswer(results: readonly FulfillmentResult[]) {
  const refused = results.filter(({ successful }) => successful !== true);
  if (refused.length === 0) return payload(results);
  const objectIds = refused.flatMap(({ order_id, itemId }) => order_id ?? itemId ?? []);
  const developerMessage = refused.map(({ reason }) => reason).join(' ');
  return payload(results, { partialFailure: { developerMessage, objectIds } });
}

const pdfAnswer = ({ pdf, warnings }: PrintedSheet) =>
  done({ beside: { pdfBase64: pdf }, ...warningOf('not_printable', warnings) });

const doneWith = (warnings: readonly string[]) =>
  done(
    warnings.length === 0
      ? {}
      : { warning: { code: 'refund_unknown', message: warnings.join(' ') } },
  );

const withWarnings = ({ json, warnings }: ChangedOrderJson) =>
  payloadText(json, warningOf('without_effect', warnings));

const processedAnswer = ({ transaction, warnings }: ProcessedPayment) =>
  payload(transaction ?? {}, warningOf('payment_process', warnings));

const warningOf = (code: string, warnings: readonly string[]) =>
  warnings.length === 0 ? {} : { warning: { code, message: warnings.join(' ') } };

/** A withdrawn refund, as the wire shows it. */
const wireWithdrawn = (
  { orderId, gateway, amount, currency }: WithdrawnRefund,
  isPreview: boolean,
): WireWithdrawnRefund => ({
  order_id: orderId,
  preview: isPreview,
  gateway,
  amount: fromMinor(amount, currency),
  currency_code: currency,
});
