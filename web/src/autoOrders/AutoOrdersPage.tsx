import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ColumnMenu, useColumns } from '../kit/columnMenu.tsx';
import { nextSort } from '../kit/columns.ts';
import { FilterBar } from '../kit/filterBar.tsx';
import { List, useSelection } from '../kit/list.tsx';
import { ListCount } from '../kit/listCount.tsx';
import { NoRows } from '../kit/noRows.tsx';
import { Page } from '../kit/page.tsx';
import { SidePanel } from '../kit/sidePanel.tsx';
import { Empty } from '../kit/states.tsx';
import { useUrlState } from '../kit/useUrlState.ts';
import { ViewTabs } from '../kit/viewTabs.tsx';
import { paths } from '../paths.ts';
import { autoOrderColumns } from './columns.tsx';
import { autoOrderFilters, autoOrderViews } from './list.ts';
import { Peek } from './Peek.tsx';
import { autoOrdersQuery } from './queries.ts';

/** `/auto-orders`: every auto order, by view, filter and text. */
export function AutoOrdersPage() {
  const state = useSearch({ from: '/inside/auto-orders' });
  const setState = useUrlState(paths.autoOrders);
  const result = useInfiniteQuery(autoOrdersQuery(state));
  const selection = useSelection();
  const { columns, chosen, choose } = useColumns('auto orders', autoOrderColumns);
  const peek = useCallback(
    (row: AutoOrderRow) => setState({ open: row.auto_order_code }, false),
    [setState],
  );
  const openPage = useOpenPage();
  const open = result.data?.pages
    .flatMap(({ rows }) => rows)
    .find((row) => row.auto_order_code === state.open);
  return (
    <Page title="Auto orders">
      <ViewTabs views={autoOrderViews} path={paths.autoOrders} state={state} />
      <FilterBar
        filters={autoOrderFilters}
        state={state}
        hint="code, order, email, phone or name"
        onChange={(name, value, isTyping) => setState({ [name]: value }, isTyping)}
      >
        <ListCount result={result} />
        <ColumnMenu columns={autoOrderColumns} chosen={chosen} onChoose={choose} />
      </FilterBar>
      <List
        what="auto orders"
        result={result}
        columns={columns}
        sort={state.sort}
        onSort={(field) => setState({ sort: nextSort(state.sort, field) }, false)}
        keyOf={(row) => String(row.auto_order_oid)}
        onOpen={openPage}
        onPeek={peek}
        selection={selection}
        empty={
          <NoRows
            filters={autoOrderFilters}
            state={state}
            onClear={(none) => setState(none, false)}
          >
            <NoAutoOrders />
          </NoRows>
        }
      />
      {open && (
        <SidePanel
          title={open.auto_order_code ?? ''}
          onClose={() => setState({ open: undefined }, false)}
        >
          <Peek row={open} />
        </SidePanel>
      )}
    </Page>
  );
}

function useOpenPage(): (row: AutoOrderRow) => void {
  const navigate = useNavigate();
  return useCallback(
    (row) => void navigate({ to: paths.autoOrder, params: { code: row.auto_order_code ?? '' } }),
    [navigate],
  );
}

function NoAutoOrders() {
  return (
    <Empty icon="repeat" title="No auto orders yet">
      They are made by orders with an item that recurs. See{' '}
      <a href="/docs/order#insertOrder">how to insert an order</a>.
    </Empty>
  );
}
