import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { assert } from '../kernel/assert.ts';

/** What a receiver checks a delivery by: the headers of the Standard Webhooks scheme, version 1. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** Secrets are shown with this prefix and base64 after it. */
export const secretPrefix = 'whsec_';

/** Makes the text of a secret from random bytes; the scheme asks for 24 to 64 of them. */
export function secretFrom(bytes: Uint8Array): string {
  assert(bytes.length >= 24 && bytes.length <= 64, 'a signing secret has 24 to 64 bytes');
  return secretPrefix + Buffer.from(bytes).toString('base64');
}

/** Makes a secret's text ready to sign with, which takes as long as a signature itself. */
export function signingKey(secret: string): KeyObject {
  assert(secret.startsWith(secretPrefix), 'a signing secret starts with its prefix');
  return createSecretKey(secret.slice(secretPrefix.length), 'base64');
}

/**
 * Signs a body. While a secret is being replaced there are several: one signature each, so that a receiver may know either. The id names
 * the delivery, not the try: a body that is sent again carries the same one.
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
