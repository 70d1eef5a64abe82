import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { assert } from '../kernel/assert.ts';

/** The headers by which a receiver verifies a delivery: the Standard Webhooks scheme, version 1. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** A secret is shown as this prefix followed by base64. */
export const secretPrefix = 'whsec_';

/** Creates the text of a secret from random bytes; the scheme requires 24 to 64 of them. */
export function secretFrom(bytes: Uint8Array): string {
  assert(bytes.length >= 24 && bytes.length <= 64, 'a signing secret has 24 to 64 bytes');
  return secretPrefix + Buffer.from(bytes).toString('base64');
}

/** Creates the key from a secret's text. This takes as long as a signature, so keep the key. */
export function signingKey(secret: string): KeyObject {
  assert(secret.startsWith(secretPrefix), 'a signing secret starts with its prefix');
  return createSecretKey(secret.slice(secretPrefix.length), 'base64');
}

/**
 * Signs a body. While a secret is being replaced, there are several keys and a signature for each,
 * so that the receiver may use either secret. The id identifies the delivery, not the attempt: a
 * body that is sent again has the same id.
 */
export function signatureHeaders(
  id: string,
  epochSeconds: number,
  body: string | Uint8Array,
  keys: readonly KeyObject[],
): SignatureHeaders {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(epochSeconds),
    'webhook-signature': keys
      .map(
        (key) =>
          `v1,${createHmac('sha256', key).update(`${id}.${epochSeconds}.`).update(body).digest('base64')}`,
      )
      .join(' '),
  };
}
