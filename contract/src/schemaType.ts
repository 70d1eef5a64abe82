/*
 * The builders of JSON schemas for models. The types are TypeBox's, so that `Static` reads them. At
 * run time, these functions replace the eight builders that we use, because TypeBox has 370
 * modules, which took a quarter of a second of each start and of each test file.
 */

import type { Type as TypeBox } from 'typebox';

type Builders = Pick<
  typeof TypeBox,
  'Array' | 'Boolean' | 'Integer' | 'Number' | 'Object' | 'Optional' | 'String' | 'Unsafe'
>;
type Schema = Readonly<Record<string, unknown>>;

/** Marks an optional field. The mark is hidden, because it is not part of the JSON schema. */
const optional = '~optional';

const plain =
  (type: string) =>
  (options: Schema = {}): Schema => ({ type, ...options });

function object(properties: Readonly<Record<string, Schema>>, options: Schema = {}): Schema {
  const required = Object.keys(properties).filter((name) => !(optional in properties[name]!));
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties,
    ...options,
  };
}

/** Copies a field with its marks. */
const asOptional = (field: Schema): Schema =>
  Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(field),
    [optional]: { value: true, enumerable: false },
  }) as Schema;

/** Builds JSON schemas like TypeBox, of the kinds that models need. */
export const Type = {
  Array: (items: Schema, options: Schema = {}) => ({ type: 'array', items, ...options }),
  Boolean: plain('boolean'),
  Integer: plain('integer'),
  Number: plain('number'),
  Object: object,
  Optional: asOptional,
  String: plain('string'),
  Unsafe: (schema: Schema) => ({ ...schema }),
} as unknown as Builders;
