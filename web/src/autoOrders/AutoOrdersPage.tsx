import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ListPage } from '../kit/listPage.tsx';
import { dayOf } from '../kit/moment.ts';
import { useNow } from '../kit/now.ts';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan, useSession } from '../shell/session.tsx';
import { autoOrderColumns } from './columns.tsx';
import { autoOrderFilters, autoOrderViews } from './list.ts';
import { Peek } from './Peek.tsx';
import { autoOrdersLive, autoOrdersQuery } from './queries.ts';
import { autoOrderRowActions } from './rowActions.ts';
import { useBulkActions } from './useBulkActions.ts';

/** `/auto-orders`: the list of auto orders, by view, filter and text. */
export function AutoOrdersPage() {
  const state = useSearch({ from: '/inside/auto-orders' });
  const read = useReadState(state);
  const result = useInfiniteQuery(autoOrdersQuery(read));
  const navigate = useNavigate();
  const actions = useBulkActions();
  const rowActions = useCan(['auto_order_write']) ? autoOrderRowActions : undefined;
  const today = dayOf(useNow(), useSession().merchant.zone);
  const views = useMemo(() => autoOrderViews(today), [today]);
  return (
    <ListPage
      title="Auto orders"
      what="auto orders"
      kind="auto_orders"
      hint="code, order, email, phone or name"
      filters={autoOrderFilters}
      views={views}
      columns={autoOrderColumns}
      canJump
      state={state}
      result={result}
      readPage={autoOrdersQuery(wholeList(read)).readPage}
      live={autoOrdersLive(read)}
      keyOf={codeOf}
      actions={actions}
      rowActions={rowActions}
      onOpen={(row) => void navigate({ to: paths.autoOrder, params: { code: codeOf(row) } })}
      peek={(row) => ({ title: codeOf(row), body: <Peek row={row} /> })}
      empty={
        <Empty icon="repeat" title="No auto orders yet">
          They are made by orders with an item that recurs. See{' '}
          <a href="/docs/order#insertOrder">how to insert an order</a>.
        </Empty>
      }
    />
  );
}

const codeOf = (row: AutoOrderRow): string => row.auto_order_code ?? '';
