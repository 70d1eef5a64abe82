/**
 * The schemas that validate input: for each model a JSON Schema that is more lenient than the model
 * where clients need it, and stricter where the server needs it.
 *
 * More lenient: any field may be null (clients in JavaScript and TypeScript can send it), unknown
 * fields pass, and read-only fields are not validated, because clients send whole records back
 * unchanged. Stricter: 32-bit bounds, bounds for decimals, and caps on the length of lists and of
 * texts that the model does not limit.
 *
 * The result is plain JSON Schema: one document with all models, which the validator must contain,
 * and for each body a reference into it. So models that contain each other stay finite, and a
 * validator compiles each of them once instead of once for each body (a third of the time over all
 * operations). Dates keep `format: date-time`; the server's validator defines the accepted forms of
 * dates. Dates of criteria and of queries have the format `criteria-date-time`: they are compared
 * and not stored, so any year is accepted.
 */
import { type FieldSchema, fieldsOf, type NamedModel } from './fields.ts';
import { schemas } from './schemas.ts';

/** The maximum length of a list that the model does not limit. */
export const maxListLength = 1000;

/** The maximum number of characters in a text that the model does not limit. */
export const maxTextLength = 65_536;

/** The greatest absolute value of a decimal: in minor units, it is still an exact integer. */
export const maxDecimal = 999_999_999_999;

/** A JSON Schema as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * Returns the JSON Schema that validates the body of a request; the validator must contain
 * `inputDocument`.
 */
export function inputSchema(model: NamedModel, takes: Takes = 'input'): JsonSchema {
  return { type: 'object', $ref: `${takes}${reference(model.$id)}` };
}

/** The way to validate a body: an insert also accepts fields that come from another system. */
export type Takes = 'input' | 'insert';

/** Returns the JSON Schema that validates parsed path or query parameters. */
export function parameterSchema(parameters: object): JsonSchema {
  const { properties, required } = parameters as {
    properties: Record<string, FieldSchema>;
    required?: string[];
  };
  const checked = Object.entries(properties).map(([name, field]) => [
    name,
    checkedValue(field, criteriaDate),
  ]);
  return { type: 'object', properties: Object.fromEntries(checked), ...(required && { required }) };
}

/**
 * Batches find their records by these fields, so they are validated although the server sets them.
 */
const identifying = new Set(['auto_order_oid']);

function checkedModel(model: NamedModel, takes: Takes): JsonSchema {
  const date = model['x-criteria'] ? criteriaDate : 'date-time';
  const checked = Object.entries(fieldsOf(model))
    .filter(([name, field]) => identifying.has(name) || isTaken(model, field, takes))
    .map(([name, field]) => [name, nullable(checkedValue(field, date))]);
  return { type: ['object', 'null'], properties: Object.fromEntries(checked) };
}

/**
 * Returns whether any write accepts the field. An insert accepts all fields of a read-only model.
 */
const isTaken = (model: NamedModel, field: FieldSchema, takes: Takes): boolean =>
  takes === 'insert'
    ? model.readOnly === true || field['x-insert-only'] === true || !isReadOnly(field)
    : !isReadOnly(field);

function isReadOnly(field: FieldSchema): boolean {
  const model = field.$ref ?? field.items?.$ref;
  return field.readOnly === true || (model !== undefined && schemas[model]!.readOnly === true);
}

/** The schema of a present value; references lead to models that themselves accept null. */
function checkedValue(field: FieldSchema, date = 'date-time'): JsonSchema {
  if (field.$ref) return { $ref: reference(field.$ref) };
  if (field.enum) return { type: 'string', enum: field.enum };
  switch (field.type) {
    case 'string':
      return {
        type: 'string',
        maxLength: field.maxLength ?? maxTextLength,
        ...(field.format === 'date-time' && { format: date }),
      };
    case 'integer':
      return { type: 'integer', ...(field.format === 'int32' ? int32Bounds : safeBounds) };
    case 'number':
      return { type: 'number', minimum: -maxDecimal, maximum: maxDecimal };
    case 'array':
      return {
        type: 'array',
        maxItems: field.maxItems ?? maxListLength,
        items: presentElement(field.items!),
      };
    default:
      return { type: field.type };
  }
}

const criteriaDate = 'criteria-date-time';
const int32Bounds = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
const safeBounds = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

/** An element of a list is never null. */
function presentElement(items: FieldSchema): JsonSchema {
  return items.$ref ? { type: 'object', ...checkedValue(items) } : checkedValue(items);
}

function nullable(schema: JsonSchema): JsonSchema {
  if (schema['$ref']) return schema;
  const withNull = { ...schema, type: [schema['type'], 'null'] };
  const values = schema['enum'] as readonly string[] | undefined;
  return values ? { ...withNull, enum: [...values, null] } : withNull;
}

function reference(name: string): string {
  return `#/$defs/${name}`;
}

/** All models in the form for validation. No reference leads to a read-only model. */
export const inputDocument = (): JsonSchema => documentFor('input');

/** All models in the form for validating an insert. */
export const insertDocument = (): JsonSchema => documentFor('insert');

function documentFor(takes: Takes): JsonSchema {
  const models = Object.entries(schemas).filter(
    ([, model]) => takes === 'insert' || !model.readOnly,
  );
  return {
    $id: takes,
    $defs: Object.fromEntries(models.map(([name, model]) => [name, checkedModel(model, takes)])),
  };
}
