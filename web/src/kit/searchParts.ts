import { type FilterState, type Filters, parseFilters } from './filters.ts';
import { parseFrom } from './jump.ts';
import { listOf, type UrlState } from './urlCodec.ts';

/** The state in a list's address: filters, sort, and the row in the side panel. */
export type ListState = FilterState & {
  readonly sort?: string;
  readonly open?: string;
  /** The value at which the list starts, in the field by which it is sorted. */
  readonly from?: string;
  /** True if the list is shown from its last row. */
  readonly end?: '1';
};

/** Reads the address of a list; leaves out invalid values, so old links still open. */
export function parseListState(
  filters: Filters,
  sorts: readonly string[],
  search: Record<string, unknown>,
  /** The sort without one in the address. */
  usualSort?: string,
): ListState {
  const given = search as UrlState;
  const sort = listOf(given['sort'])[0];
  const open = listOf(given['open'])[0];
  const known = sort !== undefined && sorts.includes(sort.replace(/^-/, '')) ? sort : undefined;
  const isFromEnd = listOf(given['end'])[0] === '1';
  const from = isFromEnd ? undefined : parseFrom(listOf(given['from'])[0], known ?? usualSort);
  return {
    ...parseFilters(filters, given),
    ...(known !== undefined && { sort: known }),
    ...(from !== undefined && { from }),
    ...(isFromEnd && { end: '1' }),
    ...(open !== undefined && { open }),
  };
}
