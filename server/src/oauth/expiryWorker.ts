import type { Logger } from 'pino';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import { eachMerchant } from '../platform/jobs/eachMerchant.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import type { Database } from '../platform/storage/database.ts';
import { unlessNodeMissing } from '../platform/storage/nodes.ts';
import { reachableMerchantIds } from '../platform/tenancy/merchantStore.ts';
import { deleteOldAttempts } from '../staff/loginAttemptStore.ts';
import { deleteExpiredSessions } from '../staff/sessionStore.ts';
import { deleteExpiredDevices } from './deviceStore.ts';
import { deleteExpired } from './grantStore.ts';

const cleaningMs = 3_600_000;
const attemptsRemembered = { hours: 24 };

/**
 * Once an hour, deletes expired tickets, codes, tokens, sessions and devices, and old log-in
 * attempts.
 */
export function expiryWorker(db: Database, clock: SystemClock, log: Logger): Worker {
  const each = eachMerchant(log, 'expired tokens');
  let cleanedAtMs = -Infinity;
  return {
    name: 'expired tokens',
    async runOnce() {
      if (clock.monotonicMs() - cleanedAtMs < cleaningMs) return 0;
      cleanedAtMs = clock.monotonicMs();
      const now = clock.now();
      // Every node of a Citus cluster has the devices. While a node is missing, they are deleted an
      // hour later.
      const devices = await unlessNodeMissing(db, () => deleteExpiredDevices(db, now));
      const attempts = await deleteOldAttempts(db, now.subtract(attemptsRemembered));
      const expired = await each(
        await reachableMerchantIds(db),
        async (merchantId) =>
          (await deleteExpired(db, merchantId, now)) +
          (await deleteExpiredSessions(db, merchantId, now)),
      );
      return (devices ?? 0) + attempts + expired;
    },
  };
}
