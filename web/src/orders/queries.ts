import type { ChargebackDispute } from '@perennial/contract/chargeback.ts';
import type { OrderStages } from '@perennial/contract/fulfillment.ts';
import type { OperationId, ResponseOf } from '@perennial/contract/operations.ts';
import type { Order } from '@perennial/contract/order.ts';
import type { OrderPaymentTransaction } from '@perennial/contract/orderPayment.ts';
import type { OrderRefundableResponse } from '@perennial/contract/orderRefund.ts';
import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import type { OrderRow } from '@perennial/contract/screens.ts';
import type { ChargeExplanation } from '@perennial/contract/timeline.ts';
import { queryOptions } from '@tanstack/react-query';
import { type CallInput, call, newIdempotencyKey } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import { pageOf, pageSize } from '../kit/listQuery.ts';
import type { ListState } from '../kit/searchParts.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import { orderOf } from '../live/changes.ts';
import { type LiveList, sameIds } from '../live/queries.ts';
import { orderSearchOf, orderSort, orderSortValues } from './list.ts';
import {
  changedPaths,
  changeOf,
  conflictsOf,
  type FormTexts,
  type PartField,
  textsOf,
} from './parts.ts';

/** The orders that match the address of the list. */
export function ordersQuery({ sort = orderSort, from, end, open: _open, ...filters }: ListState) {
  const body = orderSearchOf(filters);
  return sortedListQuery<OrderRow>(
    ['orders', body],
    { sort, from, end, key: 'order_id' },
    async (query, signal) => {
      const found = await call('searchOrders', { body, query, signal });
      return pageOf(found.orders, found);
    },
  );
}

/** The changes after which that list is read again. */
export function ordersLive(state: ListState): LiveList<OrderRow> {
  const { sort = orderSort, from: _from, end: _end, open: _open, ...filters } = state;
  const search = orderSearchOf(filters);
  return {
    queryKey: ordersQuery(state).queryKey,
    topics: { orders: sameIds },
    idOf: (row) => row.order_id ?? '',
    order: orderOf(orderSortValues, sort),
    read: async (ids, isFiltered) => {
      const body = { ...(isFiltered && search), order_ids: [...ids] };
      return (await call('searchOrders', { body, query: { _limit: pageSize } })).orders ?? [];
    },
  };
}

const expanded = [
  'item',
  'summary',
  'payment',
  'payment.transaction',
  'billing',
  'shipping',
  'taxes',
  'gift',
  'internal',
  'affiliate',
  'auto_order',
  'customer_profile',
].join(',');

/** The first key of every query about one order: a write invalidates them together. */
const orderKey = (id: string) => ['order', id] as const;

/** An order with all its parts. */
export const orderQuery = (id: string) =>
  queryOptions<Order>({
    queryKey: [...orderKey(id), 'whole'],
    queryFn: ({ signal }) => readOrder(id, signal),
  });

async function readOrder(id: string, signal?: AbortSignal): Promise<Order> {
  const input = { params: { order_id: id }, query: { _expand: expanded } };
  return (await call('getOrder', { ...input, ...(signal && { signal }) })).order ?? {};
}

/** The explanation of an order's amount, and the attempts to charge it. */
export const explanationQuery = (id: string) =>
  queryOptions<ChargeExplanation>({
    queryKey: [...orderKey(id), 'explanation'],
    queryFn: async ({ signal }) =>
      (await call('explainOrder', { params: { order_id: id }, signal })).explanation ?? {},
  });

/** Whether any part of an order can be refunded. */
export const refundableQuery = (id: string) =>
  queryOptions<OrderRefundableResponse>({
    queryKey: [...orderKey(id), 'refundable'],
    queryFn: ({ signal }) =>
      call('isRefundableOrder', { params: { order_id: id }, query: { manual: true }, signal }),
  });

/** The stage of an order: its moves, its parcels, and the amount owed. */
export const orderStagesQuery = (id: string) =>
  queryOptions<OrderStages>({
    queryKey: [...orderKey(id), 'stages'],
    queryFn: async ({ signal }) =>
      (await call('getOrderStages', { params: { order_id: id }, signal })).stages ?? {},
  });

/** The disputes of the order's charges, the latest first. */
export const orderDisputesQuery = (id: string) =>
  queryOptions<readonly ChargebackDispute[]>({
    queryKey: [...orderKey(id), 'disputes'],
    queryFn: async ({ signal }) =>
      (await call('getChargebackDisputes', { query: { order_id: id }, signal })).chargebacks ?? [],
  });

