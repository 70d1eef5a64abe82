import { type FilterState, type Filters, parseFilters, parseRange } from './filters.ts';
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

/** The part of a search that is a list of values; {} without one. */
export const valuesPart = (name: string, value: unknown) =>
  value === undefined ? {} : { [name]: listOf(value) };

/** The part of a search that is a text; {} without one. */
export const textPart = (name: string, value: unknown) =>
  typeof value === 'string' ? { [name]: value } : {};

/** The part of a search that is a range of days of the merchant's zone, both included. */
export function daysPart(name: string, value: unknown) {
  const { from, to } = parseRange(String(value ?? '')) ?? {};
  return {
    ...(from !== undefined && { [`${name}_begin`]: `${from}T00:00:00` }),
    ...(to !== undefined && { [`${name}_end`]: `${to}T23:59:59` }),
  };
}
