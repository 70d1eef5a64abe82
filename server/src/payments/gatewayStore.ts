import type { Temporal } from 'temporal-polyfill';
import { required } from '../kernel/assert.ts';
import type { Database } from '../platform/storage/database.ts';

/** Returns the gateways that are inactive now because of failures. */
export async function inactiveGateways(
  db: Database,
  merchantId: string,
  now: Temporal.Instant,
): Promise<Set<string>> {
  const rows = await db.rows<{ code: string }>(
    'select code from gateway_inactive where merchant_id = $1 and until_at > $2',
    [merchantId, now],
  );
  return new Set(rows.map((row) => row.code));
}

/** A gateway that failures have made inactive. */
export interface RestingGatewayRow {
  readonly code: string;
  readonly since_at: Temporal.Instant;
  readonly until_at: Temporal.Instant;
  readonly reason: string;
}

/** Returns the gateways that are inactive now, with the reason, sorted by the end of that time. */
export const restingGateways = (
  db: Database,
  merchantId: string,
  now: Temporal.Instant,
): Promise<readonly RestingGatewayRow[]> =>
  db.rows<RestingGatewayRow>(
    `select code, since_at, until_at, reason from gateway_inactive
     where merchant_id = $1 and until_at > $2 order by until_at, code`,
    [merchantId, now],
  );

/** Stores until when a gateway gets no charges. */
export async function makeGatewayInactive(
  db: Database,
  merchantId: string,
  code: string,
  since: Temporal.Instant,
  until: Temporal.Instant,
  reason: string,
): Promise<void> {
  await db.run(
    `insert into gateway_inactive (merchant_id, code, since_at, until_at, reason)
     values ($1, $2, $3, $4, $5)
     on conflict (merchant_id, code) do update set since_at = excluded.since_at,
       until_at = excluded.until_at, reason = excluded.reason`,
    [merchantId, code, since, until, reason],
  );
}

/** A charge that was requested before, or is requested for the first time now. */
export interface OrderChargeRow {
  readonly isNew: boolean;
  readonly route: readonly string[];
  readonly requestedAt: Temporal.Instant;
}

/** Stores the route of a charge. A route that is already stored does not change. */
export async function keepOrderCharge(
  db: Database,
  merchantId: string,
  key: string,
  route: readonly string[],
  requestedAt: Temporal.Instant,
): Promise<OrderChargeRow> {
  const inserted = await db.run(
    `insert into order_charge (merchant_id, key, route, requested_at) values ($1, $2, $3, $4)
     on conflict (merchant_id, key) do nothing`,
    [merchantId, key, route, requestedAt],
  );
  if (inserted === 1) return { isNew: true, route, requestedAt };
  return required(await findOrderCharge(db, merchantId, key), 'the route of a charge');
}

/** Returns the route of a charge that was requested before; undefined if none was. */
export async function findOrderCharge(
  db: Database,
  merchantId: string,
  key: string,
): Promise<OrderChargeRow | undefined> {
  const row = await db.row<{ route: string[]; requested_at: Temporal.Instant }>(
    'select route, requested_at from order_charge where merchant_id = $1 and key = $2',
    [merchantId, key],
  );
  return row && { isNew: false, route: row.route, requestedAt: row.requested_at };
}
