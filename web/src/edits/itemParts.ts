import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';
import { frequencyChoices } from '../autoOrders/list.ts';
import { dayOf } from '../kit/moment.ts';
import { effective, type FieldChange } from './change.ts';
import { type Deed, type Field, numberOf, type Part, textOf, type Values } from './form.ts';

/** A stored item, which has an oid. */
export type KnownItem = AutoOrderItem & { readonly auto_order_item_oid: number };

/** The stored items of an auto order. */
export const itemsOf = (order: AutoOrder): KnownItem[] =>
  (order.items ?? []).filter((item): item is KnownItem => item.auto_order_item_oid !== undefined);

/** Names an item: the product that ships next, and the purchased one if it differs. */
export const itemName = ({ next_item_id: next, original_item_id: bought = '' }: AutoOrderItem) =>
  next === undefined || next === bought ? bought : `${next} (in place of ${bought})`;

/** Returns an update if the values change something and all of them are valid. */
export function updateOf(
  order: AutoOrder,
  changes: readonly (FieldChange | undefined)[],
): Deed | undefined {
  const known = changes.filter((change) => change !== undefined);
  if (known.some(({ value }) => value === undefined)) return undefined;
  const made = effective(order, known);
  return made.length === 0 ? undefined : { kind: 'update', changes: made };
}

interface ItemField extends Omit<Field, 'name' | 'group'> {
  readonly name: string;
  start(item: KnownItem, zone: string): string;
  /** Returns the fields that the typed text sets; undefined for a value: the text is invalid. */
  changes(item: KnownItem, typed: string, values: Values): readonly Omit<FieldChange, 'item'>[];
  /** Returns whether the field applies to the item. */
  readonly applies?: (item: KnownItem, values: Values) => boolean;
}

/** A form with the same fields for each item. */
export function perItem(
  words: Pick<Part, 'title' | 'save' | 'done' | 'isFinal'>,
  fields: readonly ItemField[],
): Part {
  const nameOf = (field: ItemField, item: KnownItem) => `${field.name}.${item.auto_order_item_oid}`;
  return {
    ...words,
    hindrance: (order) =>
      itemsOf(order).length === 0 ? 'This auto order has no items to change.' : undefined,
    start: (order, { zone }) =>
      Object.fromEntries(
        itemsOf(order).flatMap((item) =>
          fields.map((field) => [nameOf(field, item), field.start(item, zone)]),
        ),
      ),
    fields: (order, values) =>
      itemsOf(order).flatMap((item) =>
        fields
          .filter(({ applies }) => applies?.(item, values) ?? true)
          .map((field) => ({
            ...field,
            name: nameOf(field, item),
            group: itemsOf(order).length > 1 ? itemName(item) : undefined,
          })),
      ),
    deed: (order, values, { zone }) =>
      updateOf(
        order,
        itemsOf(order).flatMap((item) =>
          fields
            .filter((field) => field.applies?.(item, values) ?? true)
            .filter((field) => textOf(values, nameOf(field, item)) !== field.start(item, zone))
            .flatMap((field) => field.changes(item, textOf(values, nameOf(field, item)), values))
            .map((change) => ({ ...change, item: item.auto_order_item_oid })),
        ),
      ),
  };
}

const shipsNext = (item: KnownItem): string =>
  item.next_shipment_dts === undefined ? 'It has no next shipment now.' : '';

/**
 * Returns the same time on another day: a date in the wire format contains the merchant's local
 * time.
 */
export const onDay = (day: string, old: string | undefined): string =>
  old === undefined ? day : `${day}${old.slice(10, 19)}`;

/** Moves the next shipment. Later ones are counted from it. */
export const datePart = perItem(
  { title: 'Move the next shipment', save: 'Move it', done: () => 'The next shipment is moved.' },
  [
    {
      name: 'date',
      label: 'Next shipment',
      kind: 'date',
      hint: 'Later shipments are counted from this date.',
      start: (item, zone) =>
        item.next_shipment_dts === undefined ? '' : dayOf(item.next_shipment_dts, zone),
      changes: (item, typed) => [
        {
          field: 'next_shipment_dts',
          value: typed === '' ? undefined : onDay(typed, item.next_shipment_dts),
        },
      ],
      applies: (item) => shipsNext(item) === '' || item.no_order_after_dts === undefined,
    },
  ],
);

/** Changes the quantity of each shipment. */
export const quantityPart = perItem(
  { title: 'Change the quantity', save: 'Change it', done: () => 'The quantity is changed.' },
  [
    {
      name: 'quantity',
      label: 'Quantity',
      kind: 'decimal',
      start: (item) => String(item.arbitrary_quantity ?? item.original_quantity ?? 1),
      changes: (item, typed) => {
        const count = numberOf(typed);
        const value = count === null ? undefined : count;
        return [
          { field: 'arbitrary_quantity', value: value === item.original_quantity ? null : value },
        ];
      },
    },
  ],
);

/** Changes the frequency of an item. Items with a fixed schedule keep it. */
export const frequencyPart = perItem(
  { title: 'Change the frequency', save: 'Change it', done: () => 'The frequency is changed.' },
  [
    {
      name: 'frequency',
      label: 'Ships',
      kind: 'choice',
      choices: frequencyChoices,
      start: (item) => item.frequency ?? '',
      changes: (_item, typed) => [{ field: 'frequency', value: typed === '' ? undefined : typed }],
    },
    {
      name: 'days',
      label: 'Days between shipments',
      kind: 'count',
      start: (item) => String(item.arbitrary_schedule_days ?? ''),
      changes: (_item, typed) => [
        { field: 'arbitrary_schedule_days', value: numberOf(typed) ?? undefined },
      ],
      applies: (item, values) =>
        textOf(values, `frequency.${item.auto_order_item_oid}`) === 'Every...',
    },
  ],
);

/** Ships another item in place of the scheduled one. */
export const swapPart = perItem(
  { title: 'Swap an item', save: 'Swap it', done: () => 'The item is swapped.' },
  [
    {
      name: 'item',
      label: 'Item that ships',
      kind: 'item',
      hint: 'The id of an item of the catalogue. Empty: the item in the schedule.',
      start: (item) => item.arbitrary_item_id ?? '',
      changes: (_item, typed) => [
        { field: 'arbitrary_item_id', value: typed === '' ? null : typed },
      ],
    },
  ],
);

const amount = (field: string) => (_item: KnownItem, typed: string) => [
  { field, value: numberOf(typed) },
];

/** Sets another price for a number of rebills or for all, or a discount in percent. */
export const pricePart = perItem(
  { title: 'Change the price', save: 'Change it', done: () => 'The price is changed.' },
  [
    {
      name: 'cost',
      label: 'Price of one',
      kind: 'amount',
      hint: 'Empty: the price of the schedule or the catalogue.',
      start: (item) => String(item.arbitrary_unit_cost ?? ''),
      changes: amount('arbitrary_unit_cost'),
    },
    {
      name: 'orders',
      label: 'For this number of rebills',
      kind: 'count',
      hint: 'Empty: for all.',
      start: (item) => String(item.arbitrary_unit_cost_remaining_orders ?? ''),
      changes: amount('arbitrary_unit_cost_remaining_orders'),
    },
    {
      name: 'percent',
      label: 'Percent off',
      kind: 'decimal',
      start: (item) => String(item.arbitrary_percentage_discount ?? ''),
      changes: amount('arbitrary_percentage_discount'),
    },
  ],
);
