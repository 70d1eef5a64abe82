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
}

/** What the searches of the API have in common. */
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

/** Where a page begins. Pages know the one before, because a cursor only leads forward. */
export interface PagePlace {
  readonly number: number;
  readonly after?: string | undefined;
  readonly previous?: PagePlace | undefined;
}

export const pageSize = 100;
/** 1,000 rows in memory; those that were scrolled past are read again when they come into view. */
const pagesMax = 10;

/** A list read page by page. Rows of the earlier filters stay, dimmed, until the new ones come. */
export function listQuery<Row>(
  key: readonly unknown[],
  read: (after: string | undefined, signal: AbortSignal) => Promise<ListPage<Row>>,
) {
  return infiniteQueryOptions<
    ListPage<Row>,
    Refused,
    InfiniteData<ListPage<Row>, PagePlace>,
    readonly unknown[],
    PagePlace
  >({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam.after, signal),
    initialPageParam: firstPlace,
    getNextPageParam: ({ nextCursor }, _pages, place) =>
      nextCursor === undefined
        ? undefined
        : { number: place.number + 1, after: nextCursor, previous: place },
    getPreviousPageParam: (_page, _pages, place): PagePlace | undefined => place.previous,
    maxPages: pagesMax,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
}

const firstPlace: PagePlace = { number: 0 };

/** The rows in memory, and the index of the first of them in the whole list. */
export interface Loaded<Row> {
  readonly rows: readonly Row[];
  readonly offset: number;
  readonly total: number;
  readonly isMore: boolean;
  readonly warnings: readonly string[];
}

/** What was put together of data that a query still shows: several parts of a page ask for it. */
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
  const last = data?.pages.at(-1);
  return {
    rows: data?.pages.flatMap(({ rows }) => rows) ?? [],
    offset: (data?.pageParams[0]?.number ?? 0) * pageSize,
    total: last?.total ?? 0,
    isMore: last?.isMore ?? false,
    warnings: [...new Set(data?.pages.flatMap(({ warning }) => warning ?? []))],
  };
}

/** What the lists of the API that are read by offset have in common. */
interface OffsetFound {
  readonly metadata?: {
    readonly result_set?: { readonly total_records?: number; readonly more?: boolean };
  };
}

/** As `listQuery`, for an operation that takes an offset: the cursor is the next offset. */
export function offsetListQuery<Row>(
  key: readonly unknown[],
  read: (
    query: { readonly _limit: number; readonly _offset: number },
    signal: AbortSignal,
  ) => Promise<{ readonly rows: readonly Row[] | undefined; readonly found: OffsetFound }>,
) {
  return listQuery<Row>(key, async (after, signal) => {
    const offset = Number(after ?? 0);
    const { rows = [], found } = await read({ _limit: pageSize, _offset: offset }, signal);
    const { total_records, more = rows.length === pageSize } = found.metadata?.result_set ?? {};
    return {
      rows,
      nextCursor: more && rows.length > 0 ? String(offset + rows.length) : undefined,
      total: total_records ?? offset + rows.length,
      isMore: total_records === undefined && more,
    };
  });
}
