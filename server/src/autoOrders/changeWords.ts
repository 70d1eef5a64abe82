import { Temporal } from 'temporal-polyfill';
import { wireDate } from '../kernel/calendar.ts';
import { fromMinor, type Minor } from '../kernel/money.ts';
import type { Column } from '../platform/storage/recordset.ts';
import type { AutoOrder, AutoOrderItem } from './autoOrder.ts';
import { autoOrderColumns, itemColumns } from './columns.ts';
import type { ReadingRules } from './fieldReader.ts';

/** A field that differs between two versions of a record, as the wire names it. */
export interface FieldChange {
  /** The field, such as `items[COFFEE].paused`. */
  readonly field: string;
  /** Absent: the field had no value. */
  readonly before?: string | undefined;
  /** Absent: the field has no value any more. */
  readonly after?: string | undefined;
  /** The kind of change of a part that is not compared field by field. */
  readonly what?: 'added' | 'removed' | 'changed';
}

/** Describes a change in one phrase, such as `items[COFFEE].paused: false to true`. */
export const changeWords = ({ field, before = 'none', after = 'none', what }: FieldChange) =>
  what === undefined ? `${field}: ${before} to ${after}` : `${field} ${what}`;

/**
 * Returns the differences between two versions of a record. Empty when nothing differs. Derived
 * columns do not count.
 */
export function changesBetween(
  before: AutoOrder,
  after: AutoOrder,
  rules: ReadingRules,
): FieldChange[] {
  const changes = differences(recordColumns, recordOf(before), recordOf(after), '', rules);
  for (const item of before.items)
    if (!has(after, item)) changes.push({ field: nameOf(item), what: 'removed' });
  for (const item of after.items) {
    const old = before.items.find(({ itemOid }) => itemOid === item.itemOid);
    if (old === undefined) changes.push({ field: nameOf(item), what: 'added' });
    else
      changes.push(
        ...differences(
          itemColumns,
          sourceOf(before, old),
          sourceOf(after, item),
          `${nameOf(item)}.`,
          rules,
        ),
      );
  }
  return changes;
}

function differences<Source>(
  columns: readonly Column<Source>[],
  before: Source,
  after: Source,
  path: string,
  rules: ReadingRules,
): FieldChange[] {
  return columns
    .filter(({ name }) => !derived.has(name))
    .flatMap((column) => {
      const [old, now] = [column.read(before), column.read(after)];
      if (JSON.stringify(old) === JSON.stringify(now)) return [];
      return [
        {
          field: path + wireName(column.name),
          before: shown(old, column, rules),
          after: shown(now, column, rules),
        },
      ];
    });
}

/** Columns that are derived from others. */
const derived = new Set([
  'position',
  'agreed_options',
  'anchor',
  'missed_until',
  'step_index',
  'step_done',
  'next_item_id',
  'calculated_next_shipment_at',
  'simple_schedule',
  'planned_attempt_at',
  'due_at',
]);

// It is the earliest date of the items, and the items are compared themselves.
const recordColumns = autoOrderColumns.filter(({ name }) => name !== 'next_shipment_at');

const recordOf = (autoOrder: AutoOrder) => ({
  autoOrder,
  calculated: { dueAt: undefined, items: new Map() },
});

const sourceOf = (autoOrder: AutoOrder, item: AutoOrderItem) => ({
  autoOrderOid: autoOrder.autoOrderOid,
  position: 0,
  item,
  calculated: {},
});

const has = (autoOrder: AutoOrder, item: AutoOrderItem): boolean =>
  autoOrder.items.some(({ itemOid }) => itemOid === item.itemOid);

const nameOf = (item: AutoOrderItem): string => `items[${item.originalItemId}]`;

/** Returns the name of a column on the wire, such as `next_shipment_dts`. */
export const wireName = (column: string): string =>
  column === 'next_attempt_at' ? 'next_attempt' : column.replace(/_at$/, '_dts');

function shown(
  value: unknown,
  { type }: Pick<Column<never>, 'type'>,
  { zone, currency }: ReadingRules,
): string | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Temporal.Instant) return wireDate(value, zone);
  if (type === 'bigint') return String(fromMinor(value as Minor, currency));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
