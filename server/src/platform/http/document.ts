import { type FieldSchema, fieldsOf, type NamedModel } from '@perennial/contract/fields.ts';
import { schemas } from '@perennial/contract/schemas.ts';
import { wireDate } from '../../kernel/calendar.ts';
import { parseFieldDate, parseWireDay } from '../../kernel/wireDates.ts';
import { parseCriterion } from './dates.ts';
import { refuse } from './refusal.ts';
import { isObject, noteSent, unsaidKept } from './unsaid.ts';

/**
 * Returns the fields of a validated body that a client may write: those of the model, without those
 * that only the server sets. Drops unknown fields, converts dates to the wire format in the
 * merchant's zone, and keeps an explicit null, which clears a field.
 */
export function writable<T>(model: NamedModel, body: T, timeZone: string): T {
  return writableModel(model.$id, body, { timeZone, path: '', takes: 'update' }) as T;
}

/** The same for an insert, which may also contain fields from another system. */
export function insertable<T>(model: NamedModel, body: T, timeZone: string): T {
  return writableModel(model.$id, body, { timeZone, path: '', takes: 'insert' }) as T;
}

/**
 * Returns a stored document after a change: absent fields stay, null removes, objects are merged
 * field by field, lists are replaced. In a list, an element that is sent back keeps what the client
 * cannot send ({@link unsaidKept}).
 */
export function merged<T extends object>(stored: T, change: object): T {
  const result = { ...stored } as Record<string, unknown>;
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (value === null) delete result[name];
    else if (isObject(value))
      result[name] = merged(isObject(result[name]) ? result[name] : {}, value);
    else result[name] = Array.isArray(value) ? replacedList(result[name], value) : value;
  }
  return result as T;
}

function withoutNulls(value: unknown): unknown {
  return isObject(value) ? merged({}, value) : value;
}

/** The elements of a list that replaces a stored one. */
const replacedList = (stored: unknown, given: readonly unknown[]): unknown[] =>
  (Array.isArray(stored) ? unsaidKept(stored, given) : given).map(withoutNulls);

interface Place {
  readonly timeZone: string;
  readonly path: string;
  /** The accepted fields: all of them inside a read-only part that an insert may contain. */
  readonly takes: 'update' | 'insert' | 'all';
}

function writableModel(name: string, value: unknown, place: Place): unknown {
  if (!isObject(value)) return value;
  const properties = fieldsOf(schemas[name]!);
  const kept: Record<string, unknown> = {};
  const parseDate = schemas[name]?.['x-criteria'] ? parseCriterion : parseDocumentDate;
  for (const [key, given] of Object.entries(value)) {
    const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const takes = field && takenAs(field, place.takes);
    if (field && takes)
      kept[key] = writableValue(field, given, parseDate, {
        ...place,
        takes,
        path: place.path === '' ? key : `${place.path}.${key}`,
      });
  }
  noteSent(kept, value);
  return kept;
}

function takenAs(field: FieldSchema, takes: Place['takes']): Place['takes'] | undefined {
  if (takes === 'all') return 'all';
  if (takes === 'insert' && field['x-insert-only'] === true)
    return isOfReadOnlyModel(field) ? 'all' : 'insert';
  return isReadOnly(field) ? undefined : takes;
}

function writableValue(
  field: FieldSchema,
  value: unknown,
  parseDate: typeof parseDocumentDate,
  place: Place,
): unknown {
  const { timeZone, path } = place;
  if (value === null) return null;
  if (field.$ref) return writableModel(field.$ref, value, place);
  if (field.items && Array.isArray(value))
    return value.map((each, i) =>
      writableValue(field.items!, each, parseDate, { ...place, path: `${path}[${i}]` }),
    );
  if (field.format !== 'date-time') return value;
  const parsed = parseDate(String(value), timeZone, path);
  return parsed.ok ? wireDate(parsed.value, timeZone) : refuse('wrong_date', { field: path });
}

/**
 * Fields that name a calendar day, whatever the zone: the day is the same when it is read in one
 * zone and sent back in another.
 */
const dayFields = new Set(['delivery_date', 'ship_on_date', 'lot_expiration']);

function parseDocumentDate(text: string, timeZone: string, field: string) {
  const isDay = dayFields.has(field.slice(field.lastIndexOf('.') + 1));
  return isDay ? parseWireDay(text, timeZone) : parseFieldDate(text, timeZone, field);
}

const isReadOnly = (field: FieldSchema): boolean =>
  field.readOnly === true || isOfReadOnlyModel(field);

function isOfReadOnlyModel(field: FieldSchema): boolean {
  const model = field.$ref ?? field.items?.$ref;
  return model !== undefined && (schemas[model] as { readOnly?: boolean }).readOnly === true;
}
