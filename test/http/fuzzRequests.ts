import type { Random } from '../../server/src/cli/demo/random.ts';
import {
  hostileDates,
  hostileTexts,
  hostileValue,
  type Making,
  objectFor,
  type Schema,
  valueFor,
} from './fuzzValues.ts';

/** A request as it is sent. No part of it has to be well-formed. */
export interface FuzzRequest {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | Buffer;
}

/** A target of fuzzing: an operation of the document, or a page that takes forms. */
export interface FuzzTarget {
  readonly operation: string;
  readonly method: FuzzRequest['method'];
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly type: string; readonly schema: Schema };
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

/** The parts of the OpenAPI document that the fuzzer reads. */
export interface FuzzDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

interface DocumentOperation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter & { readonly $ref?: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema }>> };
}

/** Returns every operation of the document, and the pages that it does not contain. */
export function targetsOf({ paths, components }: FuzzDocument): FuzzTarget[] {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, row]): FuzzTarget => {
      const [content] = Object.entries(row.requestBody?.content ?? {});
      return {
        operation: row.operationId,
        method: method.toUpperCase() as FuzzRequest['method'],
        path,
        parameters: (row.parameters ?? []).map((given) =>
          given.$ref === undefined ? given : components.parameters[given.$ref.split('/').at(-1)!]!,
        ),
        ...(content && { body: { type: content[0], schema: content[1].schema } }),
      };
    }),
  );
  return [...operations, ...pages];
}

const text: Schema = { type: 'string' };
const form = (...names: string[]) => ({
  type: 'application/x-www-form-urlencoded',
  schema: { type: 'object', properties: Object.fromEntries(names.map((name) => [name, text])) },
});
const query = (...names: string[]): Parameter[] =>
  names.map((name) => ({ name, in: 'query', schema: text }));

const authorization = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state'];

/** The pages with forms for people. They are not in the document, and need no key. */
const pages: readonly FuzzTarget[] = [
  {
    operation: 'authorizePage',
    method: 'GET',
    path: '/rest/v2/oauth/authorize',
    parameters: query(...authorization),
  },
  {
    operation: 'authorizeForm',
    method: 'POST',
    path: '/rest/v2/oauth/authorize',
    parameters: [],
    body: form(...authorization, 'merchant_id', 'login', 'password'),
  },
  {
    operation: 'devicePage',
    method: 'GET',
    path: '/device',
    parameters: query('user_code'),
  },
  {
    operation: 'deviceForm',
    method: 'POST',
    path: '/device',
    parameters: [],
    body: form('user_code', 'merchant_id', 'login', 'password'),
  },
  {
    operation: 'consentForm',
    method: 'POST',
    path: '/rest/v2/oauth/consent',
    parameters: [],
    body: form('ticket', 'decision'),
  },
  {
    operation: 'cardPage',
    method: 'GET',
    path: '/billing/{link}',
    parameters: [{ name: 'link', in: 'path', schema: text }],
  },
  {
    operation: 'customerPage',
    method: 'GET',
    path: '/customer/{link}',
    parameters: [{ name: 'link', in: 'path', schema: text }],
  },
  {
    operation: 'cancelPage',
    method: 'GET',
    path: '/customer/cancel/{link}',
    parameters: [{ name: 'link', in: 'path', schema: text }],
  },
  {
    operation: 'cancelForm',
    method: 'POST',
    path: '/customer/cancel/{link}',
    parameters: [{ name: 'link', in: 'path', schema: text }],
    body: form('reason'),
  },
  {
    operation: 'cardForm',
    method: 'POST',
    path: '/billing/{link}',
    parameters: [{ name: 'link', in: 'path', schema: text }],
    body: form('card_token', 'expiration_month', 'expiration_year'),
  },
  {
    operation: 'reference',
    method: 'GET',
    path: '/docs/{page}',
    parameters: [{ name: 'page', in: 'path', schema: text }],
  },
];

/**
 * Makes one request to a target; every choice is random. `read` contains objects, by model, as the
 * server last returned them.
 */
