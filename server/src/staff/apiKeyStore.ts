import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import type { Database } from '../platform/storage/database.ts';
import { recordset } from '../platform/storage/recordset.ts';
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
  expires_at: Temporal.Instant | null;
  rotated_at: Temporal.Instant | null;
  last_used_at: Temporal.Instant | null;
  last_used_address: string | null;
  previous_until: Temporal.Instant | null;
  previous_used_at: Temporal.Instant | null;
}

const columns = `key_id, merchant_id, name, prefix, permissions, allowed_ips, user_id, created_at,
  revoked_at, expires_at, rotated_at, last_used_at, last_used_address, previous_until,
  previous_used_at`;

/** A key that was found by a secret. */
export interface FoundSecret {
  readonly key: ApiKey;
  /** True if it was the secret before the last rotation. */
  readonly isPrevious: boolean;
}

/**
 * Returns the key whose current or previous secret has this hash, even if it is revoked or has
 * expired. `api_key` is a reference table, because the key determines the merchant.
 */
export async function findApiKey(db: Database, hash: Buffer): Promise<FoundSecret | undefined> {
  for (const column of ['key_hash', 'previous_hash'] as const) {
    const row = await db.row<ApiKeyRow>(`select ${columns} from api_key where ${column} = $1`, [
      hash,
    ]);
    if (row) return { key: fromRow(row), isPrevious: column === 'previous_hash' };
  }
  return undefined;
}

/** Returns the merchant's key with this number, unless it was revoked or has expired. */
export async function findLiveApiKey(
  db: Database,
  merchantId: string,
  keyId: number,
  now: Temporal.Instant,
): Promise<ApiKey | undefined> {
  const row = await db.row<ApiKeyRow>(
    `select ${columns} from api_key where merchant_id = $1 and key_id = $2 and revoked_at is null
      and (expires_at is null or expires_at > $3)`,
    [merchantId, keyId, now],
  );
  return row && fromRow(row);
}

/** Returns the merchant's key with this number, locked. */
export async function lockApiKey(
  tx: Database,
  merchantId: string,
  keyId: number,
): Promise<ApiKey | undefined> {
  const row = await tx.row<ApiKeyRow>(
    `select ${columns} from api_key where merchant_id = $1 and key_id = $2 for update`,
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
      created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns}`,
    [
      keyHash,
      key.merchantId,
      key.name,
      key.prefix,
      key.permissions,
      key.allowedIps,
      key.userId,
      key.createdAt,
      key.expiresAt,
    ],
  );
  return fromRow(required(row, 'inserted key'));
}

/** The values that replace the secret of a key. */
export interface NewSecret {
  readonly hash: Buffer;
  readonly prefix: string;
  readonly at: Temporal.Instant;
  readonly previousUntil: Temporal.Instant;
  /** Undefined: unchanged. Null: the key does not expire. */
  readonly expiresAt?: Temporal.Instant | null | undefined;
}

/**
 * Replaces the secret of a valid key. The current secret becomes the previous one; the old previous
 * secret is no longer accepted. Returns undefined when there is no such valid key.
 */
export async function replaceSecret(
  db: Database,
  merchantId: string,
  keyId: number,
  { hash, prefix, at, previousUntil, expiresAt }: NewSecret,
): Promise<ApiKey | undefined> {
  const row = await db.row<ApiKeyRow>(
    `update api_key set previous_hash = key_hash, previous_until = $6, previous_used_at = null,
       key_hash = $3, prefix = $4, rotated_at = $5,
       expires_at = case when $7 then expires_at else $8::timestamptz end
     where merchant_id = $1 and key_id = $2 and revoked_at is null
       and (expires_at is null or expires_at > $5)
     returning ${columns}`,
    [merchantId, keyId, hash, prefix, at, previousUntil, expiresAt === undefined, expiresAt],
  );
  return row && fromRow(row);
}

/** Stores the name, the addresses and the expiry of a key. */
export async function saveApiKey(db: Database, key: ApiKey): Promise<void> {
  await db.run(
    `update api_key set name = $3, allowed_ips = $4, expires_at = $5
     where merchant_id = $1 and key_id = $2`,
    [key.merchantId, key.keyId, key.name, key.allowedIps, key.expiresAt],
  );
}

/** Returns the number of the merchant's keys that are valid at `now`. */
export async function countLiveApiKeys(
  db: Database,
  merchantId: string,
  now: Temporal.Instant,
): Promise<number> {
  const row = await db.row<{ count: number }>(
    `select count(*)::int as count from api_key where merchant_id = $1 and revoked_at is null
      and (expires_at is null or expires_at > $2)`,
    [merchantId, now],
  );
  return required(row, 'count').count;
}

/** The last use of a key, and of its previous secret. */
export interface KeyUse {
  readonly keyId: number;
  readonly usedAt: Temporal.Instant;
  readonly address: string;
  readonly previousUsedAt?: Temporal.Instant | undefined;
}

const useColumns = recordset<KeyUse>([
  { name: 'key_id', type: 'bigint', read: (use) => use.keyId },
  { name: 'last_used_at', type: 'timestamptz', read: (use) => use.usedAt },
  { name: 'last_used_address', type: 'text', read: (use) => use.address },
  { name: 'previous_used_at', type: 'timestamptz', read: (use) => use.previousUsedAt },
]);

/**
 * Stores the last uses of a merchant's keys. A use that is older than the stored one changes
 * nothing.
 */
export async function saveKeyUses(
  db: Database,
  merchantId: string,
  uses: readonly KeyUse[],
): Promise<void> {
  await db.run(
    `update api_key k set last_used_at = r.last_used_at, last_used_address = r.last_used_address,
       previous_used_at = coalesce(r.previous_used_at, k.previous_used_at)
     from ${useColumns.updateFrom(2)}
     where k.merchant_id = $1 and k.key_id = r.key_id
       and (k.last_used_at is null or k.last_used_at < r.last_used_at)`,
    [merchantId, ...useColumns.values(uses)],
  );
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
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.rotated_at === null ? {} : { rotatedAt: row.rotated_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.last_used_address === null ? {} : { lastUsedAddress: row.last_used_address }),
    ...(row.previous_until === null ? {} : { previousUntil: row.previous_until }),
    ...(row.previous_used_at === null ? {} : { previousUsedAt: row.previous_used_at }),
  };
}