/** The latest deliveries of an order to webhooks. */
export const orderDeliveriesQuery = (id: string) =>
  queryOptions<readonly WebhookDelivery[]>({
    queryKey: [...orderKey(id), 'deliveries'],
    queryFn: async ({ signal }) =>
      (await call('getOrderDeliveries', { params: { order_id: id }, signal })).deliveries ?? [],
  });

/** The result of saving a form: saved, or the fields that a colleague also changed. */
export type Saved =
  | { readonly kind: 'saved' }
  | { readonly kind: 'conflict'; readonly theirs: FormTexts };

/**
 * Saves the changed fields of a form. Orders have no version, so the order is read again right
 * before the write: if a field has changed since the form was opened, the person decides about it.
 */
export async function saveOrderForm(
  id: string,
  fields: readonly PartField[],
  was: FormTexts,
  mine: FormTexts,
  idempotencyKey: string,
): Promise<Saved> {
  const theirs = textsOf(await readOrder(id), fields);
  if (conflictsOf(was, theirs, mine).length > 0) return { kind: 'conflict', theirs };
  const body = changeOf(mine, changedPaths(was, mine));
  await call('updateOrder', { params: { order_id: id }, body, idempotencyKey });
  await forget(id);
  return { kind: 'saved' };
}

/** Undoes a saved form, unless a colleague has changed the same fields since. */
export async function undoOrderForm(
  id: string,
  fields: readonly PartField[],
  was: FormTexts,
  mine: FormTexts,
): Promise<void> {
  const saved = await saveOrderForm(id, fields, mine, { ...mine, ...was }, newIdempotencyKey());
  if (saved.kind === 'conflict')
    throw new Error('The order was changed since. Open it to see what it is now.');
}

/** The way in which a refund is made. */
export interface RefundWishes {
  readonly isManual: boolean;
  readonly isSilent: boolean;
  readonly cancelsAutoOrder: boolean;
  /** True: the goods of completely refunded lines go back into stock. */
  readonly restocks: boolean;
}

/** Refunds an order. Returns the server's warning. */
export async function refundOrder(
  id: string,
  body: Order,
  { isManual, isSilent, cancelsAutoOrder, restocks }: RefundWishes,
  idempotencyKey: string,
): Promise<string | undefined> {
  const query = {
    manual_refund: isManual,
    skip_customer_notification: isSilent,
    auto_order_cancel: cancelsAutoOrder,
    restock: restocks,
  };
  const answer = await call('refundOrder', {
    params: { order_id: id },
    query,
    body,
    idempotencyKey,
  });
  await forget(id);
  return answer.warning?.warning_message;
}

/** A stage of an order. */
export type OrderStage = NonNullable<Order['current_stage']>;

/**
 * Charges the owed amount that the person saw. Returns the server's warning; throws when declined.
 */
export async function chargeOrder(
  id: string,
  amount: number | undefined,
  idempotencyKey: string,
): Promise<string | undefined> {
  const body = amount === undefined ? {} : { amount };
  const said = await ordering('processPayment', { ...of(id), body, idempotencyKey }, id);
  const { payment_transaction: tried, warning } = said;
  if (tried?.successful === false) throw new Error(`The charge was declined${reasonOf(tried)}.`);
  return warning?.warning_message;
}

function reasonOf({ details = [] }: OrderPaymentTransaction): string {
  const reason = details.find(({ name }) => name === 'reason')?.value;
  return reason ? `: ${reason}` : '';
}

/** Moves an order to a stage. An unpaid order counts as paid in a stage in which it may ship. */
export async function moveOrder(
  id: string,
  stage: OrderStage,
  idempotencyKey = newIdempotencyKey(),
): Promise<string | undefined> {
  const body = { current_stage: stage };
  return (await ordering('updateOrder', { ...of(id), body, idempotencyKey }, id)).warning
    ?.warning_message;
}

/** Records that a center shipped its lines of the order. */
export async function shipOrder(
  id: string,
  center: string,
  numbers: readonly string[],
  idempotencyKey: string,
): Promise<void> {
  const params = { distribution_center_code: center };
  const body = { shipments: [{ order_id: id, tracking_numbers: [...numbers] }] };
  const { results } = await ordering('shipOrders', { params, body, idempotencyKey }, id);
  const failed = results?.find(({ successful }) => successful === false);
  if (failed) throw new Error(failed.reason ?? 'The shipment was refused.');
}

