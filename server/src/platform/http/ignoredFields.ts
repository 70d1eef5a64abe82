import { type FieldSchema, fieldsOf, type NamedModel } from '@perennial/contract/fields.ts';
import { schemas } from '@perennial/contract/schemas.ts';
import { foldTrimmed } from '../../kernel/caseFolding.ts';
import { isDayAlone, readWireDate } from '../../kernel/wireDates.ts';
import type { Warning } from './answer.ts';

/*
 * Reports input that had no effect (design: nothing is ignored silently). The pipeline names fields
 * that a model does not have. An operation that stores a document names the fields whose values
 * were not stored.
 */

/** Returns the paths of the fields of a body that its model does not have. Nulls do not count. */
export function unknownFields(model: NamedModel, body: unknown): string[] {
  const found: string[] = [];
  collectUnknown(model.$id, body, '', found);
  return found;
}

/** The documents that are compared to find fields without effect. */
export interface Compared {
  /** The document before the write, in the wire format; absent for an insert. */
  readonly before?: object | undefined;
  /** The document after the write, in the wire format. */
  readonly after: object;
  /** The merchant's zone, for dates without an offset. */
  readonly zone: string;
}

/**
 * Returns the paths of the known fields of a body that had no effect: neither the document before
 * the write nor the one after it has the value that was sent. So a record that a client reads and
 * sends back unchanged has no such fields. Fields named in `except` are not compared at any depth:
 * tokens and other values that are stored in another form.
 */
export function fieldsWithoutEffect(
  model: NamedModel,
  body: unknown,
  { before, after, zone }: Compared,
  except: ReadonlySet<string> = new Set(),
): string[] {
  const found: string[] = [];
  const documents = before === undefined ? [after] : [before, after];
  collectWithoutEffect(model.$id, body, documents, { path: '', except, zone, found });
  return found;
}

/** Returns the sentence about fields without effect, or undefined when there are none. */
export function withoutEffectWords(fields: readonly string[]): string | undefined {
  if (fields.length === 0) return undefined;
  return `${listed(fields)}: no effect, because this server sets it or does not use it.`;
}

/** Returns the sentence about fields that the model does not have, or undefined without any. */
export function unknownWords(fields: readonly string[]): string | undefined {
  if (fields.length === 0) return undefined;
  return `${listed(fields)}: no effect, because there is no such field. Check the spelling.`;
}

/** Returns the sentence about query parameters that the operation does not have. */
export function unknownQueryWords(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return (
    `${listed(names)}: no effect, because this operation has no such query parameter. ` +
    'Check the spelling.'
  );
}

/** Returns the sentence about names in `_expand` that match no part of the response or payload. */
export function unknownExpandWords(
  names: readonly string[],
  { field, within }: { field: string; within: string } = { field: '_expand', within: 'response' },
): string | undefined {
  if (names.length === 0) return undefined;
  return (
    `${field}: ${listed(names)}: no effect, because the ${within} has no such part. ` +
    'Check the spelling.'
  );
}

/** Names the first fields, each cut to a readable length, and counts the others. */
function listed(names: readonly string[]): string {
  const named = names.slice(0, namedMax).map((name) => name.slice(0, nameLengthMax));
  const rest = names.length > namedMax ? ` and ${names.length - namedMax} more` : '';
  return `${named.join(', ')}${rest}`;
}

const nameLengthMax = 100;

/** Returns the sentence about query parameters that were sent several times. */
export function repeatedQueryWords(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return `${names.join(', ')}: sent several times, and the last one counts.`;
}

/** Joins a warning and further sentences into one warning. */
export function joinedWarning(
  warning: Warning | undefined,
  sentences: readonly (string | undefined)[],
): Warning | undefined {
  const more = sentences.filter((sentence) => sentence !== undefined);
  if (more.length === 0) return warning;
  return warning
    ? { code: warning.code, message: [warning.message, ...more].join(' ') }
    : { code: 'without_effect', message: more.join(' ') };
}

/** Returns the warning about fields without effect for a response; nothing when there are none. */
export const ignoredWarning = (fields: readonly string[]): { warning?: Warning } =>
  warningOf(fields, []);

/** Returns the warning about fields without effect, with further sentences, for a response. */
export function warningOf(
  fields: readonly string[],
  sentences: readonly string[],
): { warning?: Warning } {
  const warning = joinedWarning(undefined, [withoutEffectWords(fields), ...sentences]);
  return warning ? { warning } : {};
}

