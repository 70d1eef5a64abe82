import type { Logger } from 'pino';
import { bringForward } from '../autoOrders/dueStore.ts';
import type { Payments } from '../payments/payments.ts';
import { type Context, inTransaction } from '../platform/context.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { listMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { findHeld, forgetHeld, merchantsWithHeld } from './heldStore.ts';

/** What the worker is put together from. */
export interface HeldWorkerParts {
  readonly db: Database;
  readonly log: Logger;
  readonly payments: Payments;
  contextFor(merchantId: string): Promise<Context>;
}

/** Lets go of auto orders whose charge waited for a gateway, or for a stop to end, as soon as it may be made. */
export function heldWorker({ db, log, payments, contextFor }: HeldWorkerParts): Worker {
  const each = eachMerchant(log, 'held rebills');
  return {
    name: 'held rebills',
    async runOnce() {
      const withHeld = await merchantsWithHeld(db, await listMerchantIds(db));
      return each(withHeld, async (merchantId) => release(await contextFor(merchantId), payments));
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
