import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { call } from '../api/call.ts';
import { listQuery, pageOf, pageSize } from '../kit/listQuery.ts';
import { type AutoOrderListState, searchOf } from './list.ts';

/** The auto orders that the address of the list asks for. */
export function autoOrdersQuery({ sort, open: _open, ...filters }: AutoOrderListState) {
  const body = searchOf(filters);
  return listQuery<AutoOrderRow>(['auto orders', body, sort ?? ''], async (after, signal) => {
    const query = {
      _limit: pageSize,
      ...(after !== undefined && { _after: after }),
      ...(sort !== undefined && { _sort: sort }),
    };
    const found = await call('searchAutoOrders', { body, query, signal });
    return pageOf(found.auto_orders, found);
  });
}
