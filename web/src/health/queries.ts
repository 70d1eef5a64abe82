import type { BackgroundAudit } from '@perennial/contract/audit.ts';
import type { Health } from '@perennial/contract/screens.ts';
import { queryOptions } from '@tanstack/react-query';
import { call, newIdempotencyKey } from '../api/call.ts';
import { queryClient } from '../api/query.ts';

/** The auto orders that cannot be billed, up to 200. */
export const parkedQuery = queryOptions({
  queryKey: ['health', 'parked'],
  queryFn: async ({ signal }) =>
    (await call('getParkedAutoOrders', { query: { _limit: 200 }, signal })).parked ?? [],
});

const healthPollMs = 10_000;

/** What waits at the merchant; read again while the page is open, because it changes by itself. */
export const healthQuery = (isAllowed: boolean) =>
  queryOptions<Health>({
    queryKey: ['health', 'queues'],
    queryFn: async ({ signal }) => (await call('getHealth', { signal })).health ?? {},
    enabled: isAllowed,
    refetchInterval: healthPollMs,
  });

const chargesPollMs = 5000;

/** The charges without an answer, up to 200. */
export const chargesQuery = queryOptions({
  queryKey: ['health', 'charges'],
  queryFn: async ({ signal }) =>
    (await call('getCharges', { query: { _limit: 200 }, signal })).charges ?? [],
  // Rows leave the list without this person, so it is read again while it has rows.
  refetchInterval: ({ state: { data = [] } }) => (data.length > 0 ? chargesPollMs : false),
});

/** While an audit is open, it is read again after this time. */
const auditPollMs = 1000;

/** The latest audit with its differences; read again and again while it is not done. */
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

/** Starts an audit; one that is open already is the one that is shown. */
export async function startAudit(): Promise<void> {
  await call('requestAudit');
  await queryClient.invalidateQueries({ queryKey: ['health', 'audit'] });
}

/** Names one decision of a person, so that pressing the button again changes nothing twice. */
export const newDecisionKey = newIdempotencyKey;

/** Tries a parked auto order again; what is due is charged when the fault is gone. */
export async function lookAgain(autoOrderOid: number, idempotencyKey: string): Promise<void> {
  await call('lookAgain', { params: { auto_order_oid: autoOrderOid }, idempotencyKey });
  await Promise.all(
    [['health'], ['auto orders'], ['auto order']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}
