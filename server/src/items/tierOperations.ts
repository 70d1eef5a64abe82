import { PricingTier } from '@perennial/contract/catalog.ts';
import { recordAct } from '../platform/auditLog/auditLog.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { merged, writable } from '../platform/http/document.ts';
import { refuse } from '../platform/http/refusal.ts';
import { takeNumbers } from '../platform/storage/counters.ts';
import { tierFault } from './tier.ts';
import { addTier, deleteTier, listTiers, lockTier, saveTier } from './tierStore.ts';

/** Returns the merchant's pricing tiers. */
export const getTiers = ({ db, merchant }: Context): Promise<PricingTier[]> =>
  listTiers(db, merchant.merchantId);

/** Inserts a pricing tier and returns it. */
export async function insertTier(context: Context, body: PricingTier): Promise<PricingTier> {
  const { merchantId } = context.merchant;
  const given = validateTier(context, merged<PricingTier>({}, written(context, body)));
  const oid = await takeNumbers(context.db, merchantId, 'pricing_tier', 1);
  const tier = { ...given, pricing_tier_oid: oid };
  return inTransaction(context, async (context) => {
    if (!(await addTier(context.db, merchantId, tier))) return refuseTaken(tier);
    await recordAct(context, { act: 'insertPricingTier', ...named(oid), after: tier });
    return tier;
  });
}

/** Changes a pricing tier and returns it. Absent fields stay, an explicit null clears. */
export function updateTier(context: Context, oid: number, body: PricingTier): Promise<PricingTier> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const before = (await lockTier(context.db, merchantId, oid)) ?? noTier(oid);
    const change = written(context, body);
    const tier = { ...validateTier(context, merged(before, change)), pricing_tier_oid: oid };
    if (!(await saveTier(context.db, merchantId, tier))) return refuseTaken(tier);
    await recordAct(context, { act: 'updatePricingTier', ...named(oid), before, after: tier });
    return tier;
  });
}

/** Deletes a pricing tier. Customers and items keep its name. */
export function removeTier(context: Context, oid: number): Promise<void> {
  const { merchantId } = context.merchant;
  return inTransaction(context, async (context) => {
    const before = (await lockTier(context.db, merchantId, oid)) ?? noTier(oid);
    await deleteTier(context.db, merchantId, oid);
    await recordAct(context, { act: 'deletePricingTier', ...named(oid), before });
  });
}

/** How the log names a tier. */
const named = (oid: number) => ({ objectType: 'pricing tier', objectId: String(oid) });

function written({ merchant }: Context, body: PricingTier): PricingTier {
  const { pricing_tier_oid: _, ...change } = writable(PricingTier, body, merchant.timeZone);
  return change;
}

function validateTier({ merchant }: Context, tier: PricingTier): PricingTier {
  if (!tier.name?.trim()) refuse('missing_field', { field: 'name' });
  const fault = tierFault(tier, merchant.currency);
  if (fault) refuse('invalid_field', fault);
  return tier;
}

const refuseTaken = ({ name }: PricingTier): never =>
  refuse('state_conflict', {
    reason: `name ${name} is taken by another pricing tier`,
    fix: 'Send an unused name, or update that tier',
  });

const noTier = (oid: number): never => refuse('not_found', { what: 'pricing tier', id: oid });
