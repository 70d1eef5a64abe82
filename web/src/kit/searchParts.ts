import { type FilterState, type Filters, parseFilters } from './filters.ts';
import { listOf, type UrlState } from './urlCodec.ts';

/** What the address of a list says: its filters, its sort, and the row in the side panel. */
export type ListState = FilterState & { readonly sort?: string; readonly open?: string };

/** Reads the address of a list; what does not fit is left out, so old links still open. */
export function parseListState(
  filters: Filters,
  sorts: readonly string[],
  search: Record<string, unknown>,
): ListState {
  const given = search as UrlState;
  const sort = listOf(given['sort'])[0];
  const open = listOf(given['open'])[0];
  return {
    ...parseFilters(filters, given),
    ...(sort !== undefined && sorts.includes(sort.replace(/^-/, '')) && { sort }),
    ...(open !== undefined && { open }),
  };
}
