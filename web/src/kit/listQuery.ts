import { type InfiniteData, infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import type { Refused } from '../api/refused.ts';

/** One page of a list that is read by cursor. */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** Absent on the last page. */
  readonly nextCursor?: string | undefined;
  readonly total: number;
  /** More match than were counted. */
  readonly isMore: boolean;
  /** The server's sentence about records that it left out. */
  readonly warning?: string | undefined;
  /** Where the list begins; absent: with its first row. */
  readonly beginning?: Beginning | undefined;
}

/** A list that begins elsewhere than with its first row. */
export type Beginning =
  | { readonly from: string }
  /** The pages are read upwards, from the last row on. */
  | 'end';

/** The fields that the API's searches have in common. */
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
 * Where a page is. Pages know the one that was read before, because a cursor only leads forward:
 * down the list, or up from its end.
 */
export interface PagePlace {
  /** How many rows were read before it: fewer than the pages hold where some were left out. */
  readonly rowsBefore: number;
  readonly after?: string | undefined;
  readonly previous?: PagePlace | undefined;
  /** Of a list that is read from its end: how many rows the whole list has, as far as is known. */
  readonly rowsMax?: number | undefined;
}

/** Reads the page after a cursor; undefined: the first one. */
export type ReadPage<Row> = (
  after: string | undefined,
  signal: AbortSignal,
) => Promise<ListPage<Row>>;

export const pageSize = 100;
/** 1,000 rows in memory; those that were scrolled past are read again when they come into view. */
const pagesMax = 10;

/**
 * A list read page by page. Rows of the earlier filters stay, dimmed, until the new ones come. From
 * the end, the first page that is read is the last one of the list, with its rows in reverse order.
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
 * A list that is read from its end gives its rows the numbers up to this one when the server has
 * not counted them all. Browsers cut off what is higher than 17 million pixels.
 */
const uncountedMax = 100_000;

const firstPlace: PagePlace = { rowsBefore: 0 };

/** The rows in memory, and the index of the first of them in the whole list. */
export interface Loaded<Row> {
  readonly rows: readonly Row[];
  readonly offset: number;
  /** The first row is the first one of the list; the last row is its last one. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly beginning: Beginning | undefined;
  readonly total: number;
  readonly isMore: boolean;
  readonly warnings: readonly string[];
}

/** The joined pages of data that a query still shows: several parts of a page read them. */
const loaded = new WeakMap<object, Loaded<unknown>>();

/** Puts the pages in memory together. */
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

/** The index of the first row of a page in the whole list. */
function offsetOf(page: ListPage<unknown> | undefined, place: PagePlace | undefined): number {
  const { rowsBefore = 0, rowsMax } = place ?? {};
  if (page?.beginning !== 'end') return rowsBefore;
  const count = rowsMax ?? (page.isMore ? uncountedMax : page.total);
  return Math.max(0, count - rowsBefore - page.rows.length);
}
