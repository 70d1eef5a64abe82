import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { Draft } from '../kit/draft.ts';
import { type FormContext, type Part, type Row, rowsOf, type Values } from './form.ts';
import {
  frequencyPart,
  itemsOf,
  type KnownItem,
  pricePart,
  quantityPart,
  swapPart,
} from './itemParts.ts';
import { addOnsPart, propertiesPart } from './otherParts.ts';

/** How one change is made to many auto orders: the form for one of them is filled in for each. */
export interface BulkPart {
  readonly part: Part;
  /** Returns the values of the part's form from the answers that apply to all rows. */
  valuesOf(order: AutoOrder, draft: Draft, start: Values, zone: string): Values;
  /**
   * The auto order before and after the change, in words. Absent: the fields that change, with
   * their values.
   */
  words?(
    order: AutoOrder,
    values: Values,
    context: FormContext,
  ): readonly [before: string, after: string];
}

/** The changes of items, frequencies and prices. */
export const editParts = {
  frequency: {
    part: frequencyPart,
    valuesOf: (order, { item = '', frequency = '', days = '' }, start) => ({
      ...start,
      // An item with a fixed schedule keeps its schedule.
      ...each(order, item, ({ frequency: now }) => now !== undefined, { frequency, days }),
    }),
  },
  swap: {
    part: swapPart,
    valuesOf: (order, { item = '', other = '' }, start) =>
      item.trim() === '' ? start : { ...start, ...each(order, item, any, { item: other.trim() }) },
  },
  quantity: {
    part: quantityPart,
    valuesOf: (order, { item = '', quantity = '' }, start) => ({
      ...start,
      ...each(order, item, any, { quantity: quantity.trim() }),
    }),
  },
  price: {
    part: pricePart,
    valuesOf: (order, { item = '', cost = '', percent = '', orders = '' }, start) => ({
      ...start,
      ...each(order, item, any, typed({ cost, percent, orders })),
    }),
  },
  addOn: {
    part: addOnsPart,
    valuesOf: (_order, { addOn = '', quantity = '', orders = '' }, start) =>
      withRow(start, 'addOns', 'item', { item: addOn.trim(), quantity, orders, cost: '' }),
  },
  property: {
    part: propertiesPart,
    valuesOf: (_order, { name = '', value = '' }, start) =>
      withRow(start, 'properties', 'name', { name: name.trim(), value: value.trim() }),
  },
} satisfies Readonly<Record<string, BulkPart>>;

const any = (): boolean => true;

/** Leaves out empty answers, which change nothing. */
const typed = (answers: Draft): Draft =>
  Object.fromEntries(Object.entries(answers).filter(([, text]) => text.trim() !== ''));

/**
 * Returns the answers as values of the form's fields, for the items with this id that still ship;
 * without an id, for all items.
 */
function each(
  order: AutoOrder,
  id: string,
  applies: (item: KnownItem) => boolean,
  answers: Draft,
): Values {
  const wanted = id.trim().toLowerCase();
  return Object.fromEntries(
    itemsOf(order)
      .filter((item) => wanted === '' || shippedId(item).toLowerCase() === wanted)
      .filter(applies)
      .flatMap(({ auto_order_item_oid: oid }) =>
        Object.entries(answers).map(([field, text]) => [`${field}.${oid}`, text]),
      ),
  );
}

const shippedId = ({ arbitrary_item_id, next_item_id, original_item_id }: KnownItem): string =>
  arbitrary_item_id ?? next_item_id ?? original_item_id ?? '';

/** Returns the rows of a list with one more; replaces a row of the same name. */
function withRow(start: Values, list: string, key: string, row: Row): Values {
  if (row[key] === '') return start;
  const kept = rowsOf(start, list).filter((each) => each[key] !== row[key]);
  return { ...start, [list]: [...kept, row] };
}
