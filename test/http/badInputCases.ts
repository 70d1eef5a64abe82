import { inputDocument, inputSchema } from '../../contract/src/input.ts';
import { defaultLimit, type Operation } from '../../contract/src/operations.ts';
import { sortings } from '../../contract/src/sorting.ts';

/** A kind of bad request: how it differs from a good one, and the expected response. */
export interface BadInput {
  readonly what: string;
  readonly status: number;
  /** The message must contain this text: the field, the header or the permission. */
  readonly names?: string;
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
}

/**
 * Returns every kind of bad body of an operation: as a whole, and field by field, at the top and
 * one level down.
 */
export function badBodies(operation: Operation): BadInput[] {
  if (!operation.body) return [];
  const model = modelOf(inputSchema(operation.body)['$ref'] as string);
  return [
    { what: 'malformed JSON', status: 400, rawBody: '{"a": ', names: 'not valid JSON' },
    { what: 'a text for a body', status: 400, rawBody: '"text"', names: 'body' },
    ...(operation.bodyList === undefined
      ? [{ what: 'a list for a body', status: 400, rawBody: '[{}]', names: 'body' }]
      : []),
    {
      what: 'too deep',
      status: 400,
      rawBody: `{"a":${'['.repeat(60)}${']'.repeat(60)}}`,
      names: 'nested too deeply',
    },
    { what: 'U+0000', status: 400, rawBody: '{"a":"\\u0000"}', names: 'a ' },
    {
      what: 'a card number',
      status: 400,
      rawBody: '{"a":"4111111111111111"}',
      names: 'card number',
    },
    ...(operation.bodyOptional ? [] : [{ what: 'no body', status: 400, names: 'body' }]),
    ...Object.entries(model.properties).flatMap(([name, field]) => [
      ...badValues(field).map((value) => ({
        what: `${name}: ${shown(value)}`,
        status: 400,
        names: name,
        body: { [name]: value },
      })),
      ...inside(field).map(({ at, value }) => ({
        what: `${name}${at}: ${shown(value)}`,
        status: 400,
        names: `${name}${at}`,
        body: { [name]: wrapped(field, at, value) },
      })),
    ]),
  ];
}

/** Returns every kind of bad query of an operation. */
export function badQueries(operation: Operation): BadInput[] {
  const properties =
    (operation.query as { properties?: Record<string, Field> } | undefined)?.properties ?? {};
  const bad = (name: string, values: readonly string[]) =>
    values.map((value) => ({
      what: `${name}=${shown(value)}`,
      status: 400,
      names: name,
      query: { [name]: value },
    }));
  return Object.entries(properties).flatMap(([name, field]) => {
    if (name === '_limit')
      return bad(name, [
        '-1',
        '0',
        'many',
        '1.5',
        '99999999999999',
        String((operation.maxLimit ?? defaultLimit) + 1),
      ]);
    if (name === '_offset') return bad(name, ['-1', 'first', '0.5', '99999999999999']);
    if (name === '_sort')
      return operation.sort
        ? bad(name, [
            'no_such_field',
            ` ${sortings[operation.sort][0]}`,
            `${sortings[operation.sort][0]},-no_such_field`,
          ])
        : [];
    // Numbers of entries may be larger than oids.
    const tooLarge = '9'.repeat(field['format'] === 'int64' ? 20 : 14);
    if (field.type === 'integer') return bad(name, ['abc', '1.5', tooLarge]);
    if (field.type === 'number') return bad(name, ['abc', '1e3x']);
    if (field.type === 'boolean') return bad(name, ['maybe', '2']);
    if (field.format?.endsWith('date-time'))
      return bad(name, ['yesterday', '2026-13-01', '2026-02-30T00:00:00Z']);
    if (field.maxLength !== undefined && field.maxLength < 5000)
      return bad(name, ['x'.repeat(field.maxLength + 1)]);
    return [];
  });
}

/** Returns path values that are not numbers, or that exceed 32 bits. */
export function badParams(operation: Operation): BadInput[] {
  const properties =
    (operation.params as { properties?: Record<string, Field> } | undefined)?.properties ?? {};
  return Object.entries(properties)
    .filter(([, { type }]) => type === 'integer')
    .flatMap(([name]) =>
      ['abc', '1.5', '99999999999999'].map((value) => ({
        what: `${name} ${value}`,
        status: 400,
        names: name,
        params: { [name]: value },
      })),
    );
}

interface Field {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly (string | null)[];
  readonly items?: Field;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Model {
  readonly properties: Readonly<Record<string, Field>>;
}

const models = inputDocument();

function modelOf(reference: string): Model {
  return (models['$defs'] as Record<string, Model>)[reference.split('/').at(-1)!]!;
}

/**
 * Returns values that the field must refuse: of the wrong type, too long, too large, or not in the
 * list.
 */
function badValues(field: Field): unknown[] {
  if (field.$ref) return ['text', 7, []];
  if (field.enum) return ['no such value', 7, {}];
  const isDate = field.format?.endsWith('date-time') === true;
  switch ([field.type].flat()[0]) {
    case 'string':
      return [
        7,
        {},
        ...(isDate ? ['yesterday', '2026-02-30T00:00:00Z'] : []),
        'x'.repeat((field.maxLength ?? 0) + 1),
      ].slice(0, isDate ? 4 : 3);
    case 'integer':
      return ['seven', 1.5, {}, field.maximum! + 1, field.minimum! - 1]
        .filter(
          (value) =>
            typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value),
        )
        .concat(1e300);
    case 'number':
      return ['seven', {}, field.maximum! * 10, 1e300];
    case 'boolean':
      return ['true', 1, {}];
    case 'array':
      return [
        'text',
        {},
        Array.from({ length: field.maxItems! + 1 }, () => sample(field.items!)),
        [null],
      ];
    default:
      return ['text'];
  }
}

/**
 * Returns bad values one level down, in an object or in the second element of a list. `at` is the
 * name of the place in the message.
 */
function inside(field: Field): { at: string; value: unknown }[] {
  if (field.$ref) return fieldsOf(field.$ref).map(({ name, value }) => ({ at: `.${name}`, value }));
  if (field.items?.$ref)
    return fieldsOf(field.items.$ref).map(({ name, value }) => ({ at: `[1].${name}`, value }));
  return field.items ? badValues(field.items).map((value) => ({ at: '[1]', value })) : [];
}

function fieldsOf(reference: string): { name: string; value: unknown }[] {
  return Object.entries(modelOf(reference).properties).flatMap(([name, field]) =>
    badValues(field).map((value) => ({ name, value })),
  );
}

function wrapped(field: Field, at: string, value: unknown): unknown {
  const name = at.split('.')[1];
  const element = name === undefined ? value : { [name]: value };
  return field.items ? [sample(field.items), element] : element;
}

function sample(field: Field): unknown {
  if (field.$ref || field.type === 'object') return {};
  return field.enum?.[0] ?? (field.type === 'string' ? 'x' : 1);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 20)}… (${text.length})` : text;
}
