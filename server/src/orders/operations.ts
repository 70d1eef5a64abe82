import type { Order, OrderQuery, OrderQueryBatch } from '@perennial/contract/order.ts';
import type { SortField } from '@perennial/contract/sorting.ts';
import type { MomentRange } from '../kernel/momentRange.ts';
import { toMinor } from '../kernel/money.ts';
import type { Context } from '../platform/context.ts';
import { filterDate } from '../platform/http/dates.ts';
import { refuse } from '../platform/http/refusal.ts';
import { readOne } from '../platform/http/unreadableRecords.ts';
import type { Seal } from '../platform/seal.ts';
import type { JsonList, JsonPage } from '../platform/storage/page.ts';
import { facetNames } from './facets.ts';
import { type InsertedOrder, insertOrder, type OrderParts } from './insertOperations.ts';
import { type OrderFilters, type RangeName, readOrderPage, readOrdersJson } from './listStore.ts';
import { askNewCard } from './newCardOperations.ts';
import { refundOthers } from './otherRefundOperations.ts';
import type { OrderProjection } from './present.ts';
import { type RefundParts, type RequestedRefund, refundOrder } from './refundOperations.ts';
import { orderReasonsOf, refundReasonFault } from './refundReason.ts';
import type { QueueOrderMail } from './resendOperations.ts';
import { readOrderJson } from './store.ts';
import { noOrder, updateOrder } from './updateOperations.ts';

/** The parts that the order operations need from other features. */
export interface OrderOperationParts extends OrderParts, RefundParts {
  /** Seals the tokens of orders. */
  readonly seal: Seal;
  readonly queueMail: QueueOrderMail;
  /** Returns the address at which users reach this server. */
  publicUrl(): Promise<string>;
  /** Builds the SQL of an order's `auto_order`; see {@link OrderProjection}. */
  readonly autoOrder?: OrderProjection['autoOrder'];
}

/** The parts of a list request besides its filters. */
export interface OrderListRequest {
  readonly page: { readonly limit: number; readonly offset: number };
  readonly sort: readonly SortField[];
  readonly expand: ReadonlySet<string>;
}

/** Reads one order as JSON. */
export async function getOrder(
  context: Context,
  { autoOrder }: OrderOperationParts,
  orderId: string,
  expand: ReadonlySet<string>,
): Promise<string> {
  const { merchantId, timeZone } = context.merchant;
  const json = await readOne(context, {
    what: 'order',
    id: orderId,
    expand,
    read: (expand) => readOrderJson(context.db, merchantId, orderId, expand, timeZone, autoOrder),
    fix: 'Fix its row of the table orders, or restore it from a backup',
  });
  return json ?? noOrder(orderId);
}

/** Reads the page of a list. */
export function listOrders(
  context: Context,
  { autoOrder }: OrderOperationParts,
  query: OrderQuery,
  { page, sort, expand }: OrderListRequest,
): Promise<JsonPage> {
  const { merchantId, timeZone } = context.merchant;
  return readOrderPage(context.db, merchantId, {
    filters: filtersOf(context, query),
    page,
    sort,
    expand,
    timeZone,
    autoOrder,
  });
}

/**
 * Reads at most 200 orders by id. Leaves out ids that do not exist, and orders that cannot be read.
 */
export function getOrdersBatch(
  context: Context,
  { autoOrder }: OrderOperationParts,
  { order_ids: ids }: OrderQueryBatch,
  expand: ReadonlySet<string>,
): Promise<JsonList> {
  if (!ids) return refuse('missing_field', { field: 'order_ids' });
  if (ids.length > batchMax)
    return refuse('too_many_elements', { field: 'order_ids', max: batchMax });
  return readOrdersJson(context.db, context.merchant.merchantId, ids, {
    expand,
    timeZone: context.merchant.timeZone,
    autoOrder,
  });
}

/** Inserts an order, and returns it as JSON with warnings for the client. */
export async function insertOrderJson(
  context: Context,
  parts: OrderOperationParts,
  body: Order,
  expand: ReadonlySet<string>,
): Promise<InsertedOrder & { readonly json: string }> {
  const inserted = await insertOrder(context, body, parts);
  return { ...inserted, json: await getOrder(context, parts, inserted.orderId, expand) };
}

