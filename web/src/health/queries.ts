import type { BackgroundAudit } from '@perennial/contract/audit.ts';
import type { Charging } from '@perennial/contract/charging.ts';
import type { ChargeSettleRequest, SettledCharge } from '@perennial/contract/perennial.ts';
import type { Health } from '@perennial/contract/screens.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { onFrame } from '../api/live.ts';
import { queryClient } from '../api/query.ts';

/** As many rows as a table of this page shows. */
export const rowsMax = 200;

/** The auto orders that cannot be billed, the first ones. */
export const parkedQuery = queryOptions({
  queryKey: ['health', 'parked'],
  queryFn: async ({ signal }) =>
    (await call('getParkedAutoOrders', { query: { _limit: rowsMax }, signal })).parked ?? [],
});

const healthPollMs = 10_000;

/** The merchant's waiting work; refreshed while the page is open, because it changes by itself. */
export const healthQuery = (isAllowed: boolean) =>
  queryOptions<Health>({
    queryKey: ['health', 'queues'],
    queryFn: async ({ signal }) => (await call('getHealth', { signal })).health ?? {},
    enabled: isAllowed,
    refetchInterval: healthPollMs,
  });

const chargesPollMs = 5000;

/** The charges without an answer, the first ones. */
export const chargesQuery = queryOptions({
  queryKey: ['health', 'charges'],
  queryFn: async ({ signal }) =>
    (await call('getCharges', { query: { _limit: rowsMax }, signal })).charges ?? [],
  // Other processes remove rows from the list, so it is refreshed while it has rows.
  refetchInterval: ({ state: { data = [] } }) => (data.length > 0 ? chargesPollMs : false),
});

/** What it would change to settle a charge by hand. */
export const settlementQuery = (body: ChargeSettleRequest, isPossible: boolean) =>
  queryOptions<SettledCharge>({
    // Not below `health`, which is read again after the settlement: the charge has its outcome then.
    queryKey: ['settlement', body],
    queryFn: async ({ signal }) =>
      (await call('settleCharge', { body, query: { preview: true }, signal })).settled_charge ?? {},
    enabled: isPossible,
  });

/** Settles a charge whose gateway is gone as the person found it in the gateway's pages. */
export async function settleCharge(
  body: ChargeSettleRequest,
  idempotencyKey: string,
): Promise<void> {
  try {
    await call('settleCharge', { body, idempotencyKey });
  } finally {
    void queryClient.invalidateQueries({ queryKey: ['health'] });
  }
}

/** The interval at which an open audit is refreshed. */
const auditPollMs = 1000;

/** The latest audit with its differences; refreshed until it has ended. */
export const latestAuditQuery = queryOptions<BackgroundAudit | null>({
  queryKey: ['health', 'audit'],
  queryFn: async ({ signal }) => {
    const { audits = [] } = await call('getAudits', { query: { _limit: 1 }, signal });
    const id = audits[0]?.audit_id;
    if (id === undefined) return null;
    return (await call('getBackgroundAudit', { params: { audit_id: id }, signal })).audit ?? null;
  },
  refetchInterval: ({ state: { data } }) =>
    data?.state === 'waiting' || data?.state === 'running' ? auditPollMs : false,
});

/** Starts an audit; if one is already open, that one is shown. */
export async function startAudit(): Promise<void> {
  await call('requestAudit');
  await queryClient.invalidateQueries({ queryKey: ['health', 'audit'] });
}

/** The state of the merchant's charges. */
export const chargingQuery = queryOptions<Charging>({
  queryKey: ['health', 'charging'],
  queryFn: async ({ signal }) => (await call('getCharging', { signal })).charging ?? {},
});

/** Shows stops and resumptions by other people as they happen. */
export const followCharging = (): (() => void) =>
  onFrame(({ event_charging: charging }) => {
    if (charging) queryClient.setQueryData(chargingQuery.queryKey, charging);
  });

/** Stops all charges of the merchant. */
export async function stopCharging(reason: string, idempotencyKey: string): Promise<void> {
  await keepCharging(call('stopCharging', { body: { reason }, idempotencyKey }));
}

/** Resumes the merchant's charges, unless they were stopped another time since `stoppedDts`. */
export async function startCharging(
  stoppedDts: string | undefined,
  idempotencyKey: string,
): Promise<void> {
  const body = stoppedDts === undefined ? {} : { stopped_dts: stoppedDts };
  await keepCharging(call('startCharging', { body, idempotencyKey }));
}

/** Shows the state after a change, or refreshes it when the change was refused. */
async function keepCharging(change: Promise<{ readonly charging?: Charging }>): Promise<void> {
  try {
    const { charging } = await change;
    if (charging) queryClient.setQueryData(chargingQuery.queryKey, charging);
  } finally {
    void queryClient.invalidateQueries({ queryKey: ['health'] });
  }
}
