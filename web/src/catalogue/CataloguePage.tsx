import type { ItemRow } from '@perennial/contract/screens.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../kit/page.tsx';
import { PlainList } from '../kit/plainList.tsx';
import { Empty } from '../kit/states.tsx';
import { useReadState } from '../kit/useReadState.ts';
import { paths } from '../paths.ts';
import { useCan } from '../shell/session.tsx';
import { itemActions } from './bulk.ts';
import { itemColumns } from './columns.tsx';
import { itemFilters } from './list.ts';
import { itemsQuery } from './queries.ts';

/** `/catalogue`: every item that the merchant sells, once or on auto order. */
export function CataloguePage() {
  const state = useSearch({ from: '/inside/catalogue' });
  const read = useReadState(state);
  const result = useInfiniteQuery(itemsQuery(read));
  const navigate = useNavigate();
  const canWrite = useCan(['item_write']);
  return (
    <Page title="Catalogue">
      <PlainList
        path={paths.catalogue}
        what="items"
        hint="item id or description"
        filters={itemFilters}
        columns={itemColumns}
        state={state}
        result={result}
        readPage={itemsQuery(read).readPage}
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
    </Page>
  );
}

const oidOf = (row: ItemRow): string => String(row.merchant_item_oid);
