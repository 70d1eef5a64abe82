import type { Order } from '@perennial/contract/order.ts';
import type { OrderRefundableResponse } from '@perennial/contract/orderRefund.ts';
import type { OrderRow } from '@perennial/contract/screens.ts';
import type { ChargeExplanation } from '@perennial/contract/timeline.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, newIdempotencyKey } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import { listQuery, pageOf, pageSize } from '../kit/listQuery.ts';
import type { ListState } from '../kit/searchParts.ts';
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

/** The orders that the address of the list asks for. */
export function ordersQuery({ sort = orderSort, open: _open, ...filters }: ListState) {
  const body = orderSearchOf(filters);
  return listQuery<OrderRow>(['orders', body, sort], async (after, signal) => {
    const query = { _limit: pageSize, _sort: sort, ...(after !== undefined && { _after: after }) };
    const found = await call('searchOrders', { body, query, signal });
    return pageOf(found.orders, found);
  });
}

/** How that list follows what happens. */
export function ordersLive(state: ListState): LiveList<OrderRow> {
  const { sort = orderSort, open: _open, ...filters } = state;
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
  'current_stage_histories',
  'auto_order',
  'customer_profile',
].join(',');

/** Every read about one order has this key first: a write invalidates them together. */
const orderKey = (id: string) => ['order', id] as const;

/** An order whole. */
export const orderQuery = (id: string) =>
  queryOptions<Order>({
    queryKey: [...orderKey(id), 'whole'],
    queryFn: ({ signal }) => readOrder(id, signal),
  });

async function readOrder(id: string, signal?: AbortSignal): Promise<Order> {
  const input = { params: { order_id: id }, query: { _expand: expanded } };
  return (await call('getOrder', { ...input, ...(signal && { signal }) })).order ?? {};
}

/** Why an order cost what it did, and the attempts to charge it. */
export const explanationQuery = (id: string) =>
  queryOptions<ChargeExplanation>({
    queryKey: [...orderKey(id), 'explanation'],
    queryFn: async ({ signal }) =>
      (await call('explainOrder', { params: { order_id: id }, signal })).explanation ?? {},
  });

/** Whether something of an order can be given back. */
export const refundableQuery = (id: string) =>
  queryOptions<OrderRefundableResponse>({
    queryKey: [...orderKey(id), 'refundable'],
    queryFn: ({ signal }) => call('isRefundableOrder', { params: { order_id: id }, signal }),
  });

/** Names one decision of a person, so that pressing the button again changes nothing twice. */
export const newDecisionKey = newIdempotencyKey;

/** What saving a form came to: saved, or fields that a colleague changed as well. */
export type Saved =
  | { readonly kind: 'saved' }
  | { readonly kind: 'conflict'; readonly theirs: FormTexts };

/**
 * Saves the changed fields of a form. Orders have no version, so the order is read again right
 * before: a field that changed since the form was opened is left to the person to decide.
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

/** Takes a saved form back, unless a colleague changed the same fields since. */
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

/** How a refund is made. */
export interface RefundWishes {
  readonly isManual: boolean;
  readonly isSilent: boolean;
  readonly cancelsAutoOrder: boolean;
}

/** Gives money back. Returns what the server wants to be known about it. */
export async function refundOrder(
  id: string,
  body: Order,
  { isManual, isSilent, cancelsAutoOrder }: RefundWishes,
  idempotencyKey: string,
): Promise<string | undefined> {
  const query = {
    manual_refund: isManual,
    skip_customer_notification: isSilent,
    auto_order_cancel: cancelsAutoOrder,
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

/** What lists and pages know of an order is read again. */
async function forget(id: string): Promise<void> {
  await Promise.all(
    [orderKey(id), ['orders'], ['auto order'], ['auto orders'], ['customer']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}
