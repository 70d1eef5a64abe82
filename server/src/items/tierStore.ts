import type { PricingTier } from '@perennial/contract/catalog.ts';
import { foldTrimmed } from '../kernel/caseFolding.ts';
import type { Database } from '../platform/storage/database.ts';
import { wroteUnlessTaken } from '../platform/storage/failures.ts';

/** Returns a merchant's pricing tiers, by oid. */
export async function listTiers(db: Database, merchantId: string): Promise<PricingTier[]> {
  const rows = await db.rows<{ document: PricingTier }>(
    'select document from pricing_tier where merchant_id = $1 order by pricing_tier_oid',
    [merchantId],
  );
  return rows.map((row) => row.document);
}

/** Returns a pricing tier and locks it until the transaction ends, or undefined. */
export async function lockTier(
  tx: Database,
  merchantId: string,
  oid: number,
): Promise<PricingTier | undefined> {
  const row = await tx.row<{ document: PricingTier }>(
    `select document from pricing_tier where merchant_id = $1 and pricing_tier_oid = $2
     for update`,
    [merchantId, oid],
  );
  return row?.document;
}

/**
 * Inserts a pricing tier. Returns false when its name is taken. The comparison of names ignores
 * case.
 */
export async function addTier(
  tx: Database,
  merchantId: string,
  tier: PricingTier,
): Promise<boolean> {
  const count = await tx.run(
    `insert into pricing_tier (merchant_id, pricing_tier_oid, name_lc, document)
     values ($1, $2, $3, $4) on conflict on constraint pricing_tier_name do nothing`,
    [merchantId, tier.pricing_tier_oid, foldTrimmed(tier.name ?? ''), JSON.stringify(tier)],
  );
  return count > 0;
}

/** Saves a locked pricing tier. Returns false when another one has its name. */
export async function saveTier(
  tx: Database,
  merchantId: string,
  tier: PricingTier,
): Promise<boolean> {
  const saving = tx.run(
    `update pricing_tier set name_lc = $3, document = $4
     where merchant_id = $1 and pricing_tier_oid = $2 and not exists (
       select 1 from pricing_tier other where other.merchant_id = $1
         and other.name_lc = $3 and other.pricing_tier_oid <> $2)`,
    [merchantId, tier.pricing_tier_oid, foldTrimmed(tier.name ?? ''), JSON.stringify(tier)],
  );
  return wroteUnlessTaken(saving);
}

/** Deletes a pricing tier. Returns whether there was one. */
export async function deleteTier(tx: Database, merchantId: string, oid: number): Promise<boolean> {
  const count = await tx.run(
    'delete from pricing_tier where merchant_id = $1 and pricing_tier_oid = $2',
    [merchantId, oid],
  );
  return count > 0;
}
