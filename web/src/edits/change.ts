import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderItem } from '@perennial/contract/autoOrderItem.ts';

/** The oid of an item in a change that adds the item. */
export const addedItem = 0;

/** The field that removes an item when true. It exists only in changes, not in the wire format. */
export const removed = 'removed';

/** A field of an auto order, or of one of its items, and its new value. */
export interface FieldChange {
  /** The oid of the item, or `addedItem`; absent for a field of the auto order. */
  readonly item?: number | undefined;
  /** The name on the wire, with dots inside `original_order`. */
  readonly field: string;
  /** null clears the field. */
  readonly value: unknown;
}

/**
 * Returns the body of an update with these changes. An update removes omitted items, so the body
 * names all items that stay.
 */
export function bodyOf(order: AutoOrder, changes: readonly FieldChange[]): AutoOrder {
  const body: Record<string, unknown> = {};
  for (const { item, field, value } of changes)
    if (item === undefined) setAt(body, field.split('.'), value);
  if (changes.some(({ item }) => item !== undefined)) body['items'] = itemsAfter(order, changes);
  // Null clears a field, but only the wire format has null.
  return body;
}

function itemsAfter({ items = [] }: AutoOrder, changes: readonly FieldChange[]): object[] {
  const fieldsOf = (oid: number | undefined) =>
    Object.fromEntries(
      changes.filter(({ item }) => item === oid).map(({ field, value }) => [field, value]),
    );
  const kept = items
    .map(({ auto_order_item_oid: oid }) => ({ auto_order_item_oid: oid, ...fieldsOf(oid) }))
    .filter((item) => !(removed in item));
  const added = fieldsOf(addedItem);
  return Object.keys(added).length === 0 ? kept : [...kept, added];
}

function setAt(body: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) body[name] = value;
  else {
    const child = (body[name] ?? {}) as Record<string, unknown>;
    body[name] = child;
    setAt(child, rest, value);
  }
}

/** The value of a record in the field of a change; undefined if the record has none. */
export function valueIn(
  order: AutoOrder,
  { item, field }: Pick<FieldChange, 'item' | 'field'>,
): unknown {
  const record: unknown = item === undefined ? order : itemOf(order, item);
  return field
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], record);
}

/** The item with this oid. */
export const itemOf = (order: AutoOrder, oid: number): AutoOrderItem | undefined =>
  order.items?.find(({ auto_order_item_oid }) => auto_order_item_oid === oid);

/**
 * Returns the changes that have an effect. Leaves out those that set the record's current value.
 */
export const effective = (order: AutoOrder, changes: readonly FieldChange[]): FieldChange[] =>
  changes.filter((change) => !isSame(valueIn(order, change), change.value));

/** Returns whether two values of a field are equal; undefined, null and an empty list are. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

const plain = (value: unknown): unknown =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? null : value;

/**
 * The changes that lead from one state of the record to another: every field that people can change
 * and that differs, and the removed items. Fields of the original order that a screen does not edit
 * stay, and an item that only the other state has is not created again.
 */
export function changesBetween(from: AutoOrder, to: AutoOrder): FieldChange[] {
  const oids = (from.items ?? []).flatMap(({ auto_order_item_oid: oid }) => oid ?? []);
  const all: Pick<FieldChange, 'item' | 'field'>[] = [
    ...orderFields.map((field) => ({ field })),
    ...addressFields.flatMap((name) =>
      ['shipping', 'billing'].map((part) => ({ field: `original_order.${part}.${name}` })),
    ),
    ...oids
      .filter((oid) => itemOf(to, oid) !== undefined)
      .flatMap((item) => itemFields.map((field) => ({ item, field }))),
  ];
  const gone = oids.filter((oid) => itemOf(to, oid) === undefined);
  return [
    ...all
      .filter((field) => !isSame(valueIn(from, field), valueIn(to, field)))
      .map((field) => ({ ...field, value: cleared(valueIn(to, field), valueIn(from, field)) })),
    ...gone.map((item) => ({ item, field: removed, value: true })),
  ];
}

/** An absent list is sent as an empty list, because null does not clear a list. */
const cleared = (value: unknown, other: unknown): unknown =>
  value ?? (Array.isArray(other) ? [] : null);

/**
 * The update that undoes a change: it leads from the record after the change back to the record
 * before it. A cancelation is undone only by enabling; the server clears its reason. A removed item
 * cannot be restored, because its dates and counters are gone; then nothing is undone.
 */
export function inverseOf(before: AutoOrder, after: AutoOrder): FieldChange[] {
  if (changesBetween(before, after).some(({ field }) => field === removed)) return [];
  const changes = changesBetween(after, before);
  const isEnabled = changes.some(({ field, value }) => field === 'enabled' && value === true);
  return isEnabled ? changes.filter(({ field }) => !cancelFields.has(field)) : changes;
}

const cancelFields = new Set(['cancel_reason', 'canceled_by_user']);

const orderFields = [
  'enabled',
  'cancel_reason',
  'canceled_by_user',
  'cancel_after_next_x_orders',
  'credit_card_attempt',
  'next_attempt',
  'add_ons',
  'properties',
];

const itemFields = [
  'paused',
  'arbitrary_item_id',
  'arbitrary_quantity',
  'frequency',
  'arbitrary_schedule_days',
  'next_shipment_dts',
  'arbitrary_unit_cost',
  'arbitrary_unit_cost_remaining_orders',
  'arbitrary_percentage_discount',
  'no_order_after_dts',
  'remaining_repeat_count',
  'add_ons',
  'properties',
];

/** The fields of an address, in the order in which people write them. */
export const addressFields = [
  'first_name',
  'last_name',
  'company',
  'address1',
  'address2',
  'city',
  'state_region',
  'postal_code',
  'country_code',
] as const;
