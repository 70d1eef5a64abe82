import { type Operation, simpleKeyHeader, versionHeader } from '@perennial/contract/operations.ts';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { holdsCardNumber } from '../../kernel/cardDigits.ts';
import { findCardNumber } from '../../kernel/cardNumbers.ts';
import type { Credentials, Principal } from './authentication.ts';
import { isPercentEncodedUtf8 } from './bodyText.ts';
import { readForm } from './forms.ts';
import { idempotencyHeader, idempotencyKeyMax } from './idempotency.ts';
import { depthMax, parseJson } from './jsonBody.ts';
import { sessionSubjectPrefix } from './rateLimiter.ts';
import { refuse } from './refusal.ts';
import { findUnstorable, mayHoldUnstorable, storableText } from './storableText.ts';

const pathPartMax = 500;
const headersMax = 100;
const queryLengthMax = 8_192;
const singleHeaders: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type']);

/** Refuses requests that are too large or unreadable, on any path, before authentication. */
export function checkRequest(request: FastifyRequest): void {
  if (request.raw.rawHeaders.length / 2 > headersMax)
    refuse('out_of_range', { field: 'The number of headers', min: 0, max: headersMax });
  refuseRepeatedHeaders(request);
  const query = request.url.indexOf('?');
  if (query >= 0 && request.url.length - query > queryLengthMax)
    refuse('too_long', { field: 'The query', max: queryLengthMax });
  if (request.url.includes('%00'))
    refuse('wrong_format', {
      field: query >= 0 && request.url.indexOf('%00') > query ? 'The query' : 'The path',
      expected: storableText,
    });
  if (query >= 0 && !isPercentEncodedUtf8(request.url.slice(query)))
    refuse('wrong_encoding', { given: 'another encoding than UTF-8', expected: 'UTF-8' });
}

/**
 * Refuses a request that has one of these headers several times: Node keeps the first, but a server
 * in front of this one may have used another. For `Host`, RFC 9112 (section 3.2) requires the
 * refusal.
 */
function refuseRepeatedHeaders({ raw: { rawHeaders } }: FastifyRequest): void {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] ?? '';
    const name = field.toLowerCase();
    if (!singleHeaders.has(name)) continue;
    if (seen.has(name))
      refuse('wrong_format', { field: `The header ${field}`, expected: 'it once' });
    seen.add(name);
  }
}

/**
 * Refuses parts of an operation's path that are too long, and card numbers, because servers on the
 * way would log them.
 */
export function checkUrl(request: FastifyRequest): void {
  for (const [field, value] of Object.entries(request.params as Record<string, string>))
    if (value.length > pathPartMax) refuse('too_long', { field, max: pathPartMax });
  const field = findCardNumber(request.query) ?? findCardNumber(request.params);
  if (field !== undefined) refuse('card_number_refused', { field: field || 'The query' });
}

/**
 * Returns the credentials of a request. An empty `Bearer`, which some clients send together with a
 * simple key, counts as absent.
 */
export function credentialsOf(request: FastifyRequest): Credentials {
  const key = request.headers[simpleKeyHeader];
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return {
    address: request.ip,
    ...(typeof key === 'string' && key !== '' ? { simpleKey: key } : {}),
    ...(token === undefined ? {} : { bearerToken: token }),
  };
}

/**
 * Refuses a version of the API that this server does not have. A browser's own requests (a link, an
 * image) name none, so it is optional for sessions.
 */
export function checkVersion(request: FastifyRequest, { actor }: Principal): void {
  const given = request.headers[versionHeader.name.toLowerCase()];
  const words = { header: versionHeader.name, expected: versionHeader.value };
  if (given === undefined) {
    if (actor.kind === 'session') return;
    refuse('missing_version', words);
  }
  if (given !== versionHeader.value) refuse('wrong_version', words);
}

/**
 * Parses the body: a form or JSON, as the operation requires. Refuses values that cannot be stored
 * and card numbers. Undefined when there is no body.
 */
export function bodyOf(request: FastifyRequest, operation: Operation): unknown {
  const text = request.body as string | undefined;
  if (text === undefined || text.trim() === '') return undefined;
  const isForm = takesForm(request, operation);
  const body = isForm ? Object.fromEntries(readForm(text)) : jsonOf(text);
  const unstorable = isForm || mayHoldUnstorable(text) ? findUnstorable(body) : undefined;
  if (unstorable !== undefined)
    refuse('wrong_format', { field: unstorable || 'The body', expected: storableText });
  const cardNumber = findCardNumber(body);
  if (cardNumber !== undefined) refuse('card_number_refused', { field: cardNumber || 'The body' });
  return body;
}

/**
 * Returns the version in an `If-Match` header. A tag that this server never sent matches nothing. A
 * write that compares no version refuses the header, because the client relies on the comparison.
 */
export function versionOf(
  request: FastifyRequest,
  { method, versioned }: Operation,
): number | undefined {
  const tag = request.headers['if-match'];
  if (tag === undefined || tag.trim() === '*' || method === 'GET') return undefined;
  if (!versioned) refuse('if_match_unsupported', {});
  return Number(/^\s*(?:W\/)?"?(\d{1,15})"?\s*$/.exec(tag)?.[1] ?? -1);
}

/** Returns the key with which a client makes a write repeatable; reads are always repeatable. */
export function idempotencyKeyOf(
  request: FastifyRequest,
  operation: Operation,
): string | undefined {
  const key = request.headers[idempotencyHeader];
  const isWrite =
    operation.method === 'PUT' ||
    operation.method === 'DELETE' ||
    operation.permissions.some((permission) => permission.endsWith('_write'));
  if (key === undefined || !isWrite || operation.method === 'GET') return undefined;
  if (typeof key === 'string' && holdsCardNumber(key))
    refuse('card_number_refused', { field: 'Idempotency-Key' });
  if (typeof key === 'string' && key !== '' && key.length <= idempotencyKeyMax) return key;
  return refuse('wrong_format', {
    field: 'Idempotency-Key',
    expected: `one text of 1 to ${idempotencyKeyMax} characters`,
  });
}

/** Returns the subject by which the rate of a session is counted. */
export const sessionSubject = (sessionId: string): string => `${sessionSubjectPrefix}${sessionId}`;

/** Returns the rate limit subject of an application within its merchant. */
export const applicationSubject = ({ merchantId, actor }: Principal): string =>
  `app:${merchantId}/${actor.applicationId ?? actor.name}`;

/**
 * Returns the rate limit subject of the client's address. For IPv6 it is the network of 64 bits,
 * because one client usually has a whole network.
 */
export function addressSubject({ ip }: FastifyRequest): string {
  let subject = addressSubjects.get(ip);
  if (subject === undefined) {
    if (addressSubjects.size >= addressSubjectsMax) addressSubjects.clear();
    addressSubjects.set(ip, (subject = `ip:${networkOf(ip)}`));
  }
  return subject;
}

// Cached: each request needs it twice, and there are few addresses.
const addressSubjects = new Map<string, string>();
const addressSubjectsMax = 10_000;

function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4'
    ? address.toString()
    : `${address.toByteArray().slice(0, 8).join('.')}/64`;
}

function takesForm(request: FastifyRequest, operation: Operation): boolean {
  return operation.form === true && !(request.headers['content-type'] ?? '').includes('json');
}

function jsonOf(text: string): unknown {
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  return parsed.reason === 'too deep'
    ? refuse('too_deep', { max: depthMax })
    : refuse('malformed_json', { reason: 'it cannot be parsed' });
}
