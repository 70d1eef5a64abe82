import type { Period } from '../kernel/retentionPeriods.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { forgetEvents } from '../platform/events/feed.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { removedBefore } from '../platform/privacy/retention.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { forgetLog, forgetPayloads } from './deliveryStore.ts';

const betweenMs = 3_600_000;

/** The functions that delete webhook records, by period of a merchant's settings. */
const removals = [
  ['event_days', forgetEvents],
  ['event_days', forgetPayloads],
  ['delivery_log_days', forgetLog],
] as const satisfies readonly (readonly [Period, typeof forgetEvents])[];

/**
 * Deletes, once an hour, the events, payloads and log entries that are older than the merchant's
 * retention by the machine's clock.
 */
export function eventRetentionWorker(rounds: MerchantRounds, clock: SystemClock): Worker {
  const each = eachMerchant(rounds.log, 'event retention');
  let doneAtMs = -Infinity;
  return {
    name: 'event retention',
    async runOnce() {
      if (clock.monotonicMs() - doneAtMs < betweenMs) return 0;
      doneAtMs = clock.monotonicMs();
      return each(await reachableMerchantIds(rounds.db), async (merchantId) => {
        const { merchant } = await rounds.contextFor(merchantId);
        let removed = 0;
        for (const [period, remove] of removals) {
          const before = removedBefore(merchant, period, clock.now());
          if (before) removed += await remove(rounds.db, merchantId, before);
        }
        return removed;
      });
    },
  };
}
