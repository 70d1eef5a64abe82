import { bringForward } from '../autoOrders/dueStore.ts';
import type { Payments } from '../payments/payments.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { findHeld, forgetHeld, merchantsWithHeld } from './heldStore.ts';

/**
 * Makes auto orders due whose charge waited for a gateway or for the end of a stop, as soon as the
 * charge is possible.
 */
export function heldWorker(rounds: MerchantRounds & { readonly payments: Payments }): Worker {
  const each = eachMerchant(rounds.log, 'held rebills');
  return {
    name: 'held rebills',
    async runOnce() {
      const withHeld = await merchantsWithHeld(rounds.db, await reachableMerchantIds(rounds.db));
      return each(withHeld, async (merchantId) =>
        releaseHeld(await rounds.contextFor(merchantId), rounds.payments),
      );
    },
  };
}

async function releaseHeld(context: Context, payments: Payments): Promise<number> {
  const kinds = payments.usableKinds(context.merchant, context.now);
  if (kinds.size === 0) return 0;
  return inTransaction(context, async ({ db, now, merchant: { merchantId } }) => {
    const oids = await findHeld(db, merchantId, ['charging', 'gateway', ...kinds]);
    if (oids.length === 0) return 0;
    await bringForward(db, merchantId, oids, now);
    await forgetHeld(db, merchantId, oids);
    return oids.length;
  });
}
