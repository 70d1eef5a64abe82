import type { Customer } from '@perennial/contract/customer.ts';
import type {
  AutoOrderRow,
  CustomerRow,
  CustomerSearch,
  OrderRow,
} from '@perennial/contract/screens.ts';
import type { TimelineResponse } from '@perennial/contract/timeline.ts';
import { type InfiniteData, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { everyPageAfter } from '../api/everyPage.ts';
import { queryClient } from '../api/query.ts';
import type { Refused } from '../api/refused.ts';
import { pageOf, pageSize } from '../kit/listQuery.ts';
import type { ListState } from '../kit/searchParts.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import { orderOf } from '../live/changes.ts';
import { type LiveList, sameIds } from '../live/queries.ts';
import { customerSearchOf, customerSortValues } from './list.ts';

/** The customers that match the address of the list. */
export function customersQuery({ sort, from, end, open: _open, ...filters }: ListState) {
  const body = customerSearchOf(filters);
  return sortedListQuery<CustomerRow>(
    ['customers', body],
    { sort, from, end, key: 'customer_profile_oid' },
    async (query, signal) => {
      const found = await call('searchCustomers', { body, query, signal });
      return pageOf(found.customers, found);
    },
  );
}

/** The changes of profiles and auto orders after which that list is read again. */
export function customersLive(state: ListState): LiveList<CustomerRow> {
  const { sort, from: _from, end: _end, open: _open, ...filters } = state;
  const search = customerSearchOf(filters);
  const read = async (body: CustomerSearch) =>
    (await call('searchCustomers', { body, query: { _limit: pageSize } })).customers ?? [];
  const idOf = (row: CustomerRow) => String(row.customer_profile_oid);
  return {
    queryKey: customersQuery(state).queryKey,
    topics: {
      customers: sameIds,
      auto_orders: async (oids) => (await read({ auto_order_oids: oids.map(Number) })).map(idOf),
    },
    idOf,
    order: orderOf(customerSortValues, sort),
    read: (ids, isFiltered) =>
      read({ ...(isFiltered && search), customer_profile_oids: ids.map(Number) }),
  };
}

const customerKey = (oid: number | string) => ['customer', String(oid)] as const;

/** A profile with all its parts, as one query. */
export const customerQuery = (oid: string) =>
  queryOptions<Customer>({
    queryKey: [...customerKey(oid), 'whole'],
    queryFn: async ({ signal }) =>
      (
        await call('getCustomer', {
          params: { customer_profile_oid: Number(oid) },
          query: { _expand: 'billing,shipping,cards,tags,properties' },
          signal,
        })
      ).customer ?? {},
  });

/** All auto orders of a customer, sorted by next shipment. */
export const customerAutoOrdersQuery = (oid: number) =>
  queryOptions<readonly AutoOrderRow[]>({
    queryKey: [...customerKey(oid), 'auto orders'],
    queryFn: ({ signal }) =>
      everyPageAfter(async (page) => {
        const found = await call('searchAutoOrders', {
          body: { customer_profile_oid: oid },
          query: { ...page, _sort: 'next_shipment_dts' },
          signal,
        });
        return { rows: found.auto_orders, next: found.next_cursor };
      }),
  });

/** The latest orders, and the number of all. */
export interface FoundOrders {
  readonly orders: readonly OrderRow[];
  readonly total: number;
  readonly isMore: boolean;
}

/** The latest orders of a customer. */
export const customerOrdersQuery = (oid: number) =>
  queryOptions<FoundOrders>({
    queryKey: [...customerKey(oid), 'orders'],
    queryFn: async ({ signal }) => {
      const body = { customer_profile_oid: oid };
      const query = { _limit: 10, _sort: '-creation_dts' };
      const found = await call('searchOrders', { body, query, signal });
      return {
        orders: found.orders ?? [],
        total: found.total ?? 0,
        isMore: found.total_is_more ?? false,
      };
    },
  });

/** The timeline of all auto orders of a customer, page by page. */
export const customerTimelineQuery = (oid: number) =>
  infiniteQueryOptions<
    TimelineResponse,
    Refused,
    InfiniteData<TimelineResponse>,
    readonly unknown[],
    string | undefined
  >({
    queryKey: [...customerKey(oid), 'timeline'],
    queryFn: ({ pageParam, signal }) =>
      call('getCustomerTimeline', {
        params: { customer_profile_oid: oid },
        query: { _limit: 15, ...(pageParam !== undefined && { before: pageParam }) },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

/** A link to the customer's own page. It works for an hour. */
export async function makePageLink(oid: number): Promise<string> {
  // This server has no storefronts, so the operation takes any name.
  const params = { customer_profile_oid: oid, storefront_host_name: location.hostname };
  return (await call('getMagicLink', { params })).url ?? '';
}

/** All stored data about a customer, as readable JSON. */
export async function exportCustomer(oid: string): Promise<string> {
  const params = { customer_profile_oid: Number(oid) };
  const { export: exported } = await call('exportCustomer', { params });
  return JSON.stringify(exported, undefined, 2);
}

/** Erases a customer for good. */
export async function eraseCustomer(oid: string, idempotencyKey: string): Promise<void> {
  const params = { customer_profile_oid: Number(oid) };
  await call('eraseCustomer', { params, idempotencyKey });
  queryClient.removeQueries({ queryKey: customerKey(oid) });
  await queryClient.invalidateQueries({ queryKey: ['customers'] });
}
