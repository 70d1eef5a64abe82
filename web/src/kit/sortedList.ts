import { fromQuery } from './jump.ts';
import { type ListPage, listQuery, pageSize } from './listQuery.ts';
import type { ListState } from './searchParts.ts';

/** The part of a request that determines the position of a page in a list. */
interface PageQuery {
  readonly _limit: number;
  readonly _sort?: string;
  readonly _after?: string;
  readonly _from?: string;
}

/** The position of a list in its address: its sort, and its start value or its end. */
interface Placed {
  readonly sort: string | undefined;
  readonly from: string | undefined;
  readonly end: string | undefined;
  /** The field by which the rows are sorted without a sort. */
  readonly key: string;
}

/**
 * A list with a sort and a cursor. Its end is read in reverse order, because a cursor leads only
 * forward; the rows are shown in the list's order.
 */
export function sortedListQuery<Row>(
  name: readonly unknown[],
  { sort, from, end, key }: Placed,
  read: (query: PageQuery, signal: AbortSignal) => Promise<ListPage<Row>>,
) {
  const isFromEnd = end !== undefined;
  const wireSort = isFromEnd ? reversed(sort ?? key) : sort;
  return listQuery<Row>(
    [...name, sort ?? '', from ?? '', end ?? ''],
    (after, signal) => {
      const query = {
        _limit: pageSize,
        ...(after === undefined ? fromQuery(from, sort) : { _after: after }),
        ...(wireSort !== undefined && { _sort: wireSort }),
      };
      return read(query, signal);
    },
    isFromEnd ? 'end' : from === undefined ? undefined : { from },
  );
}

const reversed = (sort: string): string => (sort.startsWith('-') ? sort.slice(1) : `-${sort}`);

/** The same list from its first row. */
export function wholeList({ from: _from, end: _end, ...state }: ListState): ListState {
  return state;
}
