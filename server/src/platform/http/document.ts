import type { NamedModel } from '@perennial/contract/fields.ts';
import { schemas } from '@perennial/contract/schemas.ts';
import { wireDate } from '../../kernel/calendar.ts';
import { parseFilterDate, parseWireDate, parseWireDay } from '../../kernel/wireDates.ts';
import { refuse } from './refusal.ts';

/**
 * What a client may write, out of a body that passed the check of input: the model's own fields,
 * without those that are the server's. Unknown fields are dropped, dates come out in the wire's
 * form in the merchant's zone, and an explicit null stays one (it clears).
 */
export function writable<T>(model: NamedModel, body: T, timeZone: string): T {
  return writableModel(model.$id, body, timeZone, '') as T;
}

/**
 * A stored document after a change: what is absent in the change stays, null removes, objects are
 * merged field by field, lists are replaced.
 */
export function merged<T extends object>(stored: T, change: object): T {
  const result = { ...stored } as Record<string, unknown>;
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (value === null) delete result[name];
    else if (isObject(value))
      result[name] = merged(isObject(result[name]) ? result[name] : {}, value);
    else result[name] = Array.isArray(value) ? value.map(withoutNulls) : value;
  }
  return result as T;
}

function withoutNulls(value: unknown): unknown {
  return isObject(value) ? merged({}, value) : value;
}

interface Field {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly readOnly?: boolean;
  readonly items?: Field;
}

function writableModel(name: string, value: unknown, timeZone: string, path: string): unknown {
  if (!isObject(value)) return value;
  const { properties } = schemas[name] as unknown as {
    properties: Readonly<Record<string, Field>>;
  };
  const kept: Record<string, unknown> = {};
  const parseDate = schemas[name]?.['x-criteria'] ? parseFilterDate : parseFieldDate;
  for (const [key, given] of Object.entries(value)) {
    const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (field && !isReadOnly(field))
      kept[key] = writableValue(field, given, {
        timeZone,
        path: path === '' ? key : `${path}.${key}`,
        parseDate,
      });
  }
  return kept;
}

interface Place {
  readonly timeZone: string;
  readonly path: string;
  readonly parseDate: typeof parseFieldDate;
}

function writableValue(field: Field, value: unknown, place: Place): unknown {
  const { timeZone, path, parseDate } = place;
  if (value === null) return null;
  if (field.$ref) return writableModel(field.$ref, value, timeZone, path);
  if (field.items && Array.isArray(value))
    return value.map((each, i) =>
      writableValue(field.items!, each, { ...place, path: `${path}[${i}]` }),
    );
  if (field.format !== 'date-time') return value;
  const parsed = parseDate(String(value), timeZone, path);
  return parsed.ok ? wireDate(parsed.value, timeZone) : refuse('wrong_date', { field: path });
}

/**
 * Fields that name a day of the calendar, whatever the zone: they are the same day when they are
 * read in one zone and sent back in another.
 */
const dayFields = new Set(['delivery_date', 'ship_on_date', 'lot_expiration']);

function parseFieldDate(text: string, timeZone: string, field: string) {
  const isDay = dayFields.has(field.slice(field.lastIndexOf('.') + 1));
  return (isDay ? parseWireDay : parseWireDate)(text, timeZone);
}

function isReadOnly(field: Field): boolean {
  const model = field.$ref ?? field.items?.$ref;
  return (
    field.readOnly === true ||
    (model !== undefined && (schemas[model] as { readOnly?: boolean }).readOnly === true)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
