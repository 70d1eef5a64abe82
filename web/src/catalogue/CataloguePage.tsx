import type { ItemRow } from '@perennial/contract/screens.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ListPage } from '../kit/listPage.tsx';
import { wholeList } from '../kit/sortedList.ts';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { itemActions } from './bulk.ts';
import { itemColumns } from './columns.tsx';
import { itemFilters, itemViews } from './list.ts';
import { itemsQuery } from './queries.ts';

/** `/catalogue`: all items that the merchant sells, once or on auto order. */
export function CataloguePage() {
  const state = useSearch({ from: '/inside/catalogue' });
  const read = useReadState(state);
  const result = useInfiniteQuery(itemsQuery(read));
  const navigate = useNavigate();
  const canWrite = useCan(['item_write']);
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
      onOpen={(row) => void navigate({ to: paths.item, params: { oid: oidOf(row) } })}
      empty={
        <Empty icon="tag" title="No items yet">
          A program adds items with <a href="/docs/item#insertItem">insertItem</a>; here they are
          read and changed.
        </Empty>
      }
    />
  );
}

const oidOf = (row: ItemRow): string => String(row.merchant_item_oid);
