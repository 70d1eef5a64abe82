import { createRequire } from 'node:module';
import { expansions, parseExpand, unknownExpansions } from '@perennial/contract/expansions.ts';
import {
  inputDocument,
  inputSchema,
  insertDocument,
  parameterSchema,
} from '@perennial/contract/input.ts';
import { defaultLimit, type Operation } from '@perennial/contract/operations.ts';
import { parseSort, type SortField, sortings } from '@perennial/contract/sorting.ts';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { isFilterDate, isWireDate } from '../../kernel/wireDates.ts';
import { refuse } from './refusal.ts';
import type { Page } from './routes.ts';
import { asListed, asNumber, withReadText } from './textValues.ts';

/** The parsed parts of a request whose types do not depend on the operation. */
export interface ParsedInput {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  /** The query parameters that the operation does not have. */
  readonly unknownQuery: readonly string[];
  /** The query parameters that were sent several times but count only once. */
  readonly repeatedQuery: readonly string[];
  /** The names in `_expand` that match no part of the response. */
  readonly unknownExpand: readonly string[];
  readonly body: unknown;
  readonly expand: ReadonlySet<string>;
  readonly page: Page;
  readonly sort: readonly SortField[];
}

/**
 * Validates and converts a client's input for one operation of the contract; a refusal names the
 * field. Compiling the schemas takes longer than most requests, so each process does it once.
 */
export function inputParser(operation: Operation): InputParser {
  const known = parsers.get(operation);
  if (known) return known;
  const parser = createParser(operation);
  parsers.set(operation, parser);
  return parser;
}

type InputParser = ReturnType<typeof createParser>;

const parsers = new WeakMap<Operation, InputParser>();

function createParser(operation: Operation) {
  const params = operation.params && lazily(() => compile(parameterSchema(operation.params!)));
  const query = operation.query && lazily(() => compile(parameterSchema(operation.query!)));
  const body =
    operation.body &&
    lazily(() => compile(inputSchema(operation.body!, operation.imports ? 'insert' : 'input')));

  return (raw: {
    params: Record<string, string>;
    query: Record<string, unknown>;
    body: unknown;
  }): ParsedInput => {
    refuseLiteral(raw.params, operation);
    const parsedParams = convert(raw.params, operation.params);
    if (params) check(params(), parsedParams);
    const parsedQuery = convert(raw.query, operation.query);
    if (query) check(query(), parsedQuery);
    let parsedBody = renamed(listed(raw.body, operation.bodyList), operation.bodyAliases);
    if (raw.body === undefined && operation.body && !operation.bodyOptional)
      refuse('missing_body', {});
    if (raw.body !== undefined && body) {
      if (parsedBody === null || typeof parsedBody !== 'object' || Array.isArray(parsedBody))
        refuse('wrong_type', {
          field: 'The body',
          expected: operation.bodyList === undefined ? 'one JSON object' : 'a list',
        });
      parsedBody = checkedBody(body(), operation, parsedBody);
    }
    return {
      params: parsedParams,
      query: parsedQuery,
      unknownQuery: unknownNames(raw.query, operation.query),
      repeatedQuery: Object.keys(parsedQuery).filter(
        (name) => name !== '_expand' && Array.isArray(raw.query[name]),
      ),
      body: parsedBody,
      ...expandOf(givenText(parsedQuery['_expand']), operation),
      page: pageOf(parsedQuery, operation),
      sort: sortOf(givenText(parsedQuery['_sort']), operation),
    };
  };
}

function expandOf(
  given: string | undefined,
  { expand: name }: Operation,
): Pick<ParsedInput, 'expand' | 'unknownExpand'> {
  if (name === undefined || given === undefined) return { expand: noNames, unknownExpand: [] };
  const parts = expansions[name];
  return { expand: parseExpand(given, parts), unknownExpand: unknownExpansions(given, parts) };
}

/**
 * Refuses a path of the published API that this server does not have. `/customers/email_lists` has
 * the shape of `/customers/{customer_profile_oid}`, but its last part is a word and not an id.
 */
function refuseLiteral(params: Readonly<Record<string, string>>, { base, path }: Operation): void {
  const words = Object.entries(params).filter(
    ([name, value]) => isId(name) && literalPattern.test(value),
  );
  if (words.length === 0) return;
  const asked = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  refuse('unknown_path', { path: base + asked });
}

/** Parameters that hold numbers, order ids or UUIDs. None of them is a word. */
const isId = (name: string): boolean => /(_oid|Oid|order_id|_uuid)$/.test(name);

/** A word in a published path: `batch`, `email_lists`. */
const literalPattern = /^[a-z]{4,}$|^[a-z]+(_[a-z]+)+$/;

/** Returns the body as an object when a client sends only the list that it consists of. */
const listed = (body: unknown, bodyList: Operation['bodyList']): unknown =>
  bodyList !== undefined && Array.isArray(body) ? { [bodyList]: body } : body;

/**
 * Renames the body's fields to the contract's names; if both names are sent, the published one
 * counts.
 */
function renamed(body: unknown, aliases: Operation['bodyAliases']): unknown {
  if (aliases === undefined || typeof body !== 'object' || body === null || Array.isArray(body))
    return body;
  const given = Object.entries(body);
  return Object.fromEntries([
    ...given
      .filter(([name]) => Object.hasOwn(aliases, name))
      .map(([name, value]) => [aliases[name], value]),
    ...given.filter(([name]) => !Object.hasOwn(aliases, name)),
  ]);
}

