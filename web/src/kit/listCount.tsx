import type { ListResult } from './list.tsx';
import { loadedRows } from './listQuery.ts';
import { formatCount } from './money.ts';

/**
 * The number of matching rows, which screen readers announce when it changes, and, if the list
 * loads in parts, the number of loaded ones.
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
