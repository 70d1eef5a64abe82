import type { Seal } from '../platform/seal.ts';
import type { Database } from '../platform/storage/database.ts';

/** A user's second factor in its stored form. */
export interface StoredFactor {
  readonly sealedSecret: Buffer;
  readonly isActive: boolean;
  readonly recoveryCodesLeft: number;
}

/** Returns the user's second factor, even if it is not active yet. */
export function findFactor(
  db: Database,
  merchantId: string,
  userId: number,
): Promise<StoredFactor | undefined> {
  return db.row<StoredFactor>(
    `select sealed_secret as "sealedSecret", is_active as "isActive",
      (select count(*)::int from user_recovery_code c where c.merchant_id = $1
        and c.user_id = f.user_id) as "recoveryCodesLeft"
     from user_second_factor f where f.merchant_id = $1 and f.user_id = $2`,
    [merchantId, userId],
  );
}

/** Stores a secret that is not active yet. Returns false when the user has an active one. */
export async function insertFactor(
  tx: Database,
  merchantId: string,
  userId: number,
  sealedSecret: Buffer,
): Promise<boolean> {
  const inserted = await tx.run(
    `insert into user_second_factor as f (merchant_id, user_id, sealed_secret) values ($1, $2, $3)
     on conflict (merchant_id, user_id) do update set sealed_secret = excluded.sealed_secret
      where not f.is_active`,
    [merchantId, userId, sealedSecret],
  );
  return inserted === 1;
}

/**
 * Marks the code of a half-minute as used. Returns false when it, or a later one, was used before.
 * With `activate`, also activates the factor.
 */
export async function takeStep(
  tx: Database,
  merchantId: string,
  userId: number,
  step: number,
  activate = false,
): Promise<boolean> {
  const taken = await tx.run(
    `update user_second_factor set last_step = $3, is_active = is_active or $4
      where merchant_id = $1 and user_id = $2 and last_step < $3`,
    [merchantId, userId, step, activate],
  );
  return taken === 1;
}

/** Deletes a used recovery code. Returns false when the user has no such code. */
export async function takeRecoveryCode(
  tx: Database,
  merchantId: string,
  userId: number,
  hash: Buffer,
): Promise<boolean> {
  const taken = await tx.run(
    'delete from user_recovery_code where merchant_id = $1 and user_id = $2 and code_hash = $3',
    [merchantId, userId, hash],
  );
  return taken === 1;
}

/** Stores the recovery codes of a user in place of earlier ones. */
export async function replaceRecoveryCodes(
  tx: Database,
  merchantId: string,
  userId: number,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.run('delete from user_recovery_code where merchant_id = $1 and user_id = $2', [
    merchantId,
    userId,
  ]);
  for (const hash of hashes)
    await tx.run(
      'insert into user_recovery_code (merchant_id, user_id, code_hash) values ($1, $2, $3)',
      [merchantId, userId, hash],
    );
}

/** Deletes the second factor of a user with its recovery codes. Returns whether there was one. */
export async function deleteFactor(
  tx: Database,
  merchantId: string,
  userId: number,
): Promise<boolean> {
  await replaceRecoveryCodes(tx, merchantId, userId, []);
  const deleted = await tx.run(
    'delete from user_second_factor where merchant_id = $1 and user_id = $2',
    [merchantId, userId],
  );
  return deleted === 1;
}

/** Seals the second factors of a merchant's users with the current key. */
export async function resealFactors(tx: Database, merchantId: string, seal: Seal): Promise<void> {
  const factors = await tx.rows<{ user_id: number; sealed_secret: Buffer }>(
    `select user_id, sealed_secret from user_second_factor where merchant_id = $1
     for no key update`,
    [merchantId],
  );
  for (const { user_id, sealed_secret } of factors)
    await tx.run(
      'update user_second_factor set sealed_secret = $3 where merchant_id = $1 and user_id = $2',
      [merchantId, user_id, seal.reseal(sealed_secret)],
    );
}
