import { type FieldSchema, fieldsOf } from '@perennial/contract/fields.ts';
import { schemas } from '@perennial/contract/schemas.ts';
import { fold } from '../../kernel/caseFolding.ts';

/** Returns a word of a closed list as the list spells it, or unchanged if it is not one of them. */
export const asListed = (values: readonly unknown[], given: string): string => {
  const word = fold(given.trim());
  const found = values.find((value) => typeof value === 'string' && fold(value) === word);
  return values.includes(given) ? given : ((found as string | undefined) ?? given);
};

/**
 * Returns a body whose words of closed lists are spelt as the lists spell them. Published samples
 * write `Approved` where the list has `approved`.
 */
export function withListedWords(model: string, body: unknown): unknown {
  if (!isObject(body)) return body;
  const fields = fieldsOf(schemas[model]!);
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Object.hasOwn(fields, name) ? listed(fields[name]!, value) : value,
    ]),
  );
}

function listed(field: FieldSchema, value: unknown): unknown {
  if (field.$ref) return withListedWords(field.$ref, value);
  if (field.items && Array.isArray(value)) return value.map((each) => listed(field.items!, each));
  return field.enum && typeof value === 'string' ? asListed(field.enum, value) : value;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
