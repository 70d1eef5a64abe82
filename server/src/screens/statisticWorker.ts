import type { SystemClock } from '../platform/clock/systemClock.ts';
import { eachMerchant, type MerchantRounds } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { countStatistics } from './statisticOperations.ts';

const betweenMs = 10_000;

/** Counts the events of all merchants by day, every ten seconds. */
export function statisticWorker(rounds: MerchantRounds, clock: SystemClock): Worker {
  const each = eachMerchant(rounds.log, 'statistics');
  let doneAtMs = -Infinity;
  return {
    name: 'statistics',
    async runOnce() {
      if (clock.monotonicMs() - doneAtMs < betweenMs) return 0;
      const counted = await each(await reachableMerchantIds(rounds.db), async (merchantId) =>
        (await countStatistics(await rounds.contextFor(merchantId))) ? 1 : 0,
      );
      // While events of merchants are left, the next batch follows at once.
      if (counted === 0) doneAtMs = clock.monotonicMs();
      return counted;
    },
  };
}
