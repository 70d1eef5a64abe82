import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IdFactory } from '../kernel/ids.ts';

/**
 * A secret that we issue: a token, a code, a ticket. It begins with its merchant, so that its row
 * is found among the merchant's own. Clients treat it as opaque.
 */
export function newCredential(ids: IdFactory, merchantId: string): Credential {
  return credential(merchantId, `${merchantId}.${ids.secret(secretBytes)}`);
}

/**
 * Derives the credential that replaces another one, for one `purpose`. The old credential and the
 * salt together always give the same result; neither is enough alone.
 */
export const successor = (before: Credential, salt: Buffer, purpose: string): Credential =>
  credential(
    before.merchantId,
    `${before.merchantId}.${createHmac('sha256', salt).update(`${purpose} ${before.text}`).digest('hex')}`,
  );

/** A secret for a client, and its stored form. */
export interface Credential {
  readonly text: string;
  readonly merchantId: string;
  /** The form that the database stores. */
  readonly hash: Buffer;
}

/** Parses a credential. Returns undefined when the text cannot be one of ours. */
export function parseCredential(text: string): Credential | undefined {
  const merchantId = /^([A-Z0-9]{1,5})\.[0-9a-f]{64}$/.exec(text)?.[1];
  return merchantId === undefined ? undefined : credential(merchantId, text);
}

/** 256 random bits need no slow hash. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Returns whether `secret` has this hash. Compares in constant time. */
export const isSecret = (secret: string, hash: Buffer): boolean =>
  timingSafeEqual(hashSecret(secret), hash);

/** The number of random bytes in a credential. */
export const secretBytes = 32;

const credential = (merchantId: string, text: string): Credential => ({
  text,
  merchantId,
  hash: hashSecret(text),
});