/** Updates an order, and returns it as JSON. */
export async function updateOrderJson(
  context: Context,
  parts: OrderOperationParts,
  orderId: string,
  body: Order,
  expand: ReadonlySet<string>,
): Promise<ChangedOrderJson> {
  const cardToken = body.payment?.credit_card?.card_number_token;
  const path = 'payment.credit_card.';
  const facts = cardToken
    ? await askNewCard(context, { orderId, cardToken, path }, parts)
    : undefined;
  const { order, warnings } = await updateOrder(context, orderId, body, parts.hooks, { facts });
  return { json: await getOrder(context, parts, order.orderId, expand), warnings };
}

/** Refunds an order, and returns it as JSON. */
export async function refundOrderJson(
  context: Context,
  parts: OrderOperationParts,
  orderId: string,
  { body, query, expand }: RefundOrderRequest,
): Promise<ChangedOrderJson> {
  const request = requestedRefund(context, query);
  const fault = refundReasonFault(
    body,
    { rejects: request.rejectAfterRefund },
    orderReasonsOf(context.merchant.settings),
  );
  if (fault) refuse('invalid_field', fault, { objectId: orderId });
  const warnings = await refundOrder(context, orderId, body, request, parts);
  const others = await refundOthers(context, orderId, parts);
  const json = await getOrder(context, parts, orderId, expand);
  return { json, warnings: [...warnings, ...others] };
}

/** The request of refundOrder. */
export interface RefundOrderRequest {
  readonly body: Order;
  readonly query: RefundQuery;
  readonly expand: ReadonlySet<string>;
}

/** An order's JSON after a change, with warnings for the client. */
export interface ChangedOrderJson {
  readonly json: string;
  /** Whole sentences. */
  readonly warnings: readonly string[];
}

/** The query of refundOrder. */
export interface RefundQuery {
  readonly reject_after_refund?: boolean | undefined;
  readonly skip_customer_notification?: boolean | undefined;
  readonly auto_order_cancel?: boolean | undefined;
  readonly auto_order_cancel_reason?: string | undefined;
  readonly manual_refund?: boolean | undefined;
  readonly issue_store_credit?: boolean | undefined;
  readonly restock?: boolean | undefined;
}

const requestedRefund = ({ actor }: Context, query: RefundQuery): RequestedRefund => ({
  user: actor.name,
  isManual: query.manual_refund === true,
  isStoreCredit: query.issue_store_credit === true,
  rejectAfterRefund: query.reject_after_refund === true,
  cancelAutoOrder: query.auto_order_cancel === true,
  cancelReason: query.auto_order_cancel_reason || undefined,
  notifyCustomer: query.skip_customer_notification !== true,
  ...(query.restock === true && { restocks: true }),
});

/** The maximum number of orders that one call may read by id. */
const batchMax = 200;

const rangeNames: readonly RangeName[] = [
  'creation',
  'payment',
  'refund',
  'shipment',
  'shipped_on',
];

/** Reads the filters of a query. An empty text does not filter. */
function filtersOf(context: Context, query: OrderQuery): OrderFilters {
  const given = query as Readonly<Record<string, string | number | null | undefined>>;
  const facets = facetNames.flatMap((name) =>
    typeof given[name] === 'string' && given[name] !== '' ? [[name, given[name]]] : [],
  );
  return {
    orderId: query.order_id || undefined,
    facets: Object.fromEntries(facets),
    customerProfileOid: query.customer_profile_oid ?? undefined,
    total: totalOf(context, query.total ?? undefined),
    ranges: Object.fromEntries(rangeNames.map((name) => [name, rangeOf(context, name, given)])),
  };
}

function totalOf(context: Context, total: number | undefined) {
  if (total === undefined) return undefined;
  const { currency } = context.merchant;
  const parsed = toMinor(total, currency);
  return parsed.ok
    ? parsed.value
    : refuse('invalid_field', {
        field: 'total',
        reason: `is not a valid amount in ${currency}`,
        fix: `Send no more decimals than ${currency} has`,
      });
}

function rangeOf(
  context: Context,
  name: RangeName,
  given: Readonly<Record<string, unknown>>,
): MomentRange {
  const moment = (field: string) =>
    filterDate(given[field] as string | null | undefined, field, context.merchant.timeZone);
  return { begin: moment(`${name}_date_begin`), end: moment(`${name}_date_end`) };
}
