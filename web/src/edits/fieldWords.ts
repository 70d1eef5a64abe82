import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Shown } from '../autoOrder/shown.ts';
import { addedItem, itemOf, removed } from './change.ts';
import type { ConflictField } from './conflict.ts';

/** A field's name for people: `Next shipment of TEA`. */
export function fieldWords(
  order: AutoOrder,
  { item, field }: Pick<ConflictField, 'item' | 'field'>,
): string {
  const words = nameOf(field);
  if (item === undefined) return words;
  if (item === addedItem) return `${words} of the new item`;
  return `${words} of ${itemOf(order, item)?.original_item_id ?? `item ${item}`}`;
}

function nameOf(field: string): string {
  const last = field.split('.').at(-1) ?? field;
  return names[field] ?? names[last] ?? sentence(last);
}

/** A change from the timeline in words. */
export interface RecordedWords {
  /** `Quantity of TEA`, or `Item TEA` for a whole item. */
  readonly name: string;
  /** Absent: the field had no value. */
  readonly before: string | undefined;
  readonly after: string;
}

/**
 * Returns the words for a change in the timeline, whose field has a name such as
 * `items[TEA].paused`.
 */
export function recordedWords(
  { field = '', before, after }: { field?: string; before?: string; after?: string },
  shown: Pick<Shown, 'minute'>,
): RecordedWords {
  const [, item, ofItem = ''] = /^items\[(.*?)\]\.?(.*)$/.exec(field) ?? [];
  const name =
    item === undefined
      ? nameOf(field)
      : ofItem === ''
        ? `Item ${item}`
        : `${nameOf(ofItem)} of ${item}`;
  return {
    name,
    before: before === undefined ? undefined : valueWords(parsed(before), shown),
    after: after === undefined ? 'none' : valueWords(parsed(after), shown),
  };
}

/** Returns a timeline's value as text. */
function parsed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (!text.startsWith('[')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const names: Record<string, string> = {
  enabled: 'Running',
  [removed]: 'Removal',
  original_item_id: 'Item',
  original_quantity: 'Quantity',
  cancel_after_next_x_orders: 'Canceled after this number of rebills',
  credit_card_attempt: 'Declines',
  next_attempt: 'Next attempt',
  add_ons: 'Add-ons',
  arbitrary_item_id: 'Item that ships',
  arbitrary_quantity: 'Quantity',
  arbitrary_schedule_days: 'Days between shipments',
  arbitrary_unit_cost: 'Price of one',
  arbitrary_unit_cost_remaining_orders: 'Rebills at this price',
  arbitrary_percentage_discount: 'Percent off',
  next_shipment_dts: 'Next shipment',
  no_order_after_dts: 'No shipment after',
  remaining_repeat_count: 'Rebills left',
  country_code: 'Country',
};

const sentence = (name: string): string =>
  name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');

/** Returns the value of a field for people. */
export function valueWords(value: unknown, shown: Pick<Shown, 'minute'>): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(elementWords).join(', ');
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? shown.minute(text) : text;
}

function elementWords(element: unknown): string {
  const { item_id, quantity = 1, name, value } = Object(element) as Record<string, unknown>;
  if (item_id !== undefined) return quantity === 1 ? `${item_id}` : `${quantity} × ${item_id}`;
  return name === undefined ? JSON.stringify(element) : `${name}: ${value}`;
}
