import type { IncomingMessage } from 'node:http';
import {
  needsVersion,
  type Operation,
  type OperationId,
  operationIds,
  operation as operationOf,
  refusalHeader,
} from '@perennial/contract/operations.ts';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Logger } from 'pino';
import { holdsCardNumber } from '../../kernel/cardDigits.ts';
import type { IdFactory } from '../../kernel/ids.ts';
import { readClock } from '../clock/merchantClock.ts';
import type { SystemClock } from '../clock/systemClock.ts';
import type { Context, EventSink } from '../context.ts';
import type { Metrics } from '../metrics.ts';
import type { Seal } from '../seal.ts';
import type { Database } from '../storage/database.ts';
import { isDiskFull, isUnavailable, NodeMissing } from '../storage/failures.ts';
import type { Merchants } from '../tenancy/merchants.ts';
import { checkAccountSteps } from './accountSteps.ts';
import type { Answer } from './answer.ts';
import type { Authenticate, Credentials, Principal } from './authentication.ts';
import { bytesMin, roundMs, watchPace } from './bodyPace.ts';
import { bodyText } from './bodyText.ts';
import { sendNoPage, wantsPage } from './console.ts';
import { isEncrypted } from './encryptedOnly.ts';
import { handleOnce, replayHeader } from './idempotency.ts';
import {
  joinedWarning,
  repeatedQueryWords,
  unknownExpandWords,
  unknownFields,
  unknownQueryWords,
  unknownWords,
} from './ignoredFields.ts';
import { inputParser } from './input.ts';
import { checkOwnPage, isSecure, keepPrivate } from './ownPage.ts';
import type { RateExcess, RateLimiter } from './rateLimiter.ts';
import { Refusal, refusal, refuse } from './refusal.ts';
import {
  type Rendered,
  rendered,
  renderedRefusal,
  send,
  sendRefusal,
  sendToSession,
} from './reply.ts';
import {
  addressSubject,
  applicationSubject,
  bodyOf,
  checkRequest,
  checkUrl,
  checkVersion,
  credentialsOf,
  idempotencyKeyOf,
  sessionSubject,
  versionOf,
} from './request.ts';
import type { Handler, Input, Routes } from './routes.ts';
import { protect, securityLines } from './securityHeaders.ts';
import { mayHoldSession, sessionOfCookie } from './sessionCookie.ts';

/** The dependencies of the pipeline. */
export interface PipelineParts {
  readonly db: Database;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly events: EventSink;
  readonly merchants: Merchants;
  readonly authenticate: Authenticate;
  readonly limiter: RateLimiter;
  /** Seals the stored responses of repeatable writes. */
  readonly seal: Seal;
  readonly routes: Routes;
  readonly bodyLimitBytes: number;
  readonly trustedProxies: readonly string[];
  /** True when people reach this server only by https. */
  readonly isHttpsOnly?: boolean | undefined;
  /** Refuses requests that reached this server, or the proxy in front, without encryption. */
  readonly mustEncrypt?: boolean | undefined;
  /** The certificate and key for https. Absent: this server speaks http. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  /**
   * Returns the address at which people reach this server; called only for requests with a session.
   */
  publicUrl(): Promise<string>;
}

/**
 * Routes have no schemas of Fastify: `input.ts` checks by the contract. With these in place,
 * Fastify does not load its own two compilers, which would take longer than the rest of its start.
 */
const noCompilers = {
  buildValidator: refuseSchema,
  buildSerializer: refuseSchema,
};

function refuseSchema(): never {
  throw new Error('A route has a schema of Fastify, but only the contract describes requests.');
}

/**
 * Handles a HEAD as the GET, whose body Node then leaves out. Fastify would add a second route for
 * each GET.
 */
const headLikeGet = {
  exposeHeadRoutes: false,
  rewriteUrl(request: { method?: string | undefined; url?: string | undefined }): string {
    if (request.method === 'HEAD') request.method = 'GET';
    return request.url ?? '/';
  },
};

/**
 * The HTTP server. Every request takes the same steps, in this order: find the operation,
 * authenticate, rate, version, permission, parse, and then the operation's own function.
 */
