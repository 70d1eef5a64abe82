/**
 * The functions that the models of the wire are built from.
 *
 * Every field of a model may be absent: published clients leave absent values out, and so does this
 * server. A model is referred to by its name (`$ref`), never copied into another, so Order and
 * AutoOrder may contain each other, and one schema serves the OpenAPI document, the check of input
 * and the types. The sentence given with a model or a field is its documentation in the code, in
 * the OpenAPI document and at /docs.
 */

import type { Static, TObject, TOptional, TProperties, TSchema, TUnsafe } from 'typebox';
import { Type } from './schemaType.ts';

/** A string. `description` says what the name alone does not. */
export function text(description?: string) {
  return Type.Optional(Type.String(described(description)));
}

/** A string of at most `maxLength` characters. */
export function textTo(maxLength: number, description?: string) {
  return Type.Optional(Type.String({ maxLength, ...described(description) }));
}

/** A moment or a date as ISO 8601 text; the forms that are accepted are the server's to parse. */
export function dateTime(description?: string) {
  return Type.Optional(Type.String({ format: 'date-time', ...described(description) }));
}

/** A string out of a closed list. */
export function oneOf<const Values extends readonly string[]>(
  values: Values,
  description?: string,
) {
  return Type.Optional(
    Type.Unsafe<Values[number]>({ type: 'string', enum: values, ...described(description) }),
  );
}

/** A list of strings out of a closed list. */
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

/** A whole number of 32 bits with sign. */
export function int32(description?: string) {
  return Type.Optional(Type.Integer({ format: 'int32', ...described(description) }));
}

/** A whole number of 64 bits with sign; clients in JavaScript are exact up to 2^53. */
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
 * A list of objects of a model that is only known by name here, because the two hold each other.
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

/** An object of any shape. */
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

/** The server makes this field; what a client sends in it is ignored. */
export function readOnly<Field extends TSchema>(field: Field): Field {
  // Copied with its hidden marks: a spread would lose the one that says the field may be absent.
  const marks = Object.getOwnPropertyDescriptors(field);
  return Object.create(Object.prototype, {
    ...marks,
    readOnly: { value: true, enumerable: true },
  }) as Field;
}

/**
 * The server makes this field, or an insert brings it from another system, for the history. An
 * update ignores it.
 */
export const imported = <Field extends TSchema>(field: Field): Field => insertOnly(readOnly(field));

/** Only an insert takes this field. */
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

/** Returns the fields of a model by name; of a model of any object, none. */
export const fieldsOf = (model: NamedModel): Readonly<Record<string, FieldSchema>> =>
  // The types of models say what values they have, and hide the schema.
  (model as unknown as { properties?: Record<string, FieldSchema> }).properties ?? {};

/** A model: its name on the wire, one sentence about it, its fields. */
export function model<Properties extends TProperties>(
  name: string,
  description: string,
  properties: Properties,
  options: ModelOptions = {},
): TObject<Properties> & NamedModel {
  const schema = Type.Object(properties, { $id: name, title: name, description, ...options });
  return schema as typeof schema & NamedModel;
}

/** The options of a model as a whole. */
export interface ModelOptions {
  /** The server makes all of it. */
  readOnly?: true;
  /** Taken when the object is inserted, ignored afterwards. */
  'x-insert-only'?: true;
  /** It has fields of any name. */
  additionalProperties?: true;
  /** Criteria of a search: any readable date is accepted, because it is compared and not stored. */
  'x-criteria'?: true;
}

function described(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}
