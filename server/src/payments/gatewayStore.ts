import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';

/** The gateways that failures have made inactive and that still are. */
export async function inactiveGateways(db: Database, merchantId: string, now: Temporal.Instant): Promise<Set<string>> {
  const rows = await db.rows<{ code: string }>(
    'select code from gateway_inactive where merchant_id = $1 and until_at > $2', [merchantId, now]);
  return new Set(rows.map((row) => row.code));
}

export async function makeGatewayInactive(
  db: Database, merchantId: string, code: string, since: Temporal.Instant, until: Temporal.Instant, reason: string,
): Promise<void> {
  await db.run(
    `insert into gateway_inactive (merchant_id, code, since_at, until_at, reason) values ($1, $2, $3, $4, $5)
     on conflict (merchant_id, code) do update set since_at = excluded.since_at, until_at = excluded.until_at, reason = excluded.reason`,
    [merchantId, code, since, until, reason],
  );
}
