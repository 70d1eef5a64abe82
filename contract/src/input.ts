/**
 * The checks of input: for each model a JSON Schema that is milder than the model where clients
 * need it, and stricter where the server needs it.
 *
 * Milder: any field may be null (clients in JavaScript and TypeScript can send it), unknown fields
 * pass, and read-only fields are not checked, because clients send back whole records as they read
 * them. Stricter: 32-bit bounds, bounds for decimals, and caps on the length of lists and of texts
 * that the model does not limit.
 *
 * The result is plain JSON Schema: one document with all models, which a validator must know, and
 * for each body a reference into it. So models that hold each other stay finite, and a validator
 * compiles each of them once and not once for each body (a third of the time over all operations).
 * Dates keep `format: date-time`: the server teaches its validator which forms of a date it takes.
 * Dates of criteria and of queries have the format `criteria-date-time`: they are compared and not
 * stored, so any year will do.
 */
import { type FieldSchema, fieldsOf, type NamedModel } from './fields.ts';
import { schemas } from './schemas.ts';

/** The most elements of a list that the model does not limit. */
export const maxListLength = 1000;

/** The most characters of a text that the model does not limit. */
export const maxTextLength = 65_536;

/** The greatest decimal, either side of zero: in minor units it is still an exact integer. */
export const maxDecimal = 999_999_999_999;

/** A JSON Schema as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema that the body of a request is checked with; the validator must know
 * `inputDocument`.
 */
export function inputSchema(model: NamedModel, takes: Takes = 'input'): JsonSchema {
  return { type: 'object', $ref: `${takes}${reference(model.$id)}` };
}

/** How a body is checked: an insert also takes fields that come from another system. */
export type Takes = 'input' | 'insert';

/** The JSON Schema that parsed path or query parameters are checked with. */
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

/** Batches find their record by these, so that they are checked although the server makes them. */
const identifying = new Set(['auto_order_oid']);

function checkedModel(model: NamedModel, takes: Takes): JsonSchema {
  const date = model['x-criteria'] ? criteriaDate : 'date-time';
  const checked = Object.entries(fieldsOf(model))
    .filter(([name, field]) => identifying.has(name) || isTaken(model, field, takes))
    .map(([name, field]) => [name, nullable(checkedValue(field, date))]);
  return { type: ['object', 'null'], properties: Object.fromEntries(checked) };
}

/** Whether some write takes the field. All fields of a read-only model come with it, at an insert. */
const isTaken = (model: NamedModel, field: FieldSchema, takes: Takes): boolean =>
  takes === 'insert'
    ? model.readOnly === true || field['x-insert-only'] === true || !isReadOnly(field)
    : !isReadOnly(field);

function isReadOnly(field: FieldSchema): boolean {
  const model = field.$ref ?? field.items?.$ref;
  return field.readOnly === true || (model !== undefined && schemas[model]!.readOnly === true);
}

/** A value that is present; references lead to models that take null by themselves. */
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

/** All models as they are checked. Nothing leads to read-only models. */
export const inputDocument = (): JsonSchema => documentFor('input');

/** All models as an insert is checked. */
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