/** Holds an order back from the queues, and its auto order from billing. */
export async function holdOrder(id: string, idempotencyKey = newIdempotencyKey()): Promise<void> {
  const query = { skip_refund_and_hold: true };
  await ordering('cancelOrder', { ...of(id), query, idempotencyKey }, id);
}

/** Releases a held order to its earlier stage. */
export async function releaseOrder(
  id: string,
  idempotencyKey = newIdempotencyKey(),
): Promise<void> {
  await ordering('heldOrderRelease', { ...of(id), idempotencyKey }, id);
}

/** Refunds the rest of an order and rejects it, so that it does not ship. */
export async function cancelOrder(id: string, idempotencyKey: string): Promise<string | undefined> {
  const query = { lock_self_ship_orders: true };
  return (await ordering('cancelOrder', { ...of(id), query, idempotencyKey }, id)).warning
    ?.warning_message;
}

/** Creates an unpaid copy and returns its id. */
export async function duplicateOrder(id: string, idempotencyKey: string): Promise<string> {
  return (
    (await ordering('duplicateOrder', { ...of(id), idempotencyKey }, id)).order?.order_id ?? ''
  );
}

/** Deletes an order without any charge. */
export async function deleteOrder(id: string, idempotencyKey = newIdempotencyKey()): Promise<void> {
  await ordering('deleteOrder', { ...of(id), idempotencyKey }, id);
}

/** Lowers the total of an unpaid order. Returns the server's warning. */
export async function adjustTotal(
  id: string,
  total: string,
  idempotencyKey: string,
): Promise<string | undefined> {
  const params = { order_id: id, desired_total: total };
  return (await ordering('adjustOrderTotal', { params, idempotencyKey }, id)).warning
    ?.warning_message;
}

/** Replaces the affiliate of an order. */
export async function assignAffiliate(
  id: string,
  { oid, subId }: { readonly oid: number; readonly subId: string },
  idempotencyKey = newIdempotencyKey(),
): Promise<void> {
  const body = { affiliate_id: oid, ...(subId && { affiliate_sub_id: subId }) };
  await ordering('assignToAffiliate', { ...of(id), body, idempotencyKey }, id);
}

/** Blocks refunds of an order. */
export async function blockRefunds(
  id: string,
  reason: string,
  idempotencyKey = newIdempotencyKey(),
): Promise<void> {
  const query = reason === '' ? {} : { block_reason: reason };
  await ordering('blockRefundOnOrder', { ...of(id), query, idempotencyKey }, id);
}

/** Allows refunds of an order again. */
export async function allowRefunds(
  id: string,
  idempotencyKey = newIdempotencyKey(),
): Promise<void> {
  await ordering('unblockRefundOnOrder', { ...of(id), idempotencyKey }, id);
}

/** Records that the gateway of a refund, which the settings no longer name, did not pay it back. */
export async function withdrawRefund(id: string, idempotencyKey: string): Promise<void> {
  await ordering('withdrawRefund', { ...of(id), idempotencyKey }, id);
}

/** Creates an order without a cost for lines that are sent again, and returns its id. */
export async function replaceOrder(
  id: string,
  items: { readonly merchant_item_id: string; readonly quantity: number }[],
  idempotencyKey: string,
): Promise<string> {
  const body = { items, free: true };
  const said = await ordering('replacement', { ...of(id), body, idempotencyKey }, id);
  if (said.successful === false) throw new Error(said.errorMessage ?? 'It was refused.');
  return said.orderId ?? '';
}

/** Sends a mail about an order again. */
export async function resendMail(
  id: string,
  mail: 'resendReceipt' | 'resendShipmentConfirmation',
  idempotencyKey: string,
): Promise<void> {
  await ordering(mail, { ...of(id), idempotencyKey }, id);
}

const of = (id: string) => ({ params: { order_id: id } });

/**
 * Calls an operation that changes an order, and refreshes the order's data, also after a failure.
 */
async function ordering<Id extends OperationId>(
  operation: Id,
  input: CallInput<Id>,
  id: string,
): Promise<ResponseOf<Id>> {
  let isGone = false;
  try {
    const response = await call(operation, input);
    isGone = operation === 'deleteOrder';
    return response;
  } finally {
    await forget(id, isGone);
  }
}

/**
 * Refreshes an order for the lists and pages that show it. The page of a deleted order reads
 * nothing.
 */
async function forget(id: string, isGone = false): Promise<void> {
  await Promise.all(
    [
      ...(isGone ? [] : [orderKey(id)]),
      ['orders'],
      ['auto order'],
      ['auto orders'],
      ['customer'],
    ].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}
