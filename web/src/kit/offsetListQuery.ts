import { listQuery, pageSize, type ReadPage } from './listQuery.ts';
import { steadyPages } from './steadyPages.ts';

/** The common fields of the API's lists with an offset. */
interface OffsetFound {
  readonly metadata?: {
    readonly result_set?: { readonly total_records?: number; readonly more?: boolean };
  };
}

/**
 * Like `listQuery`, for an operation with an offset: the cursor is the next offset. Its `readPage`
 * serves one reader of the whole list.
 */
export function offsetListQuery<Row extends object>(
  key: readonly unknown[],
  keyOf: (row: Row) => string,
  read: (
    query: { readonly _limit: number; readonly _offset: number },
    signal: AbortSignal,
  ) => Promise<{ readonly rows: readonly Row[] | undefined; readonly found: OffsetFound }>,
) {
  const readPage: ReadPage<Row> = async (after, signal) => {
    const offset = Number(after ?? 0);
    const { rows = [], found } = await read({ _limit: pageSize, _offset: offset }, signal);
    const { total_records, more = rows.length === pageSize } = found.metadata?.result_set ?? {};
    return {
      rows,
      nextCursor: more && rows.length > 0 ? String(offset + rows.length) : undefined,
      total: total_records ?? offset + rows.length,
      isMore: total_records === undefined && more,
    };
  };
  return { ...listQuery(key, readPage), readPage: steadyPages(readPage, keyOf, pageSize) };
}
