import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import { addressFields, valueIn } from './change.ts';
import {
  type Field,
  faultOf,
  flagOf,
  numberOf,
  type Part,
  type Row,
  rowsOf,
  textOf,
} from './form.ts';
import { updateOf } from './itemParts.ts';

const addressLabels: Record<(typeof addressFields)[number], readonly [string, string]> = {
  first_name: ['First name', 'given-name'],
  last_name: ['Last name', 'family-name'],
  company: ['Company', 'organization'],
  address1: ['Address', 'address-line1'],
  address2: ['Address, second line', 'address-line2'],
  city: ['City', 'address-level2'],
  state_region: ['State or region', 'address-level1'],
  postal_code: ['Postal code', 'postal-code'],
  country_code: ['Country code', 'country'],
};

const shippingPath = (name: string): string => `original_order.shipping.${name}`;
const shippingValue = (order: AutoOrder, name: string): string =>
  String(valueIn(order, { field: shippingPath(name) }) ?? '');

/** Changes the shipping address of all rebills. */
export const addressPart: Part = {
  title: 'Change the shipping address',
  save: 'Change it',
  start: (order) =>
    Object.fromEntries(addressFields.map((name) => [name, shippingValue(order, name)])),
  fields: () =>
    addressFields.map((name): Field => {
      const [label] = addressLabels[name];
      // The address is the customer's, so the browser must not fill in the staff member's own.
      return { name, label, kind: 'text', autoComplete: 'off' };
    }),
  deed: (order, values) =>
    updateOf(
      order,
      addressFields
        .filter((name) => textOf(values, name) !== shippingValue(order, name))
        .map((name) => ({ field: shippingPath(name), value: textOf(values, name) || null })),
    ),
  done: () => 'The shipping address is changed.',
};

const addOnColumns: readonly Field[] = [
  { name: 'item', label: 'Item', kind: 'item' },
  { name: 'quantity', label: 'Quantity', kind: 'count' },
  { name: 'orders', label: 'Rebills left', kind: 'count', hint: 'Empty: all' },
  { name: 'cost', label: 'Price of one', kind: 'amount', hint: 'Empty: catalogue' },
];

/** Changes the add-ons that ship with any rebill. */
export const addOnsPart: Part = {
  title: 'Change the add-ons',
  save: 'Change them',
  start: (order) => ({
    addOns: (order.add_ons ?? []).map((addOn) => ({
      item: addOn.item_id ?? '',
      quantity: String(addOn.quantity ?? 1),
      orders: String(addOn.next_x_orders ?? ''),
      cost: String(addOn.arbitrary_unit_cost ?? ''),
    })),
  }),
  fields: () => [
    {
      name: 'addOns',
      label: 'Add-ons',
      kind: 'rows',
      columns: addOnColumns,
      adds: 'Add an add-on',
      hint: 'Extras that ship along with the next rebills.',
    },
  ],
  deed: (order, values) => {
    const rows = rowsOf(values, 'addOns').filter(({ item = '' }) => item.trim() !== '');
    const canRead = rows.every((row) =>
      addOnColumns.every(({ name, kind }) => faultOf(kind, row[name] ?? '') === undefined),
    );
    const value = canRead ? rows.map((row) => addOnOf(order, row)) : undefined;
    return updateOf(order, [{ field: 'add_ons', value }]);
  },
  done: () => 'The add-ons are changed.',
};

/** Keeps the parts of an add-on that the form does not show (options, free shipping). */
function addOnOf(order: AutoOrder, { item = '', quantity = '', orders = '', cost = '' }: Row) {
  const id = item.trim();
  const old = order.add_ons?.find(({ item_id }) => item_id === id);
  const [count, rebills, price] = [quantity, orders, cost].map(numberOf);
  const { next_x_orders: _orders, arbitrary_unit_cost: _cost, ...kept } = old ?? {};
  return {
    ...kept,
    item_id: id,
    quantity: count ?? 1,
    ...(typeof rebills === 'number' && { next_x_orders: rebills }),
    ...(typeof price === 'number' && { arbitrary_unit_cost: price }),
  };
}

