import type { ListResult } from './list.tsx';
import { loadedRows } from './listQuery.ts';
import { formatCount } from './money.ts';

/**
 * How many rows match, which a screen reader hears when it changes, and how many of them are loaded
 * where the list loads on.
 */
export function ListCount<Row>({ result }: { readonly result: ListResult<Row> }) {
  const { total, isMore, rows } = loadedRows(result.data);
  const isPart = rows.length > 0 && (isMore || rows.length < total);
  return (
    <>
      <span role="status" data-count={result.data && total}>
        {result.data && `${formatCount(total, isMore)} ${total === 1 ? 'row' : 'rows'}`}
      </span>
      {isPart && <span className="soft">{formatCount(rows.length)} loaded</span>}
    </>
  );
}
