import { type Context, inTransaction } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { claimAdoption, deleteAdoption } from './adoptionStore.ts';
import type { CustomerParts } from './operations.ts';

/**
 * Moves earlier orders that were too many for one request to their profiles, one batch at a time.
 */
export function adoptionWorker(rounds: MerchantRounds, parts: CustomerParts): Worker {
  const each = eachMerchant(rounds.log, 'orders of profiles');
  return {
    name: 'orders of profiles',
    async runOnce() {
      return each(await reachableMerchantIds(rounds.db), async (merchantId) =>
        adoptBatch(await rounds.contextFor(merchantId), parts),
      );
    },
  };
}

function adoptBatch(context: Context, { takeOrders }: CustomerParts): Promise<number> {
  return inTransaction(context, async (context) => {
    const { merchantId } = context.merchant;
    const adoption = await claimAdoption(context.db, merchantId);
    if (adoption === undefined) return 0;
    const { oid, fromOid, email } = adoption;
    const from = fromOid > 0 ? { oid: fromOid } : { email: email ?? '' };
    const isLeft = email !== undefined && (await takeOrders(context, oid, from));
    if (!isLeft) await deleteAdoption(context.db, merchantId, adoption);
    return 1;
  });
}
