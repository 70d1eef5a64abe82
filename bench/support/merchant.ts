import { Temporal } from 'temporal-polyfill';
import { fillMerchant } from '../../server/src/cli/demo/fill.ts';
import { randomIds } from '../../server/src/kernel/ids.ts';
import type { DatabasePool } from '../../server/src/platform/storage/database.ts';
import type { Merchant } from '../../server/src/platform/tenancy/merchant.ts';
import { insertMerchant } from '../../server/src/platform/tenancy/merchantStore.ts';
import { allPermissions } from '../../server/src/staff/apiKey.ts';
import { createApiKey } from '../../server/src/staff/apiKeyOperations.ts';

/**
 * The moment to which the clock of every measured merchant is set. All runs measure the same data,
 * and nothing falls due during a run because the clock does not move.
 */
export const benchNow = Temporal.Instant.from('2026-07-15T16:00:00Z');

/** Makes a merchant with the given amount of demo data. */
export async function benchMerchant(
  db: DatabasePool,
  merchantId: string,
  size: { readonly autoOrders: number; readonly daysMax: number },
  onProgress?: (done: number) => void,
): Promise<Merchant> {
  const merchant: Merchant = {
    merchantId,
    name: merchantId,
    timeZone: 'America/New_York',
    currency: 'USD',
    settings: {},
    clock: { kind: 'standing', at: benchNow },
  };
  await insertMerchant(db, merchant, benchNow);
  await fillMerchant(db, {
    merchant,
    now: benchNow,
    seed: '1',
    ...size,
    ...(onProgress && { onProgress }),
  });
  await db.run('vacuum (analyze)');
  return merchant;
}

/** Makes a key with every permission. */
export async function benchKey(db: DatabasePool, merchantId: string): Promise<string> {
  return (
    await createApiKey(
      db,
      randomIds,
      { merchantId, name: 'bench', permissions: allPermissions, allowedIps: [] },
      benchNow,
    )
  ).key;
}
