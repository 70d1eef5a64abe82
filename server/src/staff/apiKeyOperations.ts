import type { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';
import type { Database } from '../platform/storage/database.ts';
import { type ApiKey, hashKey, keyBytes, prefixOf } from './apiKey.ts';
import { insertApiKey, replaceSecret } from './apiKeyStore.ts';

/** The fields with which a new key is created. */
export type ApiKeyDetails = Pick<
  ApiKey,
  'merchantId' | 'name' | 'permissions' | 'allowedIps' | 'userId' | 'expiresAt'
>;

/** A key with its secret, which the database does not contain. */
export interface IssuedKey {
  readonly key: string;
  readonly stored: ApiKey;
}

/** Creates a key. `key` is returned only here; the database stores its hash. */
export async function createApiKey(
  db: Database,
  ids: IdFactory,
  details: ApiKeyDetails,
  at: Temporal.Instant,
): Promise<IssuedKey> {
  const key = ids.secret(keyBytes);
  return {
    key,
    stored: await insertApiKey(db, hashKey(key), {
      ...details,
      prefix: prefixOf(key),
      createdAt: at,
    }),
  };
}

/** The options for replacing a secret. */
export interface Rotation {
  /** How long the current secret is accepted along with the new one. */
  readonly keepOldHours: number;
  /** Undefined: unchanged. Null: the key does not expire. */
  readonly expiresAt?: Temporal.Instant | null | undefined;
}

/**
 * Gives a valid key another secret. Its number, permissions and webhooks stay. Returns undefined
 * when the merchant has no valid key with this number.
 */
export async function replaceKeySecret(
  db: Database,
  ids: IdFactory,
  { merchantId, keyId }: Pick<ApiKey, 'merchantId' | 'keyId'>,
  { keepOldHours, expiresAt }: Rotation,
  at: Temporal.Instant,
): Promise<IssuedKey | undefined> {
  const key = ids.secret(keyBytes);
  const stored = await replaceSecret(db, merchantId, keyId, {
    hash: hashKey(key),
    prefix: prefixOf(key),
    at,
    previousUntil: at.add({ hours: keepOldHours }),
    expiresAt,
  });
  return stored && { key, stored };
}
