import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { listMerchants } from '../platform/tenancy/merchantStore.ts';
import { deleteExpiredDevices } from './deviceStore.ts';
import { deleteExpired } from './grantStore.ts';
import { deleteOldAttempts } from './loginAttemptStore.ts';

const cleaningMs = 3_600_000;
const attemptsRemembered = { hours: 24 };

/** Deletes tickets, codes, tokens and devices that have expired, and old guesses, now and then. */
export function expiryWorker(db: Database, clock: SystemClock): Worker {
  let cleanedAtMs = -Infinity;
  return {
    name: 'expired tokens',
    async runOnce() {
      if (clock.monotonicMs() - cleanedAtMs < cleaningMs) return 0;
      cleanedAtMs = clock.monotonicMs();
      const now = clock.now();
      let deleted =
        (await deleteExpiredDevices(db, now)) +
        (await deleteOldAttempts(db, now.subtract(attemptsRemembered)));
      for (const { merchantId } of await listMerchants(db))
        deleted += await deleteExpired(db, merchantId, now);
      return deleted;
    },
  };
}
