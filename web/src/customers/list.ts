import type { CustomerSearch } from '@perennial/contract/screens.ts';
import type { Filters } from '../kit/filters.ts';
import { daysPart, type ListState, parseListState, textPart } from '../kit/searchParts.ts';
import { listOf } from '../kit/urlCodec.ts';
import type { View } from '../kit/views.ts';

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

export const customerViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'With auto orders', state: { auto_orders: 'some' } },
  { label: 'Without', state: { auto_orders: 'none' } },
  { label: 'Newest', state: { sort: '-signup_dts' } },
];

/** Reads the address of the list of customers. `open` is the oid in the side panel. */
export const parseCustomerList = (search: Record<string, unknown>): ListState =>
  parseListState(customerFilters, customerSorts, search);

/** The request of a list of customers. Both values of a choice together filter nothing. */
export function customerSearchOf(state: ListState): CustomerSearch {
  const chosen = listOf(state['auto_orders']);
  return {
    ...textPart('text', state['q']),
    ...(chosen.length === 1 && { has_auto_orders: chosen[0] === 'some' }),
    ...daysPart('signup_dts', state['signed_up']),
    ...daysPart('last_modified_dts', state['changed']),
  };
}
