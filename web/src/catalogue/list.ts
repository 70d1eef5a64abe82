import type { ItemRow } from '@perennial/contract/screens.ts';
import type { Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';

/** The filters of the catalogue. The names are those of the address. */
export const itemFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'item id or description' },
};

export const itemSorts = ['merchant_item_id', 'description', 'last_modified_dts'] as const;

/** Reads the address of the catalogue. */
export const parseItemList = (search: Record<string, unknown>): ListState =>
  parseListState(itemFilters, itemSorts, search);

/** How an item recurs, in a few words. */
export function recursWords({ auto_orderable, auto_order_schedules = [] }: ItemRow): string {
  if (!auto_orderable) return 'Sold once';
  const [first, ...more] = auto_order_schedules;
  if (first === undefined) return 'Follows its steps';
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
