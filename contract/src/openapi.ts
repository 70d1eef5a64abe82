/** The OpenAPI 3.1 document of every operation, generated from the table and the models. */
import { errors } from './errors.ts';
import { bodyExamples, pathExamples } from './examples.ts';
import { fieldsOf } from './fields.ts';
import {
  errorHeader,
  hasEnvelope,
  needsVersion,
  type Operation,
  type OperationId,
  operation,
  operationIds,
  permissionResources,
  refusalHeader,
  simpleKeyHeader,
  versionHeader,
  warningHeader,
} from './operations.ts';
import { schemas } from './schemas.ts';

/** Plain JSON. */
type Json = { readonly [key: string]: unknown };

/** Returns the document. */
export function openApiDocument(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Perennial',
      version: '1.0.0',
      description:
        'Recurring orders, billed on time and exactly once. The operations under /rest/v2 are compatible with ' +
        'UltraCart’s REST API v2; those under /perennial/v1 exist only here.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that this document came from' }],
    security: [{ simpleKey: [] }, { oauth: [] }, session],
    tags: tags(),
    paths: paths(),
    components: {
      securitySchemes: securitySchemes(),
      headers: {
        [errorHeader]: { description: 'The message of the refusal.', schema: { type: 'string' } },
        [refusalHeader]: {
          description: 'The code of the refusal.',
          schema: { type: 'string', enum: Object.keys(errors) },
        },
        [warningHeader]: {
          description: 'The warning of a response whose body has no place for one.',
          schema: { type: 'string' },
        },
      },
      parameters: headers,
      responses: Object.fromEntries(
        Object.entries(refusals).map(([status, why]) => [refused(status), refusal(why)]),
      ),
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, component(schema)]),
      ),
    },
  };
}

/**
 * Returns the document in its committed form: indented by two spaces, with one line feed at the
 * end.
 */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), undefined, 2)}\n`;
}

const refusals: Readonly<Record<string, string>> = {
  400: 'The input is not acceptable; the message names the field.',
  401: 'No or wrong credentials, or a permission is missing.',
  404: 'There is no such object.',
  409: 'A request with this Idempotency-Key is still running, or was interrupted.',
  410: 'The application was disabled.',
  412: 'If-Match does not match: the object has changed since it was read.',
  413: 'The body is too large.',
  422: 'This Idempotency-Key was used for a different request.',
  429: 'Too many requests; Retry-After says how many seconds to wait.',
  500: 'A fault on our side; the message names the request.',
};

function tags() {
  const names = [...new Set(operationIds.map((id) => operation(id).tag))];
  return names.map((name) => ({ name }));
}

function paths(): Json {
  const byPath: Record<string, Record<string, Json>> = {};
  for (const id of operationIds) {
    const { base, path, method } = operation(id);
    (byPath[base + path] ??= {})[method.toLowerCase()] = pathOperation(id, operation(id));
  }
  return byPath;
}

function pathOperation(id: OperationId, row: Operation): Json {
  return {
    operationId: id,
    tags: [row.tag],
    summary: row.summary,
    ...(row.description && { description: row.description }),
    security: security(row),
    parameters: [
      ...headersOf(row).map((name) => ({ $ref: `#/components/parameters/${name}` })),
      ...parameters(row.params, 'path'),
      ...parameters(row.query, 'query', row.maxLimit),
    ],
    ...(row.body && { requestBody: requestBody(id, row) }),
    responses: {
      [row.status]: row.response ? answered(row) : { description: 'Done; there is no body.' },
      ...(row.maxElementsAsync && {
        204: { description: 'Accepted with _async; it is done later.' },
      }),
      ...refusalsOf(row),
    },
  };
}

/**
 * The headers of an operation; OAuth operations have only that protocol's, and session operations
 * have none.
 */
function headersOf(row: Operation): (keyof typeof headers)[] {
  if (row.tag === 'oauth' || row.tag === 'session') return [];
  return [
    ...(needsVersion(row) ? (['version'] as const) : []),
    ...(row.method === 'GET' ? [] : (['idempotencyKey'] as const)),
    ...(row.versioned ? (['ifMatch'] as const) : []),
  ];
}

