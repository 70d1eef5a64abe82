import { type FieldSchema, fieldsOf } from '@perennial/contract/fields.ts';
import { schemas } from '@perennial/contract/schemas.ts';
import { fold } from '../../kernel/caseFolding.ts';

/**
 * Returns a word of a closed list in the list's spelling, or the text unchanged if it is not in the
 * list.
 */
export const asListed = (values: readonly unknown[], given: string): string => {
  const word = fold(given.trim());
  const found = values.find((value) => typeof value === 'string' && fold(value) === word);
  return values.includes(given) ? given : ((found as string | undefined) ?? given);
};

/** Returns the number that a text contains, or the text if it contains none. */
export const asNumber = (text: string): unknown =>
  /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;

/**
 * Returns a body with words of closed lists in the lists' spelling, and with ids as numbers where
 * they were texts of digits. Published samples write `Approved` where the list has `approved`, and
 * send the oid of a wish list's item as text. A quantity or an amount that is a text stays a text
 * and is refused, because a form with wrong types must not change a charge.
 */
export function withReadText(model: string, body: unknown): unknown {
  if (!isObject(body)) return body;
  const fields = fieldsOf(schemas[model]!);
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Object.hasOwn(fields, name) ? read(fields[name]!, value, name) : value,
    ]),
  );
}

function read(field: FieldSchema, value: unknown, name: string): unknown {
  if (field.$ref) return withReadText(field.$ref, value);
  if (field.items && Array.isArray(value))
    return value.map((each) => read(field.items!, each, name));
  if (typeof value !== 'string') return value;
  if (field.enum) return asListed(field.enum, value);
  return field.type === 'integer' && namesId.test(name) ? asNumber(value) : value;
}

const namesId = /_o?ids?$/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
