import { AutoOrder as WireAutoOrder } from '@perennial/contract/autoOrder.ts';
import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import { fieldsWithoutEffect } from '../platform/http/ignoredFields.ts';
import type { Column } from '../platform/storage/recordset.ts';
import type { AddOn, AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { type CalculatedAutoOrder, calculate } from './calculated.ts';
import { wireName } from './changeWords.ts';
import { autoOrderColumns, itemColumns } from './columns.ts';
import type { EditRules } from './editItem.ts';
import { asAdded, keptItems } from './newItem.ts';

/**
 * Returns the names of the fields of an update that had no effect: neither the record before it nor
 * the one after it has the value that was sent. Parts of other records are not compared. Returns no
 * names for a record that cannot be shown, because the update may repair it.
 */
export function ignoredFields(
  before: AutoOrder,
  after: AutoOrder,
  body: WireAutoOrder,
  rules: EditRules,
): string[] {
  const given = {
    ...body,
    items: body.items?.map((item) => asGiven(item, keptItems(before, body.items ?? []), rules)),
  };
  const oids = (body.items ?? []).map(({ auto_order_item_oid: oid }) => oid);
  const old = shownIfPossible(before, rules);
  if (old === undefined) return [];
  const changed = shown(after, rules);
  const held = {
    // Items are in the order of the update, so that each is compared with itself.
    before: { ...old, items: oids.map((oid) => old.items.find((item) => isItem(item, oid))) },
    after: changed,
    zone: rules.zone,
  };
  return [
    ...fieldsWithoutEffect(WireAutoOrder, given, held, notCompared),
    ...repeatCountsWithoutEffect(body, changed.items),
  ];
}

// Only an item with a simple schedule has a repeat count.
const repeatCountsWithoutEffect = (
  { items = [] }: WireAutoOrder,
  changed: readonly ReturnType<typeof shownItem>[],
): string[] =>
  (items ?? []).flatMap(({ auto_order_item_oid: oid, simple_schedule: sent }, index) =>
    sent?.repeat_count != null &&
    changed.some((item) => isItem(item, oid) && item.simple_schedule === undefined)
      ? [`items[${index}].simple_schedule.repeat_count`]
      : [],
  );

type WireItem = NonNullable<WireAutoOrder['items']>[number];

// The price of a new item may be sent as its `rebill_value`. Along with another price it has no
// effect.
function asGiven(
  item: WireItem,
  siblings: readonly AutoOrderItem[],
  { catalog }: EditRules,
): WireItem {
  if (item.auto_order_item_oid) return item;
  return item.arbitrary_unit_cost == null ? asAdded(item, siblings, catalog) : item;
}

const isItem = (item: { readonly auto_order_item_oid: number }, oid: unknown): boolean =>
  item.auto_order_item_oid === oid;

/** Returns undefined for a record with a value that no rule can read. */
function shownIfPossible(autoOrder: AutoOrder, rules: EditRules) {
  try {
    return shown(autoOrder, rules);
  } catch {
    return undefined;
  }
}

/** Returns the fields of the record that an update can set, as the wire shows them. */
function shown(autoOrder: AutoOrder, rules: EditRules) {
  const record = calculate(autoOrder, rules.catalog, rules);
  const { items, ...rest } = autoOrder;
  return {
    ...valuesOf(autoOrderColumns, record, rules),
    auto_order_oid: rest.autoOrderOid,
    auto_order_code: rest.autoOrderCode,
    original_order_id: rest.originalOrderId,
    merchant_id: rest.merchantId,
    add_ons: rest.addOns.map((addOn) => shownAddOn(addOn, rules)),
    items: items.map((_, position) => shownItem(record, position, rules)),
  };
}

function shownItem(record: CalculatedAutoOrder, position: number, rules: EditRules) {
  const { autoOrder, calculated } = record;
  const item = autoOrder.items[position]!;
  const { simpleSchedule, ...future } = calculated.items.get(item.itemOid) ?? {};
  return {
    ...valuesOf(
      itemColumns,
      { autoOrderOid: autoOrder.autoOrderOid, position, item, calculated: future },
      rules,
    ),
    auto_order_item_oid: item.itemOid,
    add_ons: item.addOns.map((addOn) => shownAddOn(addOn, rules)),
    simple_schedule: simpleSchedule && {
      item_id: simpleSchedule.itemId,
      frequency: simpleSchedule.frequency,
    },
  };
}

const shownAddOn = (addOn: AddOn, { currency }: EditRules) => ({
  item_id: addOn.itemId,
  quantity: addOn.quantity,
  arbitrary_unit_cost:
    addOn.unitCost === undefined ? undefined : fromMinor(addOn.unitCost, currency),
  free_shipping: addOn.freeShipping,
  next_x_orders: addOn.nextXOrders,
  options: addOn.options,
});

function valuesOf<Source>(
  columns: readonly Column<Source>[],
  source: Source,
  { zone, currency }: EditRules,
): Record<string, unknown> {
  return Object.fromEntries(
    columns.map(({ name, type, read }) => {
      const value = read(source);
      if (value instanceof Temporal.Instant) return [wireName(name), wireDate(value, zone)];
      const isMoney = type === 'bigint' && value !== undefined;
      return [wireName(name), isMoney ? fromMinor(value as Minor, currency) : value];
    }),
  );
}

/**
 * Fields that are not compared: other records, lists that the server generates and clients send
 * back, properties (those without a name are dropped), and the catalogue's repeat count, which sets
 * the item's count.
 */
const notCompared = new Set([
  'emails',
  'future_schedules',
  'logs',
  'management',
  'original_order',
  'properties',
  'rebill_orders',
  'repeat_count',
]);
