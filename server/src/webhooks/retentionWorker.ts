import type { Logger } from 'pino';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { forgetEvents } from '../platform/events/feed.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { forgetDeliveries } from './deliveryStore.ts';

/** How long events, their payloads and the delivery log are kept. */
export const keptDays = 30;
const betweenMs = 3_600_000;

/** Deletes, once an hour, what is older than {@link keptDays} by the machine's clock. */
export function retentionWorker(db: Database, clock: SystemClock, log: Logger): Worker {
  const each = eachMerchant(log, 'event retention');
  let doneAtMs = -Infinity;
  return {
    name: 'event retention',
    async runOnce() {
      if (clock.monotonicMs() - doneAtMs < betweenMs) return 0;
      doneAtMs = clock.monotonicMs();
      const before = clock.now().subtract({ hours: 24 * keptDays });
      return each(
        await reachableMerchantIds(db),
        async (merchantId) =>
          (await forgetEvents(db, merchantId, before)) +
          (await forgetDeliveries(db, merchantId, before)),
      );
    },
  };
}
