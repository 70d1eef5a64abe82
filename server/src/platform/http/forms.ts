import type { FastifyRequest } from 'fastify';
import { isPercentEncodedUtf8 } from './bodyText.ts';
import { refuse } from './refusal.ts';
import { findUnstorable, storableText } from './storableText.ts';

/**
 * Returns the fields of a posted form; none when the body is empty. Refuses values that cannot be
 * decoded or stored.
 */
export const formOf = (request: FastifyRequest): URLSearchParams =>
  readForm(typeof request.body === 'string' ? request.body : '');

/** Parses a form body. Refuses one that is not percent-encoded UTF-8. */
export function readForm(text: string): URLSearchParams {
  if (!isPercentEncodedUtf8(text))
    refuse('wrong_encoding', { given: 'another encoding than UTF-8', expected: 'UTF-8' });
  const form = new URLSearchParams(text);
  const unstorable = findUnstorable(Object.fromEntries(form));
  if (unstorable !== undefined)
    refuse('wrong_format', { field: unstorable || 'The body', expected: storableText });
  return form;
}