export function requestTo(
  target: FuzzTarget,
  making: Making,
  read: ReadonlyMap<string, Record<string, unknown>>,
): FuzzRequest {
  const { random } = making;
  const headers: Record<string, string> = { 'x-ultracart-api-version': '2017-03-01' };
  const queries: string[] = [];
  let path = target.path;
  for (const parameter of target.parameters) {
    if (parameter.in === 'path')
      path = path.replace(
        `{${parameter.name}}`,
        urlPart(random, pathValue(making, parameter.name, parameter.schema)),
      );
    else if (parameter.in === 'query' && random.chance(0.25))
      queries.push(`${parameter.name}=${urlPart(random, queryValue(making, parameter))}`);
    else if (parameter.in === 'header' && random.chance(0.03))
      headers[parameter.name.toLowerCase()] = headerText(random);
  }
  if (random.chance(0.05)) queries.push(`${urlPart(random, random.pick(hostileTexts))}=x`);
  const payload = target.body && payloadFor(making, target.body, read);
  if (target.body) headers['content-type'] = contentType(random, target.body.type);
  return {
    operation: target.operation,
    method: target.method,
    url: queries.length > 0 ? `${path}?${queries.join('&')}` : path,
    headers,
    ...(payload === undefined ? {} : { payload }),
  };
}

function pathValue(making: Making, name: string, schema: Schema): unknown {
  const known = making.known[name];
  if (known !== undefined && making.random.chance(0.8)) return making.random.pick(known);
  return hostileValue(making.random, schema);
}

function queryValue(making: Making, { name, schema }: Parameter): unknown {
  const { random } = making;
  if (/date|_dts|since|Date/.test(name) && random.chance(0.6)) return random.pick(hostileDates);
  return valueFor({ ...making, hostility: 0.4 }, name, schema);
}

/**
 * Percent-encodes a value correctly, or sometimes incorrectly: without escapes, with half an
 * escape, or with bytes that are not UTF-8.
 */
function urlPart(random: Random, value: unknown): string {
  const written = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (random.chance(0.05)) return random.pick(['%', '%0', '%00', '%ff%fe', '%C0%80', '%ED%A0%80']);
  return encodeURIComponent(written.toWellFormed()).slice(0, 3000) || '%20';
}

const headerText = (random: Random): string =>
  random
    .pick([...hostileTexts, '*', 'W/"1"', '"1"', '"99999999999999999999"'])
    .replace(/[^\x20-\x7e]/g, '?');

const contentType = (random: Random, type: string): string =>
  random.chance(0.97)
    ? type
    : random.pick(['text/plain', 'application/xml', '', 'multipart/form-data']);

function payloadFor(
  making: Making,
  { type, schema }: NonNullable<FuzzTarget['body']>,
  read: ReadonlyMap<string, Record<string, unknown>>,
): string | Buffer | undefined {
  const { random } = making;
  if (random.chance(0.02))
    return random.pick<string | Buffer>([
      '',
      'null',
      '[]',
      '"x"',
      '{',
      `{"a":${'['.repeat(50)}${']'.repeat(50)}}`,
      Buffer.from('{"a":"\xff"}', 'latin1'),
      '\ufeff{}',
      'a=%00&b=%ff&%0D%0AX=1&%0D%0AX=2',
    ]);
  if (type.endsWith('urlencoded'))
    return Object.entries(objectFor(making, schema))
      .map(([name, value]) => `${urlPart(random, name)}=${urlPart(random, value)}`)
      .join('&');
  const whole = read.get(schema.$ref?.split('/').at(-1) ?? '');
  const body = objectFor(making, schema);
  if (whole === undefined || random.chance(0.5)) return JSON.stringify(body);
  return JSON.stringify(random.chance(0.5) ? { ...whole, ...body } : spoilt(making, whole));
}

/**
 * Replaces one value, at any depth of an object that was read, with a hostile one. The other values
 * stay, because most rules apply only to a complete body.
 */
function spoilt({ random }: Making, whole: unknown): unknown {
  if (typeof whole !== 'object' || whole === null || random.chance(0.1)) {
    const type = typeof whole === 'string' ? 'string' : typeof whole;
    const isDate = typeof whole === 'string' && /^\d{4}-\d\d-\d\dT/.test(whole);
    return hostileValue(random, { type, ...(isDate && { format: 'date-time' }) });
  }
  const names = Object.keys(whole);
  if (names.length === 0) return whole;
  const name = random.pick(names);
  const value = spoilt({ random } as Making, (whole as Record<string, unknown>)[name]);
  if (Array.isArray(whole)) return whole.map((each, i) => (String(i) === name ? value : each));
  return { ...whole, [name]: value };
}