const namedMax = 20;

function collectUnknown(name: string, value: unknown, path: string, found: string[]): void {
  if (!isObject(value)) return;
  const { additionalProperties } = schemas[name] as { readonly additionalProperties?: boolean };
  const properties = fieldsOf(schemas[name]!);
  for (const [key, given] of Object.entries(value)) {
    if (given === null || given === undefined) continue;
    const field = Object.hasOwn(properties, key) ? properties[key]! : undefined;
    const place = path === '' ? key : `${path}.${key}`;
    if (field === undefined) {
      if (additionalProperties !== true) found.push(place);
    } else if (field.$ref) collectUnknown(field.$ref, given, place, found);
    else if (field.items?.$ref && Array.isArray(given))
      for (const [i, each] of given.entries())
        collectUnknown(field.items.$ref, each, `${place}[${i}]`, found);
  }
}

interface Comparison {
  readonly path: string;
  readonly except: ReadonlySet<string>;
  readonly zone: string;
  readonly found: string[];
}

function collectWithoutEffect(
  name: string,
  value: unknown,
  documents: readonly unknown[],
  at: Comparison,
): void {
  if (!isObject(value)) return;
  const properties = fieldsOf(schemas[name]!);
  for (const [key, given] of Object.entries(value)) {
    const field = Object.hasOwn(properties, key) ? properties[key]! : undefined;
    if (field === undefined || at.except.has(key)) continue;
    const held = documents.map((document) => (isObject(document) ? document[key] : undefined));
    compare(field, given, held, { ...at, path: at.path === '' ? key : `${at.path}.${key}` });
  }
}

function compare(
  field: FieldSchema,
  given: unknown,
  held: readonly unknown[],
  at: Comparison,
): void {
  // A zero amount is a value and is compared field by field.
  const isModel = field.$ref !== undefined && isObject(given) && Object.keys(given).length > 0;
  if (!isModel && isEmpty(given)) {
    // A value that the last document still has was not cleared. An empty value counts as none.
    // Inside a cleared part, the server may keep the fields that it sets itself.
    const isLeft =
      !isEmpty(held.at(-1)) && !held.some((each) => isSame(field, given, each, at.zone));
    const isPartly = isObject(held[0]) && JSON.stringify(held[0]) !== JSON.stringify(held.at(-1));
    if (isLeft && !isPartly) at.found.push(at.path);
  } else if (field.$ref) collectWithoutEffect(field.$ref, given, held, at);
  else if (field.items && Array.isArray(given)) {
    for (const [i, each] of given.entries()) {
      const elements = held.map((list) => (Array.isArray(list) ? list[i] : undefined));
      compare(field.items, each, elements, { ...at, path: `${at.path}[${i}]` });
    }
  } else if (!held.some((each) => isSame(field, given, each, at.zone))) at.found.push(at.path);
}

/** Documents leave out false, empty texts and empty lists or keep them; both mean the same. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === '' ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.values(value).every(isEmpty));

function isSame(field: FieldSchema, given: unknown, held: unknown, zone: string): boolean {
  if (isEmpty(given)) return isEmpty(held);
  // Items, shipping methods and the like are found regardless of case, and stored in their own
  // spelling.
  if (typeof given === 'string' && typeof held === 'string')
    return foldTrimmed(given) === foldTrimmed(held) || isSameMoment(field, given, held, zone);
  return given === held || JSON.stringify(given) === JSON.stringify(held);
}

// The wire format has whole seconds. A field that names a day is stored as the start of that day,
// as the sent local time, or, if it ends a period, as the last second of the day.
function isSameMoment({ format }: FieldSchema, given: string, held: string, zone: string): boolean {
  const [sent, kept] = [readWireDate(given, zone), readWireDate(held, zone)];
  if (!sent.ok || !kept.ok) return false;
  const seconds = [sent.value, kept.value].map((at) => Math.floor(at.epochMilliseconds / 1000));
  const isOfDay = held.slice(0, 10) === given.slice(0, 10);
  const isDay =
    isOfDay && (held.includes('T00:00:00') || (isDayAlone(given) && held.includes('T23:59:59')));
  const isWall = format !== 'date-time' && held.slice(0, wallLength) === given.slice(0, wallLength);
  return seconds[0] === seconds[1] || isDay || isWall;
}

/** The length of `2027-06-01T12:00:00`. */
const wallLength = 19;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