/** Changes the names and values that the merchant stores with the auto order. */
export const propertiesPart: Part = {
  title: 'Change the properties',
  save: 'Change them',
  start: (order) => ({
    properties: (order.properties ?? []).map(({ name = '', value = '' }) => ({ name, value })),
  }),
  fields: () => [
    {
      name: 'properties',
      label: 'Properties',
      kind: 'rows',
      columns: [
        { name: 'name', label: 'Name', kind: 'text' },
        { name: 'value', label: 'Value', kind: 'text' },
      ],
      adds: 'Add a property',
    },
  ],
  deed: (order, values) =>
    updateOf(order, [
      {
        field: 'properties',
        value: rowsOf(values, 'properties')
          .filter(({ name = '' }) => name.trim() !== '')
          .map(({ name = '', value = '' }) => ({ name: name.trim(), value })),
      },
    ]),
  done: () => 'The properties are changed.',
};

/** Replaces the card. The form takes a token, never a card number. */
export const cardPart: Part = {
  title: 'Replace the card',
  save: 'Replace the card',
  isFinal: (values) =>
    flagOf(values, 'charges')
      ? 'The old card cannot be restored, and a due rebill is charged at once.'
      : 'The old card cannot be restored.',
  hindrance: (order) =>
    order.status === 'merged' ? 'It was merged into another auto order.' : undefined,
  start: () => ({ token: '', month: '', year: '', charges: false }),
  fields: (_order, _values, { now }) => [
    {
      name: 'token',
      label: 'Card token',
      kind: 'text',
      autoComplete: 'off',
      hint: 'From the secure card form of the shop. Card numbers are refused.',
      isRequired: true,
      isWide: true,
    },
    { name: 'month', label: 'Expires, month', kind: 'choice', choices: months, isRequired: true },
    { name: 'year', label: 'Year', kind: 'choice', choices: yearsFrom(now), isRequired: true },
    { name: 'charges', label: 'Charge a due rebill at once', kind: 'flag' },
  ],
  deed: (_order, values) => {
    const [token, month, year] = ['token', 'month', 'year'].map((name) => textOf(values, name));
    if (!token || !month || !year) return undefined;
    return {
      kind: 'card',
      request: {
        card_number_token: token,
        card_expiration_month: Number(month),
        card_expiration_year: Number(year),
        attempt_rebill: flagOf(values, 'charges'),
      },
    };
  },
  done: () => 'The card is replaced. The next charge uses the new one.',
};

const months = Array.from({ length: 12 }, (_, index) => {
  const value = String(index + 1);
  return { value, label: value.padStart(2, '0') };
});

const yearsFrom = (now: string) =>
  Array.from({ length: 20 }, (_, index) => {
    const value = String(Number(now.slice(0, 4)) + index);
    return { value, label: value };
  });

/** Charges the next rebill now. */
export const chargePart: Part = {
  title: 'Charge now',
  save: 'Charge now',
  isFinal: () => 'A charge cannot be undone, and the customer may get a receipt by mail.',
  hindrance: ({ status }) =>
    status === undefined || status === 'active' || status === 'disabled'
      ? undefined
      : `It is ${status}. Nothing can be charged.`,
  start: () => ({}),
  fields: () => [],
  deed: () => ({ kind: 'charge' }),
  done: () => 'It is charged.',
};

/** Moves the items of other auto orders of the customer to this one. */
export const mergePart: Part = {
  title: 'Merge other auto orders into this one',
  save: 'Merge them',
  isFinal: () => 'A merge cannot be undone: the items move here and the others end.',
  hindrance: ({ status }, context) => {
    if (status !== undefined && status !== 'active')
      return `It is ${status}. Only a running auto order takes the items of others.`;
    return context?.mergeable.length === 0
      ? 'The customer has no other auto order that runs.'
      : undefined;
  },
  start: () => ({}),
  fields: (_order, _values, { mergeable }) =>
    mergeable.map(({ value, label }) => ({ name: `merge.${value}`, label, kind: 'flag' })),
  deed: (_order, values, { mergeable }) => {
    const oids = mergeable.filter(({ value }) => flagOf(values, `merge.${value}`));
    return oids.length === 0
      ? undefined
      : { kind: 'merge', oids: oids.map(({ value }) => Number(value)) };
  },
  done: () => 'The other auto orders are merged into this one.',
};
