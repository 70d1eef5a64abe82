import type { SystemClock } from '../platform/clock/systemClock.ts';
import { forgetEvents } from '../platform/events/feed.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { listMerchants } from '../platform/tenancy/merchantStore.ts';
import { forgetDeliveries } from './deliveryStore.ts';

/** How long events, their payloads and the log of deliveries are kept. */
export const keptDays = 30;
const betweenMs = 3_600_000;

/** Forgets, once an hour, what is older than {@link keptDays} by the machine's clock. */
export function retentionWorker(db: Database, clock: SystemClock): Worker {
  let doneAtMs = -Infinity;
  return {
    name: 'event retention',
    async runOnce() {
      if (clock.monotonicMs() - doneAtMs < betweenMs) return 0;
      doneAtMs = clock.monotonicMs();
      const before = clock.now().subtract({ hours: 24 * keptDays });
      let forgotten = 0;
      for (const { merchantId } of await listMerchants(db)) {
        forgotten +=
          (await forgetEvents(db, merchantId, before)) +
          (await forgetDeliveries(db, merchantId, before));
      }
      return forgotten;
    },
  };
}
