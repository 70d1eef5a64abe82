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
 * Derives the credential that replaces another, for one `purpose`. It follows from the old
 * credential and the salt, so both together give the same one again; neither alone does.
 */
export const successor = (before: Credential, salt: Buffer, purpose: string): Credential =>
  credential(
    before.merchantId,
    `${before.merchantId}.${createHmac('sha256', salt).update(`${purpose} ${before.text}`).digest('hex')}`,
  );

/** A secret that a client gets, and what is stored of it. */
export interface Credential {
  readonly text: string;
  readonly merchantId: string;
  /** The form that the database stores. */
  readonly hash: Buffer;
}

/** Parses the credential in a text. Returns undefined when it cannot be one of ours. */
export function parseCredential(text: string): Credential | undefined {
  const merchantId = /^([A-Z0-9]{1,5})\.[0-9a-f]{64}$/.exec(text)?.[1];
  return merchantId === undefined ? undefined : credential(merchantId, text);
}

/** 256 random bits need no slow hash. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Whether `secret` has this hash. Compares in constant time. */
export const isSecret = (secret: string, hash: Buffer): boolean =>
  timingSafeEqual(hashSecret(secret), hash);

/** The random bytes in a credential. */
export const secretBytes = 32;

const credential = (merchantId: string, text: string): Credential => ({
  text,
  merchantId,
  hash: hashSecret(text),
});
