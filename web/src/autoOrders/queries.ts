import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { call } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import { pageOf, pageSize } from '../kit/listQuery.ts';
import { sortedListQuery } from '../kit/sortedList.ts';
import { orderOf } from '../live/changes.ts';
import { type LiveList, sameIds } from '../live/queries.ts';
import { type AutoOrderListState, autoOrderSortValues, searchOf } from './list.ts';

/** The auto orders that match the address of the list. */
export function autoOrdersQuery({ sort, from, end, open: _open, ...filters }: AutoOrderListState) {
  const body = searchOf(filters);
  return sortedListQuery<AutoOrderRow>(
    ['auto orders', body],
    { sort, from, end, key: 'auto_order_oid' },
    async (query, signal) => {
      const found = await call('searchAutoOrders', { body, query, signal });
      return pageOf(found.auto_orders, found);
    },
  );
}

/** The changes after which that list is read again. */
export function autoOrdersLive(state: AutoOrderListState): LiveList<AutoOrderRow> {
  const { sort, from: _from, end: _end, open: _open, ...filters } = state;
  const search = searchOf(filters);
  return {
    queryKey: autoOrdersQuery(state).queryKey,
    topics: { auto_orders: sameIds },
    idOf: (row) => String(row.auto_order_oid),
    order: orderOf(autoOrderSortValues, sort),
    read: async (ids, isFiltered) => {
      const body = { ...(isFiltered && search), auto_order_oids: ids.map(Number) };
      const found = await call('searchAutoOrders', { body, query: { _limit: pageSize } });
      return found.auto_orders ?? [];
    },
  };
}

/** Checks a parked auto order at once; a due rebill is charged if the fault is gone. */
export async function retryParked(autoOrderOid: number, idempotencyKey: string): Promise<void> {
  await call('lookAgain', { params: { auto_order_oid: autoOrderOid }, idempotencyKey });
  await Promise.all(
    [['health'], ['auto orders'], ['auto order']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}