const noNames: ReadonlySet<string> = new Set();
const require = createRequire(import.meta.url);
// Loaded at the first request, because its many modules would delay every start. The tests of the
// contract validate the schemas, so this process skips that check.
const ajv = lazily((): Ajv => {
  const library = require('ajv') as typeof import('ajv');
  return new library.Ajv({
    allErrors: false,
    strict: false,
    validateSchema: false,
    meta: false,
    // Ajv's optimiser takes half of the time of a compilation, and the checks run no faster for it.
    code: { optimize: false },
    schemas: [inputDocument(), insertDocument()],
    formats: {
      'date-time': isWireDate,
      'criteria-date-time': isFilterDate,
      int32: true,
      int64: true,
    },
  });
});

const compile = (schema: object): ValidateFunction => ajv().compile(schema);

// Compiling a model takes tens of milliseconds and most processes use few operations, so it is done
// at the first request.
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

interface Parameter {
  readonly type?: string;
  readonly enum?: readonly string[];
}

interface Parameters {
  readonly properties: Readonly<Record<string, Parameter>>;
}

/**
 * Converts path and query parameters, which arrive as text, to the numbers and booleans of the
 * contract; the rest stays text.
 */
function convert(raw: Readonly<Record<string, unknown>>, schema: unknown): Record<string, unknown> {
  const properties = (schema as Parameters | undefined)?.properties ?? {};
  const converted: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(properties)) {
    const given = raw[name];
    const text = Array.isArray(given) ? oneOf(name, given) : given;
    if (typeof text === 'string' && text !== '') converted[name] = convertText(text, parameter);
  }
  return converted;
}

/**
 * Returns the query parameters that an operation does not have. A parameter without a value is
 * ignored.
 */
function unknownNames(raw: Readonly<Record<string, unknown>>, schema: unknown): string[] {
  const properties = (schema as Parameters | undefined)?.properties ?? {};
  return Object.keys(raw).filter((name) => raw[name] !== '' && !Object.hasOwn(properties, name));
}

/**
 * Returns the value of a parameter that was sent several times. Values of `_expand` are combined.
 */
const oneOf = (name: string, given: readonly unknown[]): unknown =>
  name === '_expand' ? given.join(',') : given.at(-1);

function convertText(text: string, { type, enum: values }: Parameter): unknown {
  if (values !== undefined) return asListed(values, text);
  switch (type) {
    case 'integer':
    case 'number':
      return asNumber(text);
    case 'boolean':
      // The spellings of the published clients: true (most), True (Python), 1 (PHP).
      return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : text;
    default:
      return text;
  }
}

/**
 * Returns the body. Accepts a word of a closed list in any case, and an id also as text. These
 * conversions apply only to a body that was not valid as sent.
 */
function checkedBody(validate: ValidateFunction, { body }: Operation, given: unknown): unknown {
  if (validate(given)) return given;
  const isRead = body !== undefined && mayBeText(validate.errors![0]!);
  const read = isRead ? withReadText(body.$id, given) : given;
  check(validate, read);
  return read;
}

const mayBeText = ({ keyword, params }: ErrorObject): boolean =>
  keyword === 'enum' || (keyword === 'type' && [params['type']].flat().includes('integer'));

function check(validate: ValidateFunction, value: unknown): void {
  if (!validate(value)) refuseFirst(validate.errors![0]!);
}

function refuseFirst(error: ErrorObject): never {
  const field =
    fieldName(error.instancePath) ||
    (error.params['missingProperty'] as string | undefined) ||
    'The body';
  switch (error.keyword) {
    case 'maxLength':
      return refuse('too_long', { field, max: error.params['limit'] as number });
    case 'enum':
      return refuse('unknown_enum', {
        field,
        allowed: (error.params['allowedValues'] as unknown[])
          .filter((value) => value !== null)
          .map(String),
      });
    case 'minimum':
    case 'maximum':
      return refuse('out_of_range', { field, ...boundsOf(error) });
    case 'maxItems':
      return refuse('too_many_elements', { field, max: error.params['limit'] as number });
    case 'required':
      return refuse('missing_field', { field: error.params['missingProperty'] as string });
    case 'format':
      return refuse('wrong_date', { field });
    default:
      return refuse('wrong_type', { field, expected: expectedOf(error) });
  }
}

/** `/items/0/frequency` → `items[0].frequency`. */
function fieldName(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

function boundsOf(error: ErrorObject): { min?: number | undefined; max?: number | undefined } {
  const schema = (error.parentSchema ?? {}) as { minimum?: number; maximum?: number };
  const limit = error.params['limit'] as number;
  return error.keyword === 'minimum'
    ? { min: limit, max: schema.maximum }
    : { min: schema.minimum, max: limit };
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function expectedOf(error: ErrorObject): string {
  const types = [error.params['type'] as string | string[]]
    .flat()
    .filter((type) => type !== 'null');
  return (
    types.map((type) => typeNames[type] ?? type).join(' or ') || 'the type that the reference names'
  );
}

function pageOf(query: Record<string, unknown>, operation: Operation): Page {
  const max = operation.maxLimit ?? defaultLimit;
  const limit = (query['_limit'] as number | undefined) ?? Math.min(defaultLimit, max);
  const offset = (query['_offset'] as number | undefined) ?? 0;
  if (limit > max) refuse('limit_too_large', { max });
  if (limit < 1) refuse('out_of_range', { field: '_limit', min: 1, max });
  if (offset < 0) refuse('out_of_range', { field: '_offset', min: 0, max: 2 ** 31 - 1 });
  return { limit, offset };
}

function sortOf(text: string | undefined, operation: Operation): readonly SortField[] {
  if (text === undefined || !operation.sort) return [];
  const sorting = parseSort(text, sortings[operation.sort]);
  return sorting.ok
    ? sorting.fields
    : refuse('unknown_sort', { field: sorting.field, allowed: sorting.allowed });
}

const givenText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
