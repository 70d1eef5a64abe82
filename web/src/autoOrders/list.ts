import type { AutoOrderRow, AutoOrderSearch } from '@perennial/contract/screens.ts';
import { movedDay } from '../kit/days.ts';
import { choicesOf, type Filters } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import type { View } from '../kit/views.ts';
import { toSearch, type WireFilter, type WireFilters, wireFieldsOf } from '../kit/wireFilters.ts';
import { foldedText, momentValue, type SortValue } from '../live/changes.ts';

/** The state of the list in its address. `open` is the code of the auto order in the side panel. */
export type AutoOrderListState = ListState;

const states: Record<NonNullable<AutoOrderSearch['state']>[number], true> = {
  active: true,
  retrying: true,
  paused: true,
  parked: true,
  in_doubt: true,
  completed: true,
  canceled: true,
  disabled: true,
  merged: true,
};

const frequencies: Record<Exclude<Frequencies[number], 'Every...'>, true> = {
  Weekly: true,
  Biweekly: true,
  'Every 10 Days': true,
  'Every 24 Days': true,
  'Every 28 Days': true,
  Monthly: true,
  'Every 45 Days': true,
  'Every 2 Months': true,
  'Every 3 Months': true,
  'Every 4 Months': true,
  'Every 5 Months': true,
  'Every 6 Months': true,
  Yearly: true,
  'Every 4 Weeks': true,
  'Every 6 Weeks': true,
  'Every 8 Weeks': true,
};

/** The frequencies for a form, including the one with a number of days. */
export const frequencyChoices = [
  ...Object.keys(frequencies).map((value) => ({ value, label: value })),
  { value: 'Every...', label: 'Every … days' },
];

type Frequencies = NonNullable<AutoOrderSearch['frequencies']>;

/** Spans that end now, in hours. */
const lately = [
  { value: '24', label: 'in the last 24 hours' },
  { value: '168', label: 'in the last 7 days' },
  { value: '720', label: 'in the last 30 days' },
];

/** The filters of the list of auto orders. The names are those of the address. */
export const autoOrderFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'code, order, email, phone or name' },
  state: { kind: 'choice', label: 'State', choices: choicesOf(Object.keys(states)) },
  next: { kind: 'range', label: 'Next shipment' },
  item: { kind: 'values', label: 'Item', hint: 'Item ids, separated by commas' },
  next_item: { kind: 'values', label: 'Next item', hint: 'Item ids, separated by commas' },
  frequency: { kind: 'choice', label: 'Frequency', choices: choicesOf(Object.keys(frequencies)) },
  card: {
    kind: 'choice',
    label: 'Card',
    choices: choicesOf(['Visa', 'MasterCard', 'AMEX', 'Discover']),
  },
  card_expires: { kind: 'day', label: 'Card expires before' },
  declines: { kind: 'number', label: 'Declines', hint: 'At least this many' },
  declined: { kind: 'choice', label: 'Declined', choices: lately, isOne: true },
  bounced: { kind: 'choice', label: 'Mail bounced', choices: lately, isOne: true },
  reason: { kind: 'word', label: 'Decline reason', hint: 'How the reason begins' },
  country: { kind: 'values', label: 'Country', hint: 'Two-letter codes, separated by commas' },
  signed_up: { kind: 'range', label: 'Signed up' },
  changed: { kind: 'range', label: 'Changed' },
  property: { kind: 'word', label: 'Property', hint: 'A name, or name=value', form: /^[^=]/ },
};

/** The fields that the list can be sorted by. */
export const autoOrderSorts = [
  'auto_order_code',
  'next_shipment_dts',
  'signed_up_dts',
  'last_modified_dts',
  'last_name',
  'email',
  'card_expires',
] as const;

/** The value that each sort compares; without a sort, the list is ordered by oid. */
export const autoOrderSortValues: Readonly<Record<string, (row: AutoOrderRow) => SortValue>> = {
  '': (row) => row.auto_order_oid,
  auto_order_code: (row) => row.auto_order_code,
  next_shipment_dts: (row) => momentValue(row.next_shipment_dts),
  signed_up_dts: (row) => momentValue(row.signed_up_dts),
  last_modified_dts: (row) => momentValue(row.last_modified_dts),
  last_name: (row) => foldedText(row.customer?.last_name),
  email: (row) => foldedText(row.customer?.email),
  card_expires: ({ card: { card_expiration_year: year, card_expiration_month: month = 0 } = {} }) =>
    year && year * 12 + month,
};

/** Views that every merchant needs. `today` is the merchant's day. */
export const autoOrderViews = (today: string): readonly View[] => [
  { label: 'All', state: {} },
  { label: 'Active', state: { state: 'active', sort: 'next_shipment_dts' } },
  {
    label: 'Due this week',
    state: { state: 'active', next: `..${sundayOf(today)}`, sort: 'next_shipment_dts' },
  },
  { label: 'Retrying', state: { state: 'retrying' } },
  { label: 'Parked', state: { state: ['parked', 'in_doubt'] } },
  {
    label: 'Card expires soon',
    state: { state: 'active', card_expires: movedDay(today, { days: 60 }), sort: 'card_expires' },
  },
  { label: 'Paused', state: { state: 'paused' } },
  { label: 'Canceled', state: { state: 'canceled', sort: '-last_modified_dts' } },
  {
    label: 'Canceled this month',
    state: {
      state: 'canceled',
      changed: `${today.slice(0, 8)}01..`,
      sort: '-last_modified_dts',
    },
  },
];

/** The last day of the week of a day (`2026-03-03` → `2026-03-08`). */
const sundayOf = (day: string): string =>
  movedDay(day, { days: (7 - new Date(`${day}T00:00:00Z`).getUTCDay()) % 7 });

/** Reads the address of the list; leaves out invalid values. */
export const parseAutoOrderList = (search: Record<string, unknown>): AutoOrderListState =>
  parseListState(autoOrderFilters, autoOrderSorts, search);

const { text, values, number, chosenNumber, day, days } = wireFieldsOf<AutoOrderSearch>();

/** `gift=yes` in the address; a name alone means any value. */
const property: WireFilter = {
  toWire(written) {
    const [name = '', ...value] = String(written).split('=');
    return { property: { name, ...(value.length > 0 && { value: value.join('=') }) } };
  },
  fromWire({ property: wanted }) {
    const { name, value } = (wanted ?? {}) as NonNullable<AutoOrderSearch['property']>;
    return name && (value ? `${name}=${value}` : name);
  },
};

/** The filters as fields of the request. */
export const autoOrderWire: WireFilters = {
  q: text('text'),
  state: values('state'),
  next: days('next_shipment_dts'),
  item: values('item_ids'),
  next_item: values('next_item_ids'),
  frequency: values('frequencies'),
  card: values('card_types'),
  card_expires: day('card_expires_before'),
  declines: number('declines_min'),
  declined: chosenNumber('declined_within_hours'),
  bounced: chosenNumber('mail_bounced_within_hours'),
  reason: text('failure_reason'),
  country: values('country_codes'),
  signed_up: days('signed_up_dts'),
  changed: days('last_modified_dts'),
  property,
};

/** The request of a list of auto orders. */
export const searchOf = (state: AutoOrderListState): AutoOrderSearch =>
  toSearch<AutoOrderSearch>(autoOrderWire, state);
