import { bringForward } from '../autoOrders/dueStore.ts';
import type { Payments } from '../payments/payments.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { listMerchants } from '../platform/tenancy/merchantStore.ts';
import { findHeld, forgetHeld, merchantsWithHeld } from './heldStore.ts';

/** What the worker is put together from. */
export interface HeldWorkerParts {
  readonly db: Database;
  readonly payments: Payments;
  contextFor(merchantId: string): Promise<Context>;
}

/** Lets go of auto orders whose charge waited for a gateway, or for a stop to end, as soon as it may be made. */
export function heldWorker({ db, payments, contextFor }: HeldWorkerParts): Worker {
  return {
    name: 'held rebills',
    async runOnce() {
      const merchants = await listMerchants(db);
      const withHeld = await merchantsWithHeld(
        db,
        merchants.map(({ merchantId }) => merchantId),
      );
      let released = 0;
      for (const merchant of merchants) {
        if (!withHeld.has(merchant.merchantId)) continue;
        const context = await contextFor(merchant.merchantId);
        try {
          released += await release(context, payments);
        } catch (error) {
          context.log.error(
            { err: error, merchantId: merchant.merchantId },
            'rebills that were held could not be let go',
          );
        }
      }
      return released;
    },
  };
}

async function release(context: Context, payments: Payments): Promise<number> {
  const kinds = payments.usableKinds(context.merchant);
  if (kinds.size === 0) return 0;
  return inTransaction(context, async ({ db, now, merchant: { merchantId } }) => {
    const oids = await findHeld(db, merchantId, ['charging', 'gateway', ...kinds]);
    if (oids.length === 0) return 0;
    await bringForward(db, merchantId, oids, now);
    await forgetHeld(db, merchantId, oids);
    return oids.length;
  });
}
