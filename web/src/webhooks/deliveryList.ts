import type { DeliverySearch } from '@perennial/contract/screens.ts';
import type { Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import type { View } from '../kit/views.ts';
import { toSearch, type WireFilters, wireFieldsOf } from '../kit/wireFilters.ts';

/** The filters of the list of deliveries. The names are those of the address. */
export const deliveryFilters: Filters = {
  q: { kind: 'text', label: 'About', hint: 'id of an order, item or task' },
  webhook: { kind: 'oid', label: 'Webhook', hint: 'the number of the webhook' },
  state: {
    kind: 'choice',
    label: 'State',
    choices: [
      { value: 'delivered', label: 'Delivered' },
      { value: 'waiting', label: 'Failed, tried again' },
      { value: 'failed', label: 'Failed' },
    ],
  },
  event: { kind: 'values', label: 'Event', hint: 'for example order_create' },
  days: { kind: 'range', label: 'Day' },
};

const deliverySorts = ['delivery_dts'] as const;

/** The newest first unless the address says otherwise. */
export const deliverySort = '-delivery_dts';

export const deliveryViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'Failed', state: { state: ['failed'] } },
  { label: 'Waiting', state: { state: ['waiting'] } },
  { label: 'Delivered', state: { state: ['delivered'] } },
];

/** Reads the address of the list of deliveries. */
export const parseDeliveryList = (search: Record<string, unknown>): ListState =>
  parseListState(deliveryFilters, deliverySorts, search, deliverySort);

const { text, number, values, days } = wireFieldsOf<DeliverySearch>();

/** The filters as fields of the request. */
export const deliveryWire: WireFilters = {
  q: text('text'),
  webhook: number('webhook_oid'),
  state: values('states'),
  event: values('event_names'),
  days: days('delivery_dts'),
};

/** The request of a list of deliveries. */
export const deliverySearchOf = (state: ListState): DeliverySearch =>
  toSearch<DeliverySearch>(deliveryWire, state);
