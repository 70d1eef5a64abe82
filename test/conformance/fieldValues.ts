import { type FieldSchema, fieldsOf } from '@perennial/contract/fields.ts';
import { schemas } from '@perennial/contract/schemas.ts';

const fieldsOfModel = (model: string) => fieldsOf(schemas[model]!);

const isReadOnlyModel = (model: string | undefined): boolean =>
  model !== undefined && schemas[model]?.readOnly === true;

/**
 * Returns an object with a value in every field that an insert accepts. The names in `without` are
 * left out at any depth: the test sends those fields itself, or they cannot be sent.
 */
export function filled(model: string, without: readonly string[], whole = false): object {
  const entries = Object.entries(fieldsOfModel(model)).flatMap(([name, field]) => {
    const part = field.$ref ?? field.items?.$ref;
    const isWhole = whole || (field['x-insert-only'] === true && isReadOnlyModel(part));
    const isTaken =
      isWhole || field['x-insert-only'] === true || !(field.readOnly || isReadOnlyModel(part));
    if (without.includes(name) || !isTaken) return [];
    return [[name, valueFor(name, field, without, isWhole)]];
  });
  return Object.fromEntries(entries);
}

function valueFor(
  name: string,
  field: FieldSchema,
  without: readonly string[],
  whole: boolean,
): unknown {
  if (field.$ref)
    return field.$ref === 'Currency' ? { value: 1.25 } : filled(field.$ref, without, whole);
  if (field.items) return [valueFor(name, field.items, without, whole)];
  if (field.enum) return field.enum.find((value) => value !== '');
  switch (field.type) {
    case 'integer':
      return /month/.test(name) ? 12 : /year/.test(name) ? 2031 : 3;
    case 'number':
      return 2.5;
    case 'boolean':
      return true;
    default:
      return textFor(name, field);
  }
}

function textFor(name: string, { format, maxLength = 60 }: FieldSchema): string {
  if (format === 'date-time' || /_dts_(begin|end)$/.test(name)) return '2026-02-03T00:00:00-05:00';
  if (/email/.test(name)) return 'fields@example.com';
  return name.slice(0, Math.min(maxLength, name.length));
}

/** Compares the response with the request, and returns the path of each field that differs. */
export function lost(sent: unknown, read: unknown, except: readonly string[], path = ''): string[] {
  if (Array.isArray(sent))
    return sent.flatMap((each, i) =>
      lost(each, Array.isArray(read) ? read[i] : undefined, except, `${path}[${i}]`),
    );
  if (typeof sent !== 'object' || sent === null)
    return JSON.stringify(sent) === JSON.stringify(read)
      ? []
      : [`${path}: ${JSON.stringify(read)}`];
  return Object.entries(sent).flatMap(([name, value]) => {
    if (except.includes(name)) return [];
    const held = (read as Record<string, unknown> | undefined)?.[name];
    return lost(value, held, except, path === '' ? name : `${path}.${name}`);
  });
}

/** Collects the fields of models that a request or a response contained. */
export class SeenFields {
  readonly fields = new Set<string>();

  /**
   * Adds the fields that a value of a model contains, at any depth, except those without effect.
   */
  add(model: string, value: unknown, isIgnored: IsIgnored = nothing, path = ''): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, held] of Object.entries(value)) {
      const field = fieldsOfModel(model)[name];
      const place = path === '' ? name : `${path}.${name}`;
      if (field === undefined || held == null || isIgnored(place)) continue;
      this.fields.add(`${model}.${name}`);
      this.#addParts(field, held, isIgnored, place);
    }
  }

  #addParts(field: FieldSchema, held: unknown, isIgnored: IsIgnored, place: string): void {
    if (field.$ref) return this.add(field.$ref, held, isIgnored, place);
    const element = field.items?.$ref;
    if (element === undefined || !Array.isArray(held)) return;
    for (const [i, each] of held.entries()) this.add(element, each, isIgnored, `${place}[${i}]`);
  }
}

/** Whether the field at a path had no effect. */
type IsIgnored = (path: string) => boolean;

const nothing: IsIgnored = () => false;
