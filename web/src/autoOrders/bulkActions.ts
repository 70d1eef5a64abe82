import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import type { BulkAction } from '../kit/bulk.ts';
import type { DraftField } from '../kit/draftSpecs.ts';
import { frequencyChoices } from './list.ts';

type Words = Omit<BulkAction<AutoOrderRow>, 'id' | 'read'> & { readonly id: BulkId };

/** The ids of the actions on many auto orders. */
export type BulkId =
  | 'pause'
  | 'resume'
  | 'skip'
  | 'move'
  | 'cancel'
  | 'frequency'
  | 'swap'
  | 'quantity'
  | 'price'
  | 'addOn'
  | 'property';

const onlyItem: DraftField = {
  key: 'item',
  label: 'Only of the item',
  kind: 'item',
  hint: 'Empty: of all items.',
};

/** The actions on many auto orders, in the order of the menu. */
export const bulkActions: readonly Words[] = [
  {
    id: 'pause',
    button: 'Pause …',
    title: 'Pause auto orders',
    consequence: 'Nothing ships or is charged until they are resumed.',
    verb: 'Pause',
    done: 'paused',
  },
  {
    id: 'resume',
    button: 'Resume …',
    title: 'Resume auto orders',
    consequence:
      'Each item ships on the date that it has; the merchant’s setting decides what is charged ' +
      'of shipments that were missed.',
    verb: 'Resume',
    done: 'resumed',
  },
  {
    id: 'skip',
    button: 'Skip …',
    title: 'Skip shipments',
    consequence: 'Nothing is charged for shipments that are skipped.',
    verb: 'Skip in',
    done: 'skip shipments',
    fields: [{ key: 'count', label: 'Shipments to skip', kind: 'whole' }],
    draft: { count: '1' },
  },
  {
    id: 'move',
    button: 'Move …',
    title: 'Move the next shipments',
    consequence: 'Later shipments are counted from the new date.',
    verb: 'Move',
    done: 'moved',
    fields: [
      { key: 'days', label: 'By how many days', kind: 'whole', hint: '-2 moves them earlier' },
    ],
    draft: { days: '7' },
  },
  {
    id: 'cancel',
    button: 'Cancel …',
    title: 'Cancel auto orders',
    consequence:
      'They stop at once, without a cancel fee. Customers may get a mail about it, so this cannot ' +
      'be undone; each can be reactivated.',
    verb: 'Cancel',
    done: 'canceled',
    fields: [{ key: 'reason', label: 'Reason', isRequired: true }],
    draft: { reason: '' },
  },
  {
    id: 'frequency',
    button: 'Frequency …',
    title: 'Change the frequency',
    consequence:
      'The next shipment stays, and later ones are counted by the new frequency. Items with a ' +
      'fixed schedule keep it.',
    verb: 'Change',
    done: 'ship at another frequency',
    isInMenu: true,
    fields: [
      { key: 'frequency', label: 'Ships', kind: 'choice', choices: frequencyChoices },
      { key: 'days', label: 'Days, for “Every … days”', kind: 'whole' },
      onlyItem,
    ],
    draft: { frequency: 'Monthly', days: '', item: '' },
  },
  {
    id: 'swap',
    button: 'Swap an item …',
    title: 'Swap an item',
    consequence: 'The other item ships and is charged in its place from the next rebill on.',
    verb: 'Swap in',
    done: 'ship the other item',
    isInMenu: true,
    fields: [
      { key: 'item', label: 'Item that ships now', kind: 'item', isRequired: true },
      { key: 'other', label: 'Item that ships instead', kind: 'item', isRequired: true },
    ],
    draft: { item: '', other: '' },
  },
  {
    id: 'quantity',
    button: 'Quantity …',
    title: 'Change the quantity',
    consequence: 'Every future rebill ships and charges this quantity.',
    verb: 'Change',
    done: 'ship another quantity',
    isInMenu: true,
    fields: [{ key: 'quantity', label: 'Quantity', kind: 'amount', isRequired: true }, onlyItem],
    draft: { quantity: '', item: '' },
  },
  {
    id: 'price',
    button: 'Price …',
    title: 'Change the price',
    consequence: 'Future rebills are charged at the new price. Empty fields do not change.',
    verb: 'Change',
    done: 'have another price',
    isInMenu: true,
    fields: [
      { key: 'cost', label: 'Price of one', kind: 'amount' },
      { key: 'percent', label: 'Percent off', kind: 'amount' },
      {
        key: 'orders',
        label: 'For this number of rebills',
        kind: 'whole',
        hint: 'Of the price of one. Empty: for all.',
      },
      onlyItem,
    ],
    draft: { cost: '', percent: '', orders: '', item: '' },
  },
  {
    id: 'addOn',
    button: 'Add-on …',
    title: 'Add an add-on',
    consequence: 'It ships and is charged along with the next rebills.',
    verb: 'Add to',
    done: 'have the add-on',
    isInMenu: true,
    fields: [
      { key: 'addOn', label: 'Item', kind: 'item', isRequired: true },
      { key: 'quantity', label: 'Quantity', kind: 'whole' },
      { key: 'orders', label: 'Number of rebills', kind: 'whole', hint: 'Empty: all.' },
    ],
    draft: { addOn: '', quantity: '1', orders: '' },
  },
  {
    id: 'property',
    button: 'Property …',
    title: 'Set a property',
    consequence: 'A property of this name gets the new value.',
    verb: 'Set in',
    done: 'have the property',
    isInMenu: true,
    fields: [
      { key: 'name', label: 'Name', isRequired: true },
      { key: 'value', label: 'Value' },
    ],
    draft: { name: '', value: '' },
  },
];
