import type { OrderRow } from '@perennial/contract/screens.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ListPage } from '../kit/listPage.tsx';
import type { RowAction } from '../kit/rowActions.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { orderColumns } from './columns.tsx';
import { orderFilters, orderSort, orderViews } from './list.ts';
import { OrderPeek } from './OrderPeek.tsx';
import { ordersLive, ordersQuery } from './queries.ts';

/** `/orders`: the list of orders, by view, filter and text. */
export function OrdersPage() {
  const state = useSearch({ from: '/inside/orders' });
  const read = useReadState(state);
  const result = useInfiniteQuery(ordersQuery(read));
  const navigate = useNavigate();
  return (
    <ListPage
      title="Orders"
      what="orders"
      kind="orders"
      hint="order, email, phone or name"
      filters={orderFilters}
      views={orderViews}
      columns={orderColumns}
      usualSort={orderSort}
      canJump
      state={state}
      result={result}
      readPage={ordersQuery(wholeList(read)).readPage}
      rowActions={orderRowActions}
      live={ordersLive(read)}
      keyOf={(row: OrderRow) => row.order_id ?? ''}
      onOpen={(row) => void navigate({ to: paths.order, params: { id: row.order_id ?? '' } })}
      peek={(row) => ({ title: row.order_id ?? '', body: <OrderPeek row={row} /> })}
      empty={
        <Empty icon="box" title="No orders yet">
          Orders are made by <a href="/docs/order#insertOrder">insertOrder</a> and by each rebill of
          an auto order.
        </Empty>
      }
    />
  );
}

const orderRowActions: readonly RowAction<OrderRow>[] = [
  {
    id: 'autoOrder',
    label: 'Its auto order',
    icon: 'repeat',
    isFor: ({ auto_order_code: code }) => code !== undefined,
    to: ({ auto_order_code: code = '' }) => `/auto-orders/${code}`,
  },
  {
    id: 'customer',
    label: 'Its customer',
    icon: 'person',
    isFor: ({ customer }) => customer?.customer_profile_oid !== undefined,
    to: ({ customer }) => `/customers/${customer?.customer_profile_oid}`,
  },
];
