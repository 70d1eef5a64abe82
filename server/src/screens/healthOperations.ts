import type { Health } from '@perennial/contract/screens.ts';
import { wireDate } from '../kernel/calendar.ts';
import { restingGateways } from '../payments/gatewayStore.ts';
import type { Context } from '../platform/context.ts';
import type { WorkFailure } from '../platform/metrics.ts';
import { runningVersions } from '../platform/versions.ts';
import { readHealth } from './healthReader.ts';

/**
 * Returns the waiting, failed and doubtful work of the caller's merchant, and the versions of the
 * installation. `workFailures` are those of this process.
 */
export async function merchantHealth(
  { db, now, merchant }: Context,
  workFailures: readonly WorkFailure[],
): Promise<Health> {
  const { merchantId, timeZone: zone } = merchant;
  const resting = await restingGateways(db, merchantId, now);
  return {
    as_of_dts: wireDate(now, zone),
    ...(await readHealth(db, merchantId, now)),
    resting_gateways: resting.map(({ code, since_at, until_at, reason }) => ({
      code,
      since_dts: wireDate(since_at, zone),
      until_dts: wireDate(until_at, zone),
      reason,
    })),
    work_failures: workFailures.map(({ worker, count, lastAt, lastError }) => ({
      worker,
      count,
      last_dts: wireDate(lastAt, zone),
      last_error: lastError,
    })),
    versions: await runningVersions(db),
  };
}
