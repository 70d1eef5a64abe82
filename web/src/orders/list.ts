import type { OrderRow, OrderSearch } from '@perennial/contract/screens.ts';
import { choicesOf, type Filters, sentenceCase } from '../kit/filters.ts';
import { type ListState, parseListState } from '../kit/searchParts.ts';
import type { Tone } from '../kit/tone.ts';
import type { View } from '../kit/views.ts';
import { toSearch, type WireFilters, wireFieldsOf } from '../kit/wireFilters.ts';
import { momentValue, type SortValue } from '../live/changes.ts';

/** The stages of an order, in their usual sequence. A stage's value is also its name. */
export const stages = [
  'Accounts Receivable',
  'Pending Clearance',
  'Fraud Review',
  'Hold',
  'Pre-ordered',
  'Least Cost Routing',
  'Advanced Order Routing',
  'Shipping Department',
  'Completed Order',
  'Rejected',
  'Quote Request',
  'Quote Sent',
] as const;

/** The filters of the list of orders. The names are those of the address. */
export const orderFilters: Filters = {
  q: { kind: 'text', label: 'Text', hint: 'order, email, phone or name' },
  kind: {
    kind: 'choice',
    label: 'Kind',
    choices: [
      { value: 'original', label: 'Original' },
      { value: 'rebill', label: 'Rebill' },
      { value: 'ordinary', label: 'Without an auto order' },
    ],
  },
  stage: { kind: 'choice', label: 'Stage', choices: choicesOf(stages) },
  payment: {
    kind: 'choice',
    label: 'Payment',
    choices: choicesOf(['Credit Card', 'PayPal', 'eCheck', 'Check', 'Purchase Order', 'Cash']),
  },
  center: {
    kind: 'values',
    label: 'Waits at',
    hint: 'Codes of distribution centers, separated by commas',
  },
  item: { kind: 'values', label: 'Item', hint: 'Item ids, separated by commas' },
  country: { kind: 'values', label: 'Country', hint: 'Two-letter codes, separated by commas' },
  created: { kind: 'range', label: 'Created' },
  customer: { kind: 'oid', label: 'Customer profile', hint: 'The number of a profile' },
};

export const orderSorts = ['order_id', 'creation_dts'] as const;

/** The value that each sort compares. */
export const orderSortValues: Readonly<Record<string, (row: OrderRow) => SortValue>> = {
  order_id: (row) => row.order_id,
  creation_dts: (row) => momentValue(row.creation_dts),
};

/** The newest first unless the address says otherwise. */
export const orderSort = '-creation_dts';

export const orderViews: readonly View[] = [
  { label: 'All', state: {} },
  { label: 'Rebills', state: { kind: 'rebill' } },
  { label: 'Original orders', state: { kind: 'original' } },
  { label: 'Held', state: { stage: ['Fraud Review', 'Hold'] } },
  { label: 'To ship', state: { stage: 'Shipping Department' } },
  { label: 'Owed', state: { stage: 'Accounts Receivable' } },
  { label: 'Rejected', state: { stage: 'Rejected' } },
];

/** Reads the address of the list of orders. `open` is the order in the side panel. */
export const parseOrderList = (search: Record<string, unknown>): ListState =>
  parseListState(orderFilters, orderSorts, search, orderSort);

const { text, values, number, days } = wireFieldsOf<OrderSearch>();

/** The filters as fields of the request. */
export const orderWire: WireFilters = {
  q: text('text'),
  kind: values('kinds'),
  stage: values('stages'),
  payment: values('payment_methods'),
  center: values('distribution_center_codes'),
  item: values('item_ids'),
  country: values('country_codes'),
  created: days('creation_dts'),
  customer: number('customer_profile_oid'),
};

/** The request of a list of orders. */
export const orderSearchOf = (state: ListState): OrderSearch =>
  toSearch<OrderSearch>(orderWire, state);

/** How much attention an order in a stage needs. */
export function toneOfStage(stage: string | undefined): Tone {
  switch (stage) {
    case 'Completed Order':
      return 'good';
    case 'Rejected':
      return 'bad';
    case 'Accounts Receivable':
    case 'Fraud Review':
    case 'Hold':
      return 'warn';
    default:
      return stage === undefined ? 'quiet' : 'note';
  }
}

/** Names the type of an order: `Rebill 3`, `Original`, `Ordinary`. */
export const kindWords = (kind: string | undefined, rebill: number | undefined): string =>
  kind === 'rebill' && rebill !== undefined ? `Rebill ${rebill}` : sentenceCase(kind ?? '');

/** Lists the lines of an order in short: `2 × TEA, HONEY`. */
export function linesWords(
  items: readonly { readonly merchant_item_id?: string; readonly quantity?: number }[] = [],
): string {
  const words = items.map(({ merchant_item_id: item = '?', quantity = 1 }) =>
    quantity === 1 ? item : `${quantity} × ${item}`,
  );
  return words.length > 0 ? words.join(', ') : '–';
}
