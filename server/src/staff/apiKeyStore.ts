import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import type { Database } from '../platform/storage/database.ts';
import type { ApiKey } from './apiKey.ts';

interface ApiKeyRow {
  key_id: number;
  merchant_id: string;
  name: string;
  prefix: string;
  permissions: string[];
  allowed_ips: string[];
  user_id: number | null;
  created_at: Temporal.Instant;
  revoked_at: Temporal.Instant | null;
}

const columns =
  'key_id, merchant_id, name, prefix, permissions, allowed_ips, user_id, created_at, revoked_at';

/**
 * Returns the key with this hash, also a revoked one. `api_key` is a reference table, because the
 * key determines the merchant.
 */
export async function findApiKey(db: Database, keyHash: Buffer): Promise<ApiKey | undefined> {
  const row = await db.row<ApiKeyRow>(`select ${columns} from api_key where key_hash = $1`, [
    keyHash,
  ]);
  return row && fromRow(row);
}

/** Returns the merchant's key with this number, unless it was revoked. */
export async function findLiveApiKey(
  db: Database,
  merchantId: string,
  keyId: number,
): Promise<ApiKey | undefined> {
  const row = await db.row<ApiKeyRow>(
    `select ${columns} from api_key where merchant_id = $1 and key_id = $2 and revoked_at is null`,
    [merchantId, keyId],
  );
  return row && fromRow(row);
}

/** Reads all keys of a merchant, revoked ones included. */
export async function listApiKeys(db: Database, merchantId: string): Promise<ApiKey[]> {
  return (
    await db.rows<ApiKeyRow>(
      `select ${columns} from api_key where merchant_id = $1 order by key_id`,
      [merchantId],
    )
  ).map(fromRow);
}

/** A key before it has an id. */
export type NewApiKey = Omit<ApiKey, 'keyId' | 'revokedAt'>;

/** Stores a new key by its hash. */
export async function insertApiKey(db: Database, keyHash: Buffer, key: NewApiKey): Promise<ApiKey> {
  const row = await db.row<ApiKeyRow>(
    `insert into api_key (key_hash, merchant_id, name, prefix, permissions, allowed_ips, user_id,
      created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${columns}`,
    [
      keyHash,
      key.merchantId,
      key.name,
      key.prefix,
      key.permissions,
      key.allowedIps,
      key.userId,
      key.createdAt,
    ],
  );
  return fromRow(required(row, 'inserted key'));
}

/**
 * Revokes the key. Returns false when the merchant has no such key, or when it was already revoked.
 */
export async function revokeApiKey(
  db: Database,
  merchantId: string,
  keyId: number,
  at: Temporal.Instant,
): Promise<boolean> {
  const revoked = await db.run(
    `update api_key set revoked_at = $3 where merchant_id = $1 and key_id = $2
      and revoked_at is null`,
    [merchantId, keyId, at],
  );
  return revoked === 1;
}

function fromRow(row: ApiKeyRow): ApiKey {
  return {
    keyId: row.key_id,
    merchantId: row.merchant_id,
    name: row.name,
    prefix: row.prefix,
    permissions: row.permissions,
    allowedIps: row.allowed_ips,
    createdAt: row.created_at,
    ...(row.user_id === null ? {} : { userId: row.user_id }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
