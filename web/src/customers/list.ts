import type { CustomerRow, CustomerSearch } from '@perennial/contract/screens.ts';
import type { Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import type { View } from '../kit/views.ts';
import { toSearch, type WireFilters, wireFieldsOf } from '../kit/wireFilters.ts';
import { foldedText, momentValue, type SortValue } from '../live/changes.ts';

/** The filters of the list of customers. The names are those of the address. */
export const customerFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'email, name, company, phone or order' },
  auto_orders: {
    kind: 'choice',
    label: 'Auto orders',
    choices: [
      { value: 'some', label: 'Some' },
      { value: 'none', label: 'None' },
    ],
  },
  signed_up: { kind: 'range', label: 'Signed up' },
  changed: { kind: 'range', label: 'Changed' },
};

export const customerSorts = [
  'customer_profile_oid',
  'email',
  'signup_dts',
  'last_modified_dts',
] as const;

/** The value that each sort compares; without a sort, the list is ordered by oid. */
export const customerSortValues: Readonly<Record<string, (row: CustomerRow) => SortValue>> = {
  '': (row) => row.customer_profile_oid,
  customer_profile_oid: (row) => row.customer_profile_oid,
  email: (row) => foldedText(row.email),
  signup_dts: (row) => momentValue(row.signup_dts),
  last_modified_dts: (row) => momentValue(row.last_modified_dts),
};

export const customerViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'With auto orders', state: { auto_orders: 'some' } },
  { label: 'Without', state: { auto_orders: 'none' } },
  { label: 'Newest', state: { sort: '-signup_dts' } },
];

/** Reads the address of the list of customers. `open` is the oid in the side panel. */
export const parseCustomerList = (search: Record<string, unknown>): ListState =>
  parseListState(customerFilters, customerSorts, search);

const { text, days, either } = wireFieldsOf<CustomerSearch>();

/** The filters as fields of the request. */
export const customerWire: WireFilters = {
  q: text('text'),
  auto_orders: either('has_auto_orders', ['some', 'none']),
  signed_up: days('signup_dts'),
  changed: days('last_modified_dts'),
};

/** The request of a list of customers. */
export const customerSearchOf = (state: ListState): CustomerSearch =>
  toSearch<CustomerSearch>(customerWire, state);
