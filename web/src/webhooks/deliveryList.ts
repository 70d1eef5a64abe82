import type { WebhookDelivery } from '@perennial/contract/perennial.ts';
import type { DeliverySearch } from '@perennial/contract/screens.ts';
import { type Filters, parseRange } from '../kit/filters.ts';
import { dayOf } from '../kit/moment.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import { listOf } from '../kit/urlCodec.ts';
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

/**
 * Whether a try that the live socket reports is a row of the list. The socket does not say whether a
 * failed one is tried again, so it may be in either state.
 */
export function isDeliveryListed(
  state: ListState,
  { webhook_oid: webhook, success, event_names: events = [], ...row }: WebhookDelivery,
  zone: string,
): boolean {
  return (
    has(state['webhook'], [String(webhook)]) &&
    has(state['state'], success ? ['delivered'] : ['failed', 'waiting']) &&
    has(state['event'], events) &&
    isNamed(row.objects ?? [], one(state['q']) ?? '') &&
    isWithin(dayOf(row.delivery_dts ?? '', zone), one(state['days']) ?? '')
  );
}

function isWithin(day: string, range: string): boolean {
  const { from = '', to = '9999' } = parseRange(range) ?? {};
  return from <= day && day <= to;
}

const one = (value: ListState[string]): string | undefined => listOf(value)[0];

/** Whether one of the values is among those that a filter asks for; without any, all are. */
function has(filter: ListState[string], values: readonly string[]): boolean {
  const wanted = listOf(filter);
  return wanted.length === 0 || wanted.some((each) => values.includes(each));
}

/** Whether the name of an object begins with a text; any does with an empty one. */
function isNamed(objects: readonly string[], text: string): boolean {
  const beginning = text.trim().toLowerCase();
  if (beginning === '') return true;
  return objects.some((object) => ` ${object.toLowerCase()}`.includes(` ${beginning}`));
}
