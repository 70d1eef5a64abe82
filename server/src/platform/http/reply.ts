import {
  errorHeader,
  merchantErrorHeader,
  type Operation,
} from '@perennial/contract/operations.ts';
import type { FastifyReply } from 'fastify';
import { type Answer, envelope, errorBody } from './answer.ts';
import type { Refusal } from './refusal.ts';

/** A response as it is sent, which an idempotent request stores. */
export interface Rendered {
  readonly status: number;
  /** JSON; absent with 204. */
  readonly body?: string;
  readonly etag?: string;
  /** The `UC-REST-ERROR` of a refusal. */
  readonly error?: string;
}

/** The result of an operation in the envelope of the wire. */
export function rendered(operation: Operation, answer: Answer): Rendered {
  switch (answer.kind) {
    case 'nothing':
      return { status: 204 };
    case 'bare':
      return { status: answer.status, body: JSON.stringify(answer.value) };
    case 'payload':
      return {
        status: 200,
        body: envelope(operation.payload ?? 'result', answer.json, answer.extras),
        ...(answer.extras.version === undefined ? {} : { etag: `"${answer.extras.version}"` }),
      };
  }
}

/** A refusal as the wire's Error. */
export function renderedRefusal({ code, message, status, objectId }: Refusal): Rendered {
  // The rate limit's body is UltraCart's own: no `success`, no `error_code`.
  const body =
    code === 'rate_limited'
      ? { error: { developer_message: message, user_message: message }, metadata: {} }
      : { success: false, metadata: {}, error: errorBody(message, status, objectId) };
  return { status, body: JSON.stringify(body), error: headerText(message) };
}

export function send(reply: FastifyReply, { status, body, etag, error }: Rendered): FastifyReply {
  reply.code(status);
  if (etag !== undefined) reply.header('ETag', etag);
  if (error !== undefined) exactHeader(reply, errorHeader, error);
  return body === undefined ? reply.send() : reply.type('application/json').send(body);
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
 * Past Fastify, which writes names of headers in lower case: a published client finds `Retry-After`
 * only when it is written so.
 */
const exactHeader = (reply: FastifyReply, name: string, value: string): unknown =>
  reply.raw.setHeader(name, value);

/** A header holds one line of Latin-1. */
export const headerText = (message: string): string =>
  message.replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ').slice(0, 1000);
