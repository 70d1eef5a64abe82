import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { frequencyChoices } from '../autoOrders/list.ts';
import { dayOf } from '../kit/moment.ts';
import { addedItem, type FieldChange, removed } from './change.ts';
import { faultOf, numberOf, type Part, textOf, type Values } from './form.ts';
import { itemName, itemsOf, onDay, updateOf } from './itemParts.ts';
import { earliest, stoppedHindrance } from './stopParts.ts';

/**
 * Adds an item with its own schedule. It ships with the next shipment unless another day is set.
 */
export const addItemPart: Part = {
  title: 'Add an item',
  save: 'Add it',
  hindrance: stoppedHindrance,
  start: (order, { zone }) => {
    const next = earliest(order);
    return {
      item: '',
      quantity: '1',
      frequency: '',
      date: next === undefined ? '' : dayOf(next, zone),
      cost: '',
    };
  },
  fields: (_order, values) => [
    { name: 'item', label: 'Item', kind: 'item', isRequired: true },
    { name: 'quantity', label: 'Quantity', kind: 'decimal', isRequired: true },
    {
      name: 'frequency',
      label: 'Ships',
      kind: 'choice',
      choices: [{ value: '', label: 'As the catalogue says' }, ...frequencyChoices],
    },
    ...(textOf(values, 'frequency') === 'Every...'
      ? [{ name: 'days', label: 'Days between shipments', kind: 'count' } as const]
      : []),
    {
      name: 'date',
      label: 'First shipment',
      kind: 'date',
      hint: 'Empty: one interval after the last shipment.',
    },
    {
      name: 'cost',
      label: 'Price of one',
      kind: 'amount',
      hint: 'Empty: the price of the schedule or the catalogue.',
    },
  ],
  deed: (order, values) =>
    textOf(values, 'item') === '' || !canRead(values)
      ? undefined
      : updateOf(
          order,
          Object.entries(wireOf(order, values)).map(([field, value]): FieldChange => {
            return { item: addedItem, field, value };
          }),
        ),
  done: (_order, values) => `${textOf(values, 'item')} is added.`,
};

const canRead = (values: Values): boolean =>
  faultOf('decimal', textOf(values, 'quantity')) === undefined &&
  faultOf('count', textOf(values, 'days')) === undefined &&
  faultOf('amount', textOf(values, 'cost')) === undefined &&
  textOf(values, 'quantity') !== '';

/**
 * The new item in the wire format. Empty fields are left out, so the server chooses their values.
 */
function wireOf(order: AutoOrder, values: Values): Readonly<Record<string, unknown>> {
  const [frequency, date] = [textOf(values, 'frequency'), textOf(values, 'date')];
  const [days, cost] = [numberOf(textOf(values, 'days')), numberOf(textOf(values, 'cost'))];
  return {
    original_item_id: textOf(values, 'item'),
    original_quantity: numberOf(textOf(values, 'quantity')),
    ...(frequency !== '' && { frequency }),
    ...(frequency === 'Every...' && { arbitrary_schedule_days: days ?? undefined }),
    // At the time of day of the other items, so that one charge pays for all.
    ...(date !== '' && { next_shipment_dts: onDay(date, earliest(order)) }),
    ...(typeof cost === 'number' && { arbitrary_unit_cost: cost }),
  };
}

/** Removes one of several items for good. */
export const removeItemPart: Part = {
  title: 'Remove an item',
  save: 'Remove it',
  isFinal: () =>
    'The dates and the counters of the item are gone with it. An item that is added later begins from zero.',
  hindrance: (order) =>
    stoppedHindrance(order) ??
    (itemsOf(order).length < 2
      ? 'It has only one item. Swap the item, or cancel the auto order.'
      : undefined),
  start: () => ({ item: '' }),
  fields: (order) => [
    {
      name: 'item',
      label: 'Item',
      kind: 'choice',
      choices: itemsOf(order).map((item) => ({
        value: String(item.auto_order_item_oid),
        label: itemName(item),
      })),
      isRequired: true,
    },
  ],
  deed: (order, values) => {
    const item = Number(textOf(values, 'item'));
    return item === 0 ? undefined : updateOf(order, [{ item, field: removed, value: true }]);
  },
  done: () => 'The item is removed.',
};
