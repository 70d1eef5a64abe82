import { errorHeader, operation as operationOf, type OperationId, operations, simpleKeyHeader, versionHeader, type Operation } from '@perennial/contract/operations.ts';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { findCardNumber } from '../../kernel/cardNumbers.ts';
import type { IdFactory } from '../../kernel/ids.ts';
import { readClock } from '../clock/merchantClock.ts';
import type { SystemClock } from '../clock/systemClock.ts';
import type { Context } from '../context.ts';
import type { EventSink } from '../events/outbox.ts';
import type { Database } from '../storage/database.ts';
import type { Merchants } from '../tenancy/merchants.ts';
import { envelope, errorBody, type Answer } from './answer.ts';
import type { Authenticate, Principal } from './authentication.ts';
import { inputParser } from './input.ts';
import { depthMax, parseJson } from './jsonBody.ts';
import { refusal, Refusal, refuse } from './refusal.ts';
import type { Handler, Input, Routes } from './routes.ts';

/** What the pipeline needs from outside. */
export interface PipelineParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly log: Logger;
  readonly events: EventSink;
  readonly merchants: Merchants;
  readonly authenticate: Authenticate;
  /** Refuses a caller that asks too often; may be left out. */
  readonly admit?: (principal: Principal) => Promise<Refusal | undefined>;
  readonly routes: Routes;
  readonly bodyLimitBytes: number;
  readonly trustedProxies: readonly string[];
}

/**
 * The HTTP server. Every request passes the same way, in this order: find the operation, authenticate, rate, version, parse,
 * permission, and then the operation's own function.
 */
export function httpServer(parts: PipelineParts): FastifyInstance {
  const server = Fastify({
    loggerInstance: parts.log as FastifyBaseLogger,
    disableRequestLogging: true,
    genReqId: () => parts.ids.uuid(),
    bodyLimit: parts.bodyLimitBytes,
    trustProxy: parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    forceCloseConnections: 'idle',
  });
  readBodiesAsText(server);
  for (const id of Object.keys(operations) as OperationId[]) {
    const handler = parts.routes[id];
    if (handler) addOperation(server, parts, id, handler as unknown as Handler<OperationId>);
  }
  server.setNotFoundHandler((request, reply) => sendRefusal(reply, refusal('unknown_path', { path: request.url.split('?')[0]! })));
  server.setErrorHandler((error, request, reply) => sendRefusal(reply, refusalOf(error, request, parts)));
  return server;
}

function addOperation(server: FastifyInstance, parts: PipelineParts, id: OperationId, handler: Handler<OperationId>): void {
  const operation = operationOf(id);
  const parse = inputParser(operation);
  const principals = new WeakMap<FastifyRequest, Principal>();

  server.route({
    method: operation.method,
    url: operation.base + operation.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { operation: id },
    // Before the body is read: nobody makes us parse five megabytes without a key.
    async onRequest(request) {
      const principal = await parts.authenticate(credentialsOf(request));
      if (!principal.ok) throw principal.reason;
      const refused = await parts.admit?.(principal.value);
      if (refused) throw refused;
      if (operation.base === '/rest/v2') checkVersion(request);
      principals.set(request, principal.value);
    },
    async handler(request, reply) {
      const principal = principals.get(request)!;
      const parsed = parse({ params: request.params as Record<string, string>, query: request.query as Record<string, unknown>, body: bodyOf(request) });
      checkPermission(operation, principal);
      const context = await contextOf(parts, principal, request);
      const ifMatch = versionOf(request);
      const input = { ...parsed, ...(ifMatch === undefined ? {} : { ifMatch }) } as Input<OperationId>;
      return sendAnswer(reply, operation, await handler(context, input));
    },
  });
}