export function httpServer(parts: PipelineParts): FastifyInstance {
  // The assertion gives the server the type that plugins expect, which know only Fastify's own
  // logger.
  const server = Fastify({
    // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
    loggerInstance: parts.log as FastifyBaseLogger,
    // Each response is logged below by operation, because a URL may contain an email address.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: requestIds(parts),
    bodyLimit: parts.bodyLimitBytes,
    http: { headersTimeout: headersMsMax },
    requestTimeout: receivingMsMax,
    connectionTimeout: silenceMsMax,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    ...(parts.tls && {
      https: { cert: parts.tls.certificate, key: parts.tls.key, headersTimeout: headersMsMax },
    }),
    trustProxy: parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false,
    schemaController: { compilersFactory: noCompilers },
    ...headLikeGet,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: linkLengthMax },
    frameworkErrors: (error, request, reply) =>
      void fail(error, request as FastifyRequest, reply as FastifyReply),
    clientErrorHandler: (_error, socket) =>
      void (
        socket.writable &&
        socket.end(unreadableAnswer('HTTP/1.1 in time, with headers of at most 16 KB'))
      ),
  });
  const callers: Callers = new WeakMap();
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    // Repeated here, because the hook does not run for a URL that cannot be parsed.
    protect(request, reply.header(requestIdHeader, request.id), parts.isHttpsOnly === true);
    return sendRefusal(reply, refusalOf(error, request, parts), callers.get(request)?.merchantId);
  };

  readBodiesAsText(server);
  watchPace(server, parts.clock, () =>
    unreadableAnswer(
      `a body of which ${bytesMin} bytes arrive in each ${roundMs / 1000} seconds, or all of it`,
    ),
  );
  watch(server, parts, callers);
  for (const id of operationIds) {
    const handler = parts.routes[id];
    if (handler)
      // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
      addOperation(server, parts, callers, id, handler as unknown as Handler<OperationId>);
  }
  server.setNotFoundHandler((request, reply) =>
    wantsPage(request) ? sendNoPage(reply) : sendRefusal(reply, nothingAt(request), undefined),
  );
  server.setErrorHandler(fail);
  return server;
}

type Callers = WeakMap<FastifyRequest, Principal>;

const requestIdHeader = 'x-request-id';

/**
 * The request's id. If there are trusted proxies, only they may send it, so that a client cannot
 * use the ids of other requests; a proxy of deploy/ replaces an id that a client sent.
 */
