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

/** How one change is made to many auto orders: the form of one, filled in for each. */
export interface BulkPart {
  readonly part: Part;
  /** The values of the part's form for what the person typed once for all rows. */
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

/** The changes of what ships, how often and at which price. */
export const editParts = {
  frequency: {
    part: frequencyPart,
    valuesOf: (order, { item = '', frequency = '', days = '' }, start) => ({
      ...start,
      // An item with a fixed schedule keeps it.
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

/** Leaves out the empty answers: they change nothing. */
const typed = (answers: Draft): Draft =>
  Object.fromEntries(Object.entries(answers).filter(([, text]) => text.trim() !== ''));

/**
 * The answers as values of the form's fields, for the items of this id that ship now; without an id
 * for all items.
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

/** The rows of a list with one more; a row of the same name is replaced. */
function withRow(start: Values, list: string, key: string, row: Row): Values {
  if (row[key] === '') return start;
  const kept = rowsOf(start, list).filter((each) => each[key] !== row[key]);
  return { ...start, [list]: [...kept, row] };
}
