import {
  errorHeader,
  hasEnvelope,
  merchantErrorHeader,
  type Operation,
  refusalHeader,
  warningHeader,
} from '@perennial/contract/operations.ts';
import type { FastifyReply } from 'fastify';
import {
  type Answer,
  type AnswerHeaders,
  envelope,
  errorBody,
  type Warning,
  withoutEnvelope,
} from './answer.ts';
import { compress, compressedFromBytes } from './compression.ts';
import type { Refusal } from './refusal.ts';

/** A response in the form in which it is sent and stored for an idempotent request. */
export interface Rendered {
  readonly status: number;
  /** JSON; absent with 204. */
  readonly body?: string;
  readonly etag?: string;
  /** The `UC-REST-ERROR` of a refusal. */
  readonly error?: string;
  /** The `X-Perennial-Refusal` of a refusal. */
  readonly refusalCode?: string;
  /** Sent, but not stored with the response of an idempotent request. */
  readonly headers?: AnswerHeaders;
}

/** Renders the result of an operation as a response. */
export function rendered(operation: Operation, answer: Answer): Rendered {
  switch (answer.kind) {
    case 'nothing':
      return { status: 204, ...(answer.headers ? { headers: answer.headers } : {}) };
    case 'bare':
      return {
        status: answer.status,
        body: JSON.stringify(answer.value),
        ...inHeader(answer.warning),
      };
    case 'payload': {
      const { json, extras } = answer;
      const etag = extras.version === undefined ? {} : { etag: `"${extras.version}"` };
      return hasEnvelope(operation.response)
        ? { status: 200, body: envelope(operation.payload, json, extras), ...etag }
        : {
            status: 200,
            body: withoutEnvelope(operation.payload, json, extras),
            ...etag,
            ...inHeader(extras.warning),
          };
    }
  }
}

/** Warnings for a body that has no field for them. */
const inHeader = (warning: Warning | undefined): Pick<Rendered, 'headers'> =>
  warning === undefined ? {} : { headers: { [warningHeader]: headerText(warning.message) } };

/** Renders a refusal as the wire's Error. */
export function renderedRefusal({ code, message, status, objectId, version }: Refusal): Rendered {
  // The rate limit's body is UltraCart's own: no `success`, no `error_code`.
  const body =
    code === 'rate_limited'
      ? { error: { developer_message: message, user_message: message }, metadata: {} }
      : { success: false, metadata: {}, error: errorBody(message, status, objectId) };
  return {
    status,
    body: JSON.stringify(body),
    error: headerText(message),
    refusalCode: code,
    ...(version === undefined ? {} : { etag: `"${version}"` }),
  };
}

/** Sends a response. */
export function send(reply: FastifyReply, response: Rendered): FastifyReply {
  sendHead(reply, response);
  const { body } = response;
  return body === undefined ? reply.send() : reply.type('application/json').send(body);
}

/**
 * Sends a response to a session, a large one compressed. Only sessions get this: clients with a
 * key run next to their servers, where bandwidth costs less than processor time.
 */
export async function sendToSession(
  reply: FastifyReply,
  response: Rendered,
): Promise<FastifyReply> {
  const { body } = response;
  if (body === undefined || Buffer.byteLength(body) < compressedFromBytes)
    return send(reply, response);
  sendHead(reply, response);
  reply.header('Vary', 'Accept-Encoding').type('application/json; charset=utf-8');
  const compressed = await compress(body, reply.request.headers['accept-encoding']?.toString());
  return compressed === undefined
    ? reply.send(body)
    : reply.header('Content-Encoding', compressed.encoding).send(compressed.bytes);
}

function sendHead(
  reply: FastifyReply,
  { status, etag, error, refusalCode, headers }: Rendered,
): void {
  reply.code(status);
  // Required in each 401 (RFC 9110, section 15.5.2). The scheme makes no browser ask for a
  // password.
  if (status === 401) reply.header('WWW-Authenticate', 'Bearer realm="Perennial"');
  if (etag !== undefined) reply.header('ETag', etag);
  if (error !== undefined) exactHeader(reply, errorHeader, error);
  if (refusalCode !== undefined) exactHeader(reply, refusalHeader, refusalCode);
  for (const [name, value] of Object.entries(headers ?? {})) reply.header(name, value);
}

/** Sends a refusal with the headers that only refusals have. */
export function sendRefusal(
  reply: FastifyReply,
  refused: Refusal,
  merchantId: string | undefined,
): FastifyReply {
  if (merchantId !== undefined) exactHeader(reply, merchantErrorHeader, merchantId);
  if (refused.retryAfterSeconds !== undefined)
    exactHeader(reply, 'Retry-After', String(refused.retryAfterSeconds));
  return send(reply, renderedRefusal(refused));
}

/**
 * Bypasses Fastify, which writes header names in lower case. A published client finds `Retry-After`
 * only in this spelling.
 */
const exactHeader = (reply: FastifyReply, name: string, value: string): unknown =>
  reply.raw.setHeader(name, value);

/** A header is one line of Latin-1. */
export const headerText = (message: string): string =>
  message.replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ').slice(0, 1000);
