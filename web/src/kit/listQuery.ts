import { type InfiniteData, infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import type { Refused } from '../api/refused.ts';

/** One page of a list with cursors. */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** Absent on the last page. */
  readonly nextCursor?: string | undefined;
  readonly total: number;
  /** True if more rows match than were counted. */
  readonly isMore: boolean;
  /** The server's sentence about records that it left out. */
  readonly warning?: string | undefined;
  /** The value at which the list starts; absent: at its first row. */
  readonly beginning?: Beginning | undefined;
}

/** A list that does not start at its first row. */
export type Beginning =
  | { readonly from: string }
  /** True if the pages are read upwards, from the last row. */
  | 'end';

/** The common fields of the API's searches. */
interface Found {
  readonly next_cursor?: string;
  readonly total?: number;
  readonly total_is_more?: boolean;
  readonly warning?: { readonly warning_message?: string };
}

/** Reads a page of a list from the response of a search. */
export const pageOf = <Row>(rows: readonly Row[] | undefined, found: Found): ListPage<Row> => ({
  rows: rows ?? [],
  nextCursor: found.next_cursor,
  total: found.total ?? 0,
  isMore: found.total_is_more ?? false,
  warning: found.warning?.warning_message,
});

/**
 * The position of a page. A page knows the page read before it, because a cursor only leads in one
 * direction: down the list, or up from its end.
 */
export interface PagePlace {
  /**
   * The number of rows read before it; less than the pages could contain if some rows were left
   * out.
   */
  readonly rowsBefore: number;
  readonly after?: string | undefined;
  readonly previous?: PagePlace | undefined;
  /**
   * For a list that is read from its end: the number of rows in the whole list, as far as it is
   * known.
   */
  readonly rowsMax?: number | undefined;
}

/** Reads the page after a cursor; undefined: the first one. */
export type ReadPage<Row> = (
  after: string | undefined,
  signal: AbortSignal,
) => Promise<ListPage<Row>>;

export const pageSize = 100;
/** The pages of 1,000 rows stay in memory; others are read again when they come into view. */
const pagesMax = 10;

/**
 * A list read page by page. Rows of the earlier filters stay dimmed until the new ones arrive. When
 * the list is read from its end, the first page is the last one of the list, with its rows in
 * reverse order.
 */
export function listQuery<Row>(
  key: readonly unknown[],
  readPage: ReadPage<Row>,
  beginning?: Beginning,
) {
  const isFromEnd = beginning === 'end';
  const options = infiniteQueryOptions<
    ListPage<Row>,
    Refused,
    InfiniteData<ListPage<Row>, PagePlace>,
    readonly unknown[],
    PagePlace
  >({
    queryKey: key,
    queryFn: async ({ pageParam: { after }, signal }) => {
      const page = await readPage(after, signal);
      const rows = isFromEnd ? page.rows.toReversed() : page.rows;
      return { ...page, rows, beginning };
    },
    initialPageParam: firstPlace,
    ...(isFromEnd
      ? { getNextPageParam: placeBefore, getPreviousPageParam: placeAfter }
      : { getNextPageParam: placeAfter, getPreviousPageParam: placeBefore }),
    maxPages: pagesMax,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
  return { ...options, readPage };
}

function placeAfter(
  { rows, nextCursor, total, isMore, beginning }: ListPage<unknown>,
  _pages: unknown,
  place: PagePlace,
): PagePlace | undefined {
  if (nextCursor === undefined) return undefined;
  const rowsMax = place.rowsMax ?? (isMore ? uncountedMax : total);
  return {
    rowsBefore: place.rowsBefore + rows.length,
    after: nextCursor,
    previous: place,
    ...(beginning === 'end' && { rowsMax }),
  };
}

const placeBefore = (_page: unknown, _pages: unknown, place: PagePlace): PagePlace | undefined =>
  place.previous;

/**
 * The number of the last row of a list that is read from its end, if the server has not counted all
 * rows. Browsers cut off elements higher than 17 million pixels.
 */
const uncountedMax = 100_000;

const firstPlace: PagePlace = { rowsBefore: 0 };

/** The rows in memory, and the index of the first of them in the whole list. */
export interface Loaded<Row> {
  readonly rows: readonly Row[];
  readonly offset: number;
  /** True if the first row is the first one of the list, or the last row its last one. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly beginning: Beginning | undefined;
  readonly total: number;
  readonly isMore: boolean;
  readonly warnings: readonly string[];
}

/** Caches the joined pages of a query's data, because several parts of a page read them. */
const loaded = new WeakMap<object, Loaded<unknown>>();

/** Joins the pages in memory. */
export function loadedRows<Row>(
  data: InfiniteData<ListPage<Row>, PagePlace> | undefined,
): Loaded<Row> {
  if (data === undefined) return togetherOf<Row>(data);
  const known = loaded.get(data) as Loaded<Row> | undefined;
  const together = known ?? togetherOf(data);
  if (!known) loaded.set(data, together);
  return together;
}

function togetherOf<Row>(data: InfiniteData<ListPage<Row>, PagePlace> | undefined): Loaded<Row> {
  const { pages = [], pageParams = [] } = data ?? {};
  const [first, last] = [pages[0], pages.at(-1)];
  const beginning = first?.beginning;
  const isFromEnd = beginning === 'end';
  const isStart = (place: PagePlace | undefined) => place?.previous === undefined;
  const isEnd = (page: ListPage<Row> | undefined) => page?.nextCursor === undefined;
  return {
    rows: pages.flatMap(({ rows }) => rows),
    offset: offsetOf(first, pageParams[0]),
    isFirst: isFromEnd ? isEnd(first) : isStart(pageParams[0]),
    isLast: isFromEnd ? isStart(pageParams.at(-1)) : isEnd(last),
    beginning,
    total: last?.total ?? 0,
    isMore: last?.isMore ?? false,
    warnings: [...new Set(pages.flatMap(({ warning }) => warning ?? []))],
  };
}

/** Returns the index of a page's first row in the whole list. */
function offsetOf(page: ListPage<unknown> | undefined, place: PagePlace | undefined): number {
  const { rowsBefore = 0, rowsMax } = place ?? {};
  if (page?.beginning !== 'end') return rowsBefore;
  const count = rowsMax ?? (page.isMore ? uncountedMax : page.total);
  return Math.max(0, count - rowsBefore - page.rows.length);
}
