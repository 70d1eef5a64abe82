import type { Item } from '@perennial/contract/item.ts';
import type { ItemOption } from '@perennial/contract/itemOptions.ts';
import { changedKeys, type Draft } from '../kit/draft.ts';
import {
  bodyOf,
  type DraftField,
  draftOf,
  draftText,
  linesOf,
  wireValue,
} from '../kit/draftSpecs.ts';

/** The parts of an item that a person changes. */
export type ItemPart = 'price' | 'schedule' | 'kit' | 'options';

/** The parts by the names in their dialogs. */
export const partTitles: Readonly<Record<ItemPart, string>> = {
  price: 'Change the price',
  schedule: 'Change how it recurs',
  kit: 'Change the components of the kit',
  options: 'Change the prices of the options',
};

const ownFields: readonly DraftField[] = [
  { key: 'description', label: 'Description', max: 512 },
  { key: 'inactive', label: 'Not for sale', kind: 'check' },
];
const priceFields: readonly DraftField[] = [
  { key: 'cost', label: 'Price', kind: 'amount' },
  {
    key: 'auto_order_cost',
    label: 'Price on auto order',
    kind: 'amount',
    hint: 'Empty: the price above',
  },
  { key: 'sale_cost', label: 'Sale price', kind: 'amount' },
];
const taxFields: readonly DraftField[] = [
  { key: 'taxable_cost', label: 'Taxed as if it cost', kind: 'amount', hint: 'Empty: its price' },
  { key: 'tax_free', label: 'Free of tax', kind: 'check' },
];
const scheduleFields: readonly DraftField[] = [
  { key: 'auto_orderable', label: 'It may recur', kind: 'check' },
  {
    key: 'auto_order_schedules',
    label: 'Schedules that customers choose from',
    kind: 'lines',
    hint: 'One per line, for example Monthly',
  },
  {
    key: 'auto_order_paused',
    label: 'Paused: its auto orders are postponed from day to day',
    kind: 'check',
  },
  { key: 'free_shipping_auto_order', label: 'Rebills of it ship free', kind: 'check' },
];
const kitField: DraftField = {
  key: 'components',
  label: 'Components',
  kind: 'lines',
  hint: 'One per line: the item id and how many, for example SHAVE-CREAM 2',
};

/** The fields of a part's form, in order. */
export function fieldsOfPart(part: ItemPart, item: Item): readonly DraftField[] {
  switch (part) {
    case 'price':
      return [ownFields[0]!, ...priceFields, ...taxFields, ownFields[1]!];
    case 'schedule':
      return scheduleFields;
    case 'kit':
      return [kitField];
    case 'options':
      return optionFields(item);
  }
}

const optionKey = (option: number, value: number): string => `option:${option}:${value}`;

function optionFields({ options = [] }: Item): DraftField[] {
  return options.flatMap(({ label, name, values = [] }, option) =>
    values.map(({ value }, index) => ({
      key: optionKey(option, index),
      label: `${label || name || 'Option'}: ${value ?? ''}`,
      kind: 'amount' as const,
      hint: 'Added to the price',
    })),
  );
}

/** The form of an item with all its parts. */
export const draftOfItem = (item: Item): Draft => ({
  ...draftOf(ownFields, item),
  ...draftOf(priceFields, item.pricing ?? {}),
  ...draftOf(taxFields, item.tax ?? {}),
  ...draftOf(scheduleFields, item.auto_order ?? {}),
  components: componentsText(item),
  ...Object.fromEntries(
    (item.options ?? []).flatMap(({ values = [] }, option) =>
      values.map((value, index) => [optionKey(option, index), draftText(value.cost_change)]),
    ),
  ),
});

const componentsText = ({ kit_definition: kit }: Item): string =>
  (kit?.components ?? [])
    .map(({ component_merchant_item_id: id, quantity = 1 }) => `${id ?? ''} ${quantity}`)
    .join('\n');

/** The body of an update: the differences between two forms of an item. */
export function itemBody(item: Item, from: Draft, to: Draft): Item {
  const part = (fields: readonly DraftField[]) => {
    const body = bodyOf(fields, from, to);
    return Object.keys(body).length > 0 ? body : undefined;
  };
  const pricing = part(priceFields);
  const tax = part(taxFields);
  const autoOrder = part(scheduleFields);
  const changed = changedKeys(from, to);
  return {
    ...bodyOf(ownFields, from, to),
    ...(pricing && { pricing }),
    ...(tax && { tax }),
    ...(autoOrder && { auto_order: autoOrder }),
    ...(changed.includes('components') && {
      kit: (to['components'] ?? '').trim() !== '',
      kit_definition: { components: linesOf(to['components'] ?? '').map(componentOf) },
    }),
    ...(changed.some((key) => key.startsWith('option:')) && {
      options: (item.options ?? []).map((option, index) => optionOf(option, index, to)),
    }),
  };
}

/** `SHAVE-CREAM 2`; without a number, the quantity is one. */
function componentOf(line: string) {
  const [, id = line, quantity = '1'] = /^(.*\S)\s+(\d+)$/.exec(line) ?? [];
  return { component_merchant_item_id: id, quantity: Number(quantity) };
}

const optionOf = (option: ItemOption, index: number, to: Draft): ItemOption => ({
  ...option,
  values: (option.values ?? []).map((value, at) => ({
    ...value,
    cost_change: wireValue(
      { key: '', label: '', kind: 'amount' },
      to[optionKey(index, at)] ?? '',
    ) as number,
  })),
});

/** The name of a field. */
export const itemLabel =
  (item: Item) =>
  (key: string): string =>
    [
      ...ownFields,
      ...priceFields,
      ...taxFields,
      ...scheduleFields,
      kitField,
      ...optionFields(item),
    ].find((field) => field.key === key)?.label ?? key;