/** Bodies are kept as text until the caller is known; the parser then tells malformed from too deep. */
function readBodiesAsText(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

function bodyOf(request: FastifyRequest): unknown {
  const text = request.body as string | undefined;
  if (text === undefined || text.trim() === '') return undefined;
  const parsed = parseJson(text);
  if (parsed.ok) return refuseCardNumbers(parsed.value);
  return parsed.reason === 'too deep' ? refuse('too_deep', { max: depthMax }) : refuse('malformed_json', { reason: 'it cannot be parsed' });
}

function refuseCardNumbers(body: unknown): unknown {
  const field = findCardNumber(body);
  return field === undefined ? body : refuse('card_number_refused', { field: field || 'The body' });
}

function credentialsOf(request: FastifyRequest) {
  const key = request.headers[simpleKeyHeader];
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return {
    address: request.ip,
    ...(typeof key === 'string' && key !== '' ? { simpleKey: key } : {}),
    ...(token === undefined ? {} : { bearerToken: token }),
  };
}

function checkVersion(request: FastifyRequest): void {
  const given = request.headers[versionHeader.name.toLowerCase()];
  const words = { header: versionHeader.name, expected: versionHeader.value };
  if (given === undefined) refuse('missing_version', words);
  if (given !== versionHeader.value) refuse('wrong_version', words);
}

function checkPermission(operation: Operation, principal: Principal): void {
  const needed = operation.permissions;
  if (needed.length > 0 && !needed.some((permission) => principal.actor.permissions.has(permission))) refuse('missing_permission', { needed });
}

async function contextOf(parts: PipelineParts, principal: Principal, request: FastifyRequest): Promise<Context> {
  const merchant = await parts.merchants.find(principal.merchantId);
  if (!merchant) return refuse('bad_credentials', {});
  return {
    merchant,
    db: parts.db,
    now: readClock(merchant.clock, parts.clock.now()),
    actor: principal.actor,
    events: parts.events,
    ids: parts.ids,
    log: request.log as Logger,
    requestId: request.id,
  };
}

function versionOf(request: FastifyRequest): number | undefined {
  const match = /^"?(\d+)"?$/.exec(request.headers['if-match'] ?? '');
  return match ? Number(match[1]) : undefined;
}

function sendAnswer(reply: FastifyReply, operation: Operation, answer: Answer): FastifyReply {
  switch (answer.kind) {
    case 'nothing':
      return reply.code(204).send();
    case 'bare':
      return reply.code(answer.status).type('application/json').send(JSON.stringify(answer.value));
    case 'payload':
      if (answer.extras.version !== undefined) reply.header('ETag', `"${answer.extras.version}"`);
      return reply.code(200).type('application/json').send(envelope(operation.payload ?? 'result', answer.json, answer.extras));
  }
}

function refusalOf(error: unknown, request: FastifyRequest, parts: PipelineParts): Refusal {
  if (error instanceof Refusal) return error;
  const code = (error as { code?: string }).code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refusal('body_too_large', { max: parts.bodyLimitBytes });
  if (code?.startsWith('FST_ERR_CTP_') || code === 'FST_ERR_BAD_URL') return refusal('malformed_json', { reason: 'it cannot be read' });
  request.log.error({ err: error }, 'request failed');
  return refusal('internal', { requestId: request.id });
}

function sendRefusal(reply: FastifyReply, refused: Refusal): FastifyReply {
  reply.code(refused.status).header(errorHeader, headerText(refused.message)).type('application/json');
  if (refused.retryAfterSeconds !== undefined) reply.raw.setHeader('Retry-After', String(refused.retryAfterSeconds));
  const error = errorBody(refused.message, refused.status, refused.objectId);
  // The rate limit's body is UltraCart's own: no `success`, no `error_code`.
  const body = refused.code === 'rate_limited'
    ? { error: { developer_message: refused.message, user_message: refused.message }, metadata: {} }
    : { success: false, metadata: {}, error };
  return reply.send(JSON.stringify(body));
}

/** A header holds one line of Latin-1. */
const headerText = (message: string): string => message.replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ').slice(0, 1000);
