import type { CustomerRow } from '@perennial/contract/screens.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { nameOf } from '../autoOrders/words.ts';
import { ListPage } from '../kit/listPage.tsx';
import type { RowAction } from '../kit/rowActions.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { CustomerPeek } from './CustomerPeek.tsx';
import { customerColumns } from './columns.tsx';
import { customerFilters, customerViews } from './list.ts';
import { customersLive, customersQuery } from './queries.ts';

/** `/customers`: the list of customer profiles, by view, filter and text. */
export function CustomersPage() {
  const state = useSearch({ from: '/inside/customers' });
  const read = useReadState(state);
  const result = useInfiniteQuery(customersQuery(read));
  const navigate = useNavigate();
  return (
    <ListPage
      title="Customers"
      what="customers"
      kind="customers"
      hint="email, name, company, phone or order"
      filters={customerFilters}
      views={customerViews}
      columns={customerColumns}
      canJump
      state={state}
      result={result}
      readPage={customersQuery(wholeList(read)).readPage}
      rowActions={customerRowActions}
      live={customersLive(read)}
      keyOf={oidOf}
      onOpen={(row) => void navigate({ to: paths.customer, params: { oid: oidOf(row) } })}
      peek={(row) => ({ title: nameOf(row), body: <CustomerPeek row={row} /> })}
      empty={
        <Empty icon="people" title="No customers yet">
          A profile is made by an order with an email, or by{' '}
          <a href="/docs/customer#insertCustomer">insertCustomer</a>.
        </Empty>
      }
    />
  );
}

const customerRowActions: readonly RowAction<CustomerRow>[] = [
  {
    id: 'autoOrders',
    label: 'Their auto orders',
    icon: 'repeat',
    isFor: ({ auto_order_count: count = 0, email = '' }) => count > 0 && email !== '',
    to: ({ email = '' }) => `/auto-orders?q=${encodeURIComponent(email)}`,
  },
  {
    id: 'orders',
    label: 'Their orders',
    icon: 'box',
    isFor: ({ email = '' }) => email !== '',
    to: ({ email = '' }) => `/orders?q=${encodeURIComponent(email)}`,
  },
];

const oidOf = (row: CustomerRow): string => String(row.customer_profile_oid);