const headers = {
  version: {
    name: versionHeader.name,
    in: 'header',
    required: true,
    description: 'The one version there is. A request without it is refused.',
    schema: { type: 'string', enum: [versionHeader.value] },
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A request that is repeated with the same key is done once and gets the same response.',
    schema: { type: 'string', maxLength: 255 },
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The ETag of what was read; refused (412) when it has changed since. * matches any.',
    schema: { type: 'string' },
  },
};

/** Some statuses occur only in response to headers that an operation accepts. */
function refusalsOf(row: Operation): Json {
  const sent = headersOf(row);
  const statuses = Object.keys(refusals).filter((status) => {
    if (status === '409' || status === '422') return sent.includes('idempotencyKey');
    return status !== '412' || sent.includes('ifMatch');
  });
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${refused(status)}` }]),
  );
}

function refused(status: string): string {
  return `refused${status}`;
}

const session: Json = { session: [] };

/** One of the permissions suffices unless all are needed. A simple key has its own permissions. */
function security({ permissions, needsAll, anyCaller, sessionOnly }: Operation): Json[] {
  if (sessionOnly) return [session];
  if (anyCaller) return [{ simpleKey: [] }, { oauth: [] }, session];
  if (permissions.length === 0) return [];
  const byToken = needsAll
    ? [{ oauth: permissions }]
    : permissions.map((permission) => ({ oauth: [permission] }));
  return [{ simpleKey: [] }, ...byToken, session];
}

interface ParameterSchema extends Json {
  readonly description?: string;
}

function parameters(
  described: object | undefined,
  where: 'path' | 'query',
  maxLimit?: number,
): Json[] {
  const { properties = {} } = (described ?? {}) as { properties?: Record<string, ParameterSchema> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: where,
    ...(where === 'path' && { required: true }),
    ...(description && { description }),
    schema: name === '_limit' ? { ...schema, minimum: 0, maximum: maxLimit } : component(schema),
    ...(where === 'path' && { example: pathExample(name, schema) }),
  }));
}

function pathExample(name: string, { type }: Json): string | number {
  const text = pathExamples[name]!;
  return type === 'integer' ? Number(text) : text;
}

function requestBody(id: OperationId, { body, bodyOptional, bodyList, form }: Operation): Json {
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const example = bodyExamples[id] as Readonly<Record<string, unknown>> | undefined;
  const content =
    bodyList === undefined
      ? { schema: { $ref: reference(body!.$id) }, example }
      : { schema: component(fieldsOf(body!)[bodyList]!), example: example?.[bodyList] };
  return { required: !bodyOptional, content: { [type]: content } };
}

function answered({ response }: Operation): Json {
  return {
    description: 'Done.',
    ...(!hasEnvelope(response) && {
      headers: { [warningHeader]: { $ref: `#/components/headers/${warningHeader}` } },
    }),
    content: { 'application/json': { schema: { $ref: reference(response!.$id) } } },
  };
}

function refusal(description: string): Json {
  return {
    description,
    headers: {
      [errorHeader]: { $ref: `#/components/headers/${errorHeader}` },
      [refusalHeader]: { $ref: `#/components/headers/${refusalHeader}` },
    },
    content: { 'application/json': { schema: { $ref: reference('ErrorResponse') } } },
  };
}

function securitySchemes(): Json {
  return {
    simpleKey: { type: 'apiKey', in: 'header', name: simpleKeyHeader },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: 'perennial',
      description: 'Of a user who logged in; over https its name is __Host-perennial.',
    },
    oauth: {
      type: 'oauth2',
      flows: {
        authorizationCode: {
          authorizationUrl: '/rest/v2/oauth/authorize',
          tokenUrl: '/rest/v2/oauth/token',
          refreshUrl: '/rest/v2/oauth/token',
          scopes: scopes(),
        },
      },
    },
  };
}

function scopes(): Json {
  const each = permissionResources.flatMap((resource) => [
    [`${resource}_read`, `Read ${resource}`],
    [`${resource}_write`, `Change ${resource}`],
  ]);
  return Object.fromEntries(each);
}

/**
 * Returns a schema whose references point into the document; the name moves from `$id` to the key.
 */
function component(schema: object): Json {
  const entries = Object.entries(schema).filter(([key]) => key !== '$id');
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key === '$ref' ? reference(value) : inner(value)]),
  );
}

function inner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inner);
  return typeof value === 'object' && value !== null ? component(value) : value;
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}
