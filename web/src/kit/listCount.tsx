import type { ListResult } from './list.tsx';
import { loadedRows } from './listQuery.ts';
import { formatCount } from './money.ts';

/** How many rows match. A screen reader hears it when it changes. */
export function ListCount<Row>({ result }: { readonly result: ListResult<Row> }) {
  const { total, isMore } = loadedRows(result.data);
  return (
    <span role="status" data-count={result.data && total}>
      {result.data && `${formatCount(total, isMore)} ${total === 1 ? 'row' : 'rows'}`}
    </span>
  );
}
