import type { Temporal } from 'temporal-polyfill';
import type { IdFactory } from '../kernel/ids.ts';
import type { Database } from '../platform/storage/database.ts';
import { type ApiKey, hashKey, keyBytes, prefixOf } from './apiKey.ts';
import { insertApiKey } from './apiKeyStore.ts';

/** What a new key is created with. */
export type ApiKeyDetails = Pick<
  ApiKey,
  'merchantId' | 'name' | 'permissions' | 'allowedIps' | 'userId'
>;

/** Creates a key. `key` is returned only here; the database stores its hash. */
export async function createApiKey(
  db: Database,
  ids: IdFactory,
  details: ApiKeyDetails,
  at: Temporal.Instant,
): Promise<{ key: string; stored: ApiKey }> {
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
