/**
 * The functions from which the models of the wire format are built.
 *
 * Every field of a model may be absent: published clients leave absent values out, and so does this
 * server. A model is referenced by its name (`$ref`) and never copied into another, so Order and
 * AutoOrder may contain each other, and one schema serves the OpenAPI document, validation and the
 * types. The sentence given with a model or a field is its documentation in the code, in the
 * OpenAPI document and at /docs.
 */

import type { Static, TObject, TOptional, TProperties, TSchema, TUnsafe } from 'typebox';
import { Type } from './schemaType.ts';

/** A string. `description` adds the facts that the name does not show. */
export function text(description?: string) {
  return Type.Optional(Type.String(described(description)));
}

/** A string of at most `maxLength` characters. */
export function textTo(maxLength: number, description?: string) {
  return Type.Optional(Type.String({ maxLength, ...described(description) }));
}

/** A time or a date as ISO 8601 text; the server decides which forms it accepts. */
export function dateTime(description?: string) {
  return Type.Optional(Type.String({ format: 'date-time', ...described(description) }));
}

/** A string from a closed list. */
export function oneOf<const Values extends readonly string[]>(
  values: Values,
  description?: string,
) {
  return Type.Optional(
    Type.Unsafe<Values[number]>({ type: 'string', enum: values, ...described(description) }),
  );
}

/** A list of strings from a closed list. */
export function someOf<const Values extends readonly string[]>(
  values: Values,
  description?: string,
) {
  return Type.Optional(
    Type.Unsafe<Values[number][]>({
      type: 'array',
      items: { type: 'string', enum: values },
      ...described(description),
    }),
  );
}

/** A signed whole number of 32 bits. */
export function int32(description?: string) {
  return Type.Optional(Type.Integer({ format: 'int32', ...described(description) }));
}

/** A signed whole number of 64 bits; JavaScript clients are exact up to 2^53. */
export function int64(description?: string) {
  return Type.Optional(Type.Integer({ format: 'int64', ...described(description) }));
}

/** A decimal number, sent as a JSON number and never as a string. */
export function decimal(description?: string) {
  return Type.Optional(Type.Number(described(description)));
}

/** True or false. */
export function flag(description?: string) {
  return Type.Optional(Type.Boolean(described(description)));
}

/** An object of another model. */
export function one<Model extends NamedModel>(model: Model, description?: string) {
  return Type.Optional(Type.Unsafe<Static<Model>>({ $ref: model.$id, ...described(description) }));
}

/** A list of objects of another model. */
export function many<Model extends NamedModel>(model: Model, description?: string) {
  return Type.Optional(
    Type.Unsafe<Static<Model>[]>({
      type: 'array',
      items: { $ref: model.$id },
      ...described(description),
    }),
  );
}

/**
 * A list of objects of a model that is only referenced by name, because the two models contain each
 * other.
 */
export function manyNamed<Shape>(name: string, description?: string): TOptional<TUnsafe<Shape[]>> {
  return Type.Optional(
    Type.Unsafe<Shape[]>({ type: 'array', items: { $ref: name }, ...described(description) }),
  );
}

/** A list of strings. */
export function texts(description?: string) {
  return Type.Optional(Type.Array(Type.String(), described(description)));
}

/** An object with any fields. */
export function anyObject(description?: string) {
  return Type.Optional(
    Type.Unsafe<Record<string, unknown>>({ type: 'object', ...described(description) }),
  );
}

/** A list of 32-bit whole numbers. */
export function int32s(description?: string) {
  return Type.Optional(Type.Array(Type.Integer({ format: 'int32' }), described(description)));
}

/** A list of 32-bit whole numbers, of at most `maxItems`. */
export function int32sTo(maxItems: number, description?: string) {
  return Type.Optional(
    Type.Array(Type.Integer({ format: 'int32' }), { maxItems, ...described(description) }),
  );
}

/** A list of strings, of at most `maxItems`. */
export function textsTo(maxItems: number, description?: string) {
  return Type.Optional(Type.Array(Type.String(), { maxItems, ...described(description) }));
}

/** The server sets this field; a client's value is ignored. */
export function readOnly<Field extends TSchema>(field: Field): Field {
  // Copied with its hidden marks: a spread would lose the mark that the field is optional.
  const marks = Object.getOwnPropertyDescriptors(field);
  return Object.create(Object.prototype, {
    ...marks,
    readOnly: { value: true, enumerable: true },
  }) as Field;
}

/**
 * The server sets this field, or an insert imports it from another system for the history. An
 * update ignores it.
 */
export const imported = <Field extends TSchema>(field: Field): Field => insertOnly(readOnly(field));

/** Only an insert accepts this field. */
export function insertOnly<Field extends TSchema>(field: Field): Field {
  const marks = Object.getOwnPropertyDescriptors(field);
  return Object.create(Object.prototype, {
    ...marks,
    'x-insert-only': { value: true, enumerable: true },
  }) as Field;
}

/** A schema that other models refer to by its name. */
export type NamedModel = TSchema & {
  readonly $id: string;
  readonly description?: string;
  readonly readOnly?: true;
  readonly 'x-criteria'?: true;
};

/** A field of a model, as its JSON Schema describes it. */
export type FieldSchema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: FieldSchema;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly readOnly?: boolean;
  readonly 'x-insert-only'?: boolean;
};

/** Returns the fields of a model by name; none for a model with any fields. */
export const fieldsOf = (model: NamedModel): Readonly<Record<string, FieldSchema>> =>
  // The types of models describe their values, and hide the schema.
  (model as unknown as { properties?: Record<string, FieldSchema> }).properties ?? {};

/** A model: its name in the wire format, a sentence about it, its fields. */
export function model<Properties extends TProperties>(
  name: string,
  description: string,
  properties: Properties,
  options: ModelOptions = {},
): TObject<Properties> & NamedModel {
  const schema = Type.Object(properties, { $id: name, title: name, description, ...options });
  return schema as typeof schema & NamedModel;
}

/** The options of a whole model. */
export interface ModelOptions {
  /** The server sets all of its fields. */
  readOnly?: true;
  /** Accepted when the object is inserted, and ignored afterwards. */
  'x-insert-only'?: true;
  /** It has fields with any names. */
  additionalProperties?: true;
  /**
   * True for search criteria: any valid date is accepted, because it is only compared and not
   * stored.
   */
  'x-criteria'?: true;
}

function described(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}
