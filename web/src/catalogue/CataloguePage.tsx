import type { ItemRow } from '@perennial/contract/screens.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ListPage } from '../kit/listPage.tsx';
import { routeSearch } from '../kit/routeSearch.ts';
import type { RowAction } from '../kit/rowActions.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { itemActions } from './bulk.ts';
import { itemColumns } from './columns.tsx';
import { ItemPeek } from './ItemPeek.tsx';
import { itemFilters, itemViews } from './list.ts';
import { itemsQuery } from './queries.ts';
import { shippingNext } from './use.ts';

/** `/catalogue`: all items that the merchant sells, once or on auto order. */
export function CataloguePage() {
  const state = useSearch({ from: '/inside/catalogue' });
  const read = useReadState(state);
  const result = useInfiniteQuery(itemsQuery(read));
  const navigate = useNavigate();
  const canWrite = useCan(['item_write']);
  const rowActions = useItemRowActions();
  return (
    <ListPage
      title="Catalogue"
      what="items"
      kind="items"
      hint="item id or description"
      filters={itemFilters}
      views={itemViews}
      columns={itemColumns}
      canJump
      state={state}
      result={result}
      readPage={itemsQuery(wholeList(read)).readPage}
      keyOf={oidOf}
      {...(canWrite && { actions: itemActions })}
      rowActions={rowActions}
      onOpen={(row) => void navigate({ to: paths.item, params: { oid: oidOf(row) } })}
      peek={(row) => ({ title: row.merchant_item_id ?? '', body: <ItemPeek row={row} /> })}
      empty={
        <Empty icon="tag" title="No items yet">
          A program adds items with <a href="/docs/item#insertItem">insertItem</a>; here they are
          read and changed.
        </Empty>
      }
    />
  );
}

/** The actions on an item in the list. */
function useItemRowActions(): readonly RowAction<ItemRow>[] {
  const canWrite = useCan(['item_write']);
  const canReadAutoOrders = useCan(['auto_order_read']);
  const navigate = useNavigate();
  return useMemo(
    () => [
      {
        id: 'autoOrders',
        label: 'The auto orders that ship it next',
        icon: 'repeat',
        isFor: () => canReadAutoOrders,
        run: ({ merchant_item_id: id = '' }) =>
          void navigate({ to: paths.autoOrders, search: routeSearch(shippingNext(id)) }),
      },
      {
        id: 'price',
        label: 'Change the price',
        icon: 'tag',
        isFor: () => canWrite,
        to: (row) => `/catalogue/${oidOf(row)}/edit/price`,
      },
    ],
    [canWrite, canReadAutoOrders, navigate],
  );
}

const oidOf = (row: ItemRow): string => String(row.merchant_item_oid);
