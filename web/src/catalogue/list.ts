import type { QueryOf } from '@perennial/contract/operations.ts';
import type { ItemRow } from '@perennial/contract/screens.ts';
import type { Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import type { View } from '../kit/views.ts';
import { toSearch, type WireFilters, wireFieldsOf } from '../kit/wireFilters.ts';

/** The filters of the catalogue. The names are those of the address. */
export const itemFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'item id or description' },
  sold: {
    kind: 'choice',
    label: 'State',
    choices: [
      { value: 'yes', label: 'For sale' },
      { value: 'no', label: 'Not for sale' },
    ],
  },
  recurs: {
    kind: 'choice',
    label: 'Auto order',
    choices: [
      { value: 'yes', label: 'Can recur' },
      { value: 'no', label: 'Sold once' },
    ],
  },
};

export const itemSorts = [
  'merchant_item_oid',
  'merchant_item_id',
  'description',
  'last_modified_dts',
] as const;

export const itemViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'For sale', state: { sold: 'yes' } },
  { label: 'On auto order', state: { sold: 'yes', recurs: 'yes' } },
  { label: 'Not for sale', state: { sold: 'no' } },
  { label: 'Changed last', state: { sort: '-last_modified_dts' } },
];

/** Reads the address of the catalogue. */
export const parseItemList = (search: Record<string, unknown>): ListState =>
  parseListState(itemFilters, itemSorts, search);

/** The filters of a request for items. */
export type ItemQuery = QueryOf<'searchItems'>;

const { text, either } = wireFieldsOf<ItemQuery>();

/** The filters as fields of the request. */
export const itemWire: WireFilters = {
  q: text('q'),
  sold: either('inactive', ['no', 'yes']),
  recurs: either('auto_orderable', ['yes', 'no']),
};

/** The request of the catalogue. */
export const itemQueryOf = (state: ListState): ItemQuery => toSearch<ItemQuery>(itemWire, state);

/** Describes how an item recurs in a few words. */
export function recursWords({ auto_orderable, auto_order_schedules = [] }: ItemRow): string {
  if (!auto_orderable) return 'Sold once';
  const [first, ...more] = auto_order_schedules;
  if (first === undefined) return 'Follows its steps';
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