function requestIds({ trustedProxies, ids }: PipelineParts) {
  const isProxy = addressesOf(trustedProxies);
  return ({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): string =>
    (isProxy(socket.remoteAddress) ? givenRequestId(headers[requestIdHeader]) : undefined) ??
    ids.uuid();
}

/**
 * Returns whether a list of addresses and ranges contains an address. An empty list contains all.
 */
function addressesOf(list: readonly string[]): (address: string | undefined) => boolean {
  const ranges = list.map((each) =>
    each.includes('/') ? ipaddr.parseCIDR(each) : singleAddress(each),
  );
  return (address) => {
    if (ranges.length === 0) return true;
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(
      ([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits),
    );
  };
}

function singleAddress(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** An id in characters that are safe in a log. */
const givenRequestId = (given: unknown): string | undefined =>
  typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) && !holdsCardNumber(given)
    ? given
    : undefined;

const headersMsMax = 30_000;
// The largest attachment at the lowest speed (bodyPace.ts) takes a little less.
const receivingMsMax = 30 * 60_000;
// Also limits the time of an operation, because the connection is silent while it runs.
const silenceMsMax = 120_000;
// Longer than the minute for which load balancers usually keep connections. Otherwise the server
// could close a connection that the balancer is about to use.
const keepAliveMs = 75_000;

// Links to files contain the file's name, which may have 255 characters of any script.
const linkLengthMax = 8_000;

/**
 * The raw response for connections that fail before Fastify sees a whole request: malformed HTTP,
 * time-outs, headers over 16 KB, bodies that arrive too slowly.
 */
function unreadableAnswer(expected: string): string {
  const {
    body = '',
    error,
    refusalCode,
  } = renderedRefusal(refusal('wrong_format', { field: 'The request', expected }));
  const head = [
    'HTTP/1.1 400 Bad Request',
    `UC-REST-ERROR: ${error}`,
    `${refusalHeader}: ${refusalCode}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...securityLines,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/**
 * Bodies are kept as text until the caller is known. The parser then distinguishes malformed bodies
 * from too deeply nested ones.
 */
function readBodiesAsText(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => bodyText(body, request.headers),
  );
}

/**
 * Adds the hooks of all paths: they send the request id, log and count each response, and release
 * connections when the server closes.
 */
function watch(server: FastifyInstance, parts: PipelineParts, callers: Callers): void {
  const { metrics, isHttpsOnly } = parts;
  let isClosing = false;
  server.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    protect(request, reply, isHttpsOnly === true);
    // Otherwise Node would keep the connection until the client closes it, which delays the
    // shutdown.
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });
  server.addHook('onRequest', (request, reply, done) => {
    reply.header(requestIdHeader, request.id);
    if (parts.mustEncrypt === true && !isEncrypted(request.raw))
      refuse('encryption_needed', { expected: `https://${request.hostname}` });
    checkRequest(request);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const operation =
      (request.routeOptions.config as { operation?: string }).operation ??
      request.routeOptions.url ??
      'nothing';
    metrics.observeRequest(operation, reply.statusCode, reply.elapsedTime / 1000);
    const { merchantId: merchant, actor } = callers.get(request) ?? {};
    request.log.info(
      {
        operation,
        method: request.method,
        status: reply.statusCode,
        refusal: reply.getHeader(refusalHeader),
        ms: Math.round(reply.elapsedTime * 10) / 10,
        merchant,
        application: actor?.applicationId,
        user: actor?.userId,
        address: request.ip,
      },
      'answered',
    );
    done();
  });
}

function addOperation(
  server: FastifyInstance,
  parts: PipelineParts,
  callers: Callers,
  id: OperationId,
  handler: Handler<OperationId>,
): void {
  const operation = operationOf(id);
  const parse = inputParser(operation);

  server.route({
    method: operation.method,
    url: operation.base + operation.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { operation: id },
    // Checked before the body is read, so that a caller without the permission cannot make this
    // server receive and parse one.
    async onRequest(request, reply) {
      const principal = await callerOf(parts, request, reply);
      callers.set(request, principal);
      if (operation.changes && principal.actor.kind === 'session')
        checkOwnPage(request, await parts.publicUrl(), true);
      await countCall(parts, principal, request);
      if (needsVersion(operation)) checkVersion(request, principal);
      checkPermission(operation, principal);
      await checkSteps(parts, operation, principal);
    },
    async handler(request, reply) {
      const principal = callers.get(request)!;
      checkUrl(request);
      const body = bodyOf(request, operation);
      const { unknownQuery, unknownExpand, repeatedQuery, ...parsed } = parse({
        params: request.params as Record<string, string>,
        query: request.query as Record<string, unknown>,
        body,
      });
      const context = await contextOf(parts, principal, request);
      const ifMatch = versionOf(request, operation);
      const input = {
        ...parsed,
        ...(ifMatch === undefined ? {} : { ifMatch }),
      } as Input<OperationId>;

      const unknown = [
        unknownQueryWords(unknownQuery),
        unknownExpandWords(unknownExpand),
        repeatedQueryWords(repeatedQuery),
        operation.body && unknownWords(unknownFields(operation.body, parsed.body)),
      ];
      const run = async (context: Context) =>
        rendered(operation, warned(await handler(context, input), unknown));
      const key = idempotencyKeyOf(request, operation);
      const answer = (response: Rendered) =>
        principal.actor.session ? sendToSession(reply, response) : send(reply, response);
      if (key === undefined) return answer(await run(context));
      const once = await handleOnce(
        context,
        parts,
        key,
        [id, request.url, request.body ?? ''].join('\n'),
        run,
      );
      if (once.isReplay) reply.header(replayHeader, 'true');
      return answer(once.rendered);
    },
  });
}

/** Returns the response with a warning about input that the operation does not have. */
function warned(answer: Answer, unknown: readonly (string | undefined)[]): Answer {
  if (answer.kind === 'nothing') return answer;
  if (answer.kind === 'bare') {
    const warning = joinedWarning(answer.warning, unknown);
    return warning === undefined ? answer : { ...answer, warning };
  }
  const warning = joinedWarning(answer.extras.warning, unknown);
  return warning === undefined ? answer : { ...answer, extras: { ...answer.extras, warning } };
}

async function callerOf(
  parts: PipelineParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Principal> {
  const credentials = credentialsOf(request);
  if (mayBeSession(request, credentials)) {
    const secure = isSecure(request, await parts.publicUrl());
    const session = sessionOfCookie(request.headers.cookie ?? '', secure);
    if (session !== undefined) return sessionCaller(parts, request, reply, session);
  }
  const address = addressSubject(request);
  const known = parts.limiter.excessOf(address);
  if (known) throw tooMany(known);
  const principal = await parts.authenticate(credentials);
  return principal.ok ? principal.value : turnAway(parts, address, principal.reason);
}

/** A cookie counts only if neither a key nor a token was sent. */
const mayBeSession = (
  { headers: { cookie } }: FastifyRequest,
  { simpleKey, bearerToken }: Credentials,
): boolean => simpleKey === undefined && bearerToken === undefined && mayHoldSession(cookie);

/**
 * Authenticates a session before the limit of its address is checked: a script behind the same
 * address must not lock people out.
 */
async function sessionCaller(
  parts: PipelineParts,
  request: FastifyRequest,
  reply: FastifyReply,
  session: string,
): Promise<Principal> {
  keepPrivate(reply);
  const principal = await parts.authenticate({ address: request.ip, session });
  if (!principal.ok) return turnAway(parts, addressSubject(request), principal.reason);
  checkOwnPage(request, await parts.publicUrl());
  return principal.value;
}

/** Attempts with unknown keys count as well. Otherwise keys could be guessed without limit. */
async function turnAway(
  { limiter }: PipelineParts,
  address: string,
  reason: Refusal,
): Promise<never> {
  const excess = await limiter.admit([address]);
  throw excess ? tooMany(excess) : reason;
}

async function countCall(
  { limiter }: PipelineParts,
  principal: Principal,
  request: FastifyRequest,
): Promise<void> {
  const { session } = principal.actor;
  const excess = await limiter.admit(
    session
      ? [sessionSubject(session.sessionId)]
      : [applicationSubject(principal), addressSubject(request)],
  );
  if (excess) throw tooMany(excess);
}

const tooMany = ({ limit, seconds, retryAfterSeconds }: RateExcess): Refusal =>
  refusal('rate_limited', { limit, seconds }, { retryAfterSeconds });

function checkPermission(operation: Operation, principal: Principal): void {
  const { permissions: needed, needsAll = false } = operation;
  const missing = needed.filter((permission) => !principal.actor.permissions.has(permission));
  if (needsAll && missing.length > 0) refuse('missing_permission', { needed: missing, needsAll });
  if (needed.length > 0 && missing.length === needed.length)
    refuse('missing_permission', { needed });
  const { session } = principal.actor;
  if (operation.sessionOnly && !session) refuse('session_needed', {});
  if (operation.recentLogIn && session && !session.isRecent)
    refuse('recent_log_in_needed', { minutes: 15 });
}

async function checkSteps(
  { merchants }: PipelineParts,
  operation: Operation,
  { merchantId, actor: { session } }: Principal,
): Promise<void> {
  if (!session) return;
  const merchant = (await merchants.find(merchantId)) ?? refuse('bad_credentials', {});
  checkAccountSteps(operation, session, merchant);
}

async function contextOf(
  parts: PipelineParts,
  principal: Principal,
  request: FastifyRequest,
): Promise<Context> {
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

const paths = operationIds
  .map((id) => operationOf(id))
  .map(({ method, base, path }) => ({
    method,
    isLiteral: !path.includes('{'),
    pattern: new RegExp(`^${base}${path.replace(/\{\w+\}/g, '[^/]+')}/?$`),
  }));

function nothingAt(request: FastifyRequest): Refusal {
  const path = request.url.split('?')[0]!;
  const known = paths.filter(({ pattern }) => pattern.test(path));
  const literal = known.filter(({ isLiteral }) => isLiteral);
  const methods = (literal.length > 0 ? literal : known).map(({ method }) => method);
  const allowed = [...new Set(methods)].filter((method) => method !== request.method);
  return allowed.length > 0
    ? refusal('method_not_allowed', { method: request.method, path, allowed })
    : refusal('unknown_path', { path });
}

function refusalOf(error: unknown, request: FastifyRequest, parts: PipelineParts): Refusal {
  if (error instanceof Refusal) return error;
  const code = (error as { code?: string }).code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return refusal('body_too_large', { max: parts.bodyLimitBytes });
  if (code === 'FST_ERR_BAD_URL')
    return refusal('wrong_format', { field: 'The path', expected: 'percent-encoded UTF-8' });
  if (code === 'FST_ERR_MAX_PARAM_LENGTH')
    return refusal('too_long', { field: 'A part of the path', max: linkLengthMax });
  if (code?.startsWith('FST_ERR_CTP_'))
    return refusal('malformed_json', { reason: 'its length or encoding differs from its headers' });
  // The log has one line for a missing node, and does not repeat it for each request.
  if (!(error instanceof NodeMissing)) request.log.error({ err: error }, 'request failed');
  return isUnavailable(error) || isDiskFull(error)
    ? refusal('unavailable', {}, { retryAfterSeconds: 1 })
    : refusal('internal', { requestId: request.id });
}
