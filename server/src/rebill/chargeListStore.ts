import type { Temporal } from 'temporal-polyfill';
import { firstPaymentKey } from '../orders/charge.ts';
import type { Database } from '../platform/storage/database.ts';
import { chargeKey } from './attempt.ts';
import { isUnsettled } from './store.ts';

/** A charge that has not ended. */
export interface ListedCharge {
  readonly key: string;
  readonly state: 'charging' | 'unknown';
  /** Here and below: only of the charge of a rebill. */
  readonly autoOrderOid: number | undefined;
  readonly autoOrderCode: string | undefined;
  readonly rebillNumber: number | undefined;
  readonly orderId: string;
  /** Absent: the first payment of an order. */
  readonly attempt: number | undefined;
  readonly amountMinor: number;
  readonly currency: string;
  readonly gateway: string | undefined;
  readonly at: Temporal.Instant;
  /** Absent: it is not counted. */
  readonly checks: number | undefined;
  readonly nextCheckAt: Temporal.Instant;
  /** The deadline for the customer to confirm the payment. */
  readonly confirmUntil: Temporal.Instant | undefined;
  /** The settings no longer name this gateway, so it is not asked. */
  readonly goneGateway: string | undefined;
}

/** Which charges a list contains. */
export interface ChargeFilter {
  readonly states: readonly ListedCharge['state'][];
  readonly hasRebills: boolean;
  readonly hasOrders: boolean;
}

/** Lists the charges that have not ended, sorted by the time of their next query. */
export async function listCharges(
  db: Database,
  merchantId: string,
  { states, hasRebills, hasOrders }: ChargeFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<ListedCharge[]> {
  const rows = await db.rows<Row>(
    `select * from (${ofRebills} union all ${ofOrders}) c where c.state = any($2::text[])
     order by c."nextCheckAt", c."orderId" limit $3 offset $4`,
    [merchantId, states, limit, offset, hasRebills, hasOrders],
  );
  return rows.map((row) => listed(merchantId, row));
}

const ofRebills = `select r.state, r.auto_order_oid as "autoOrderOid",
    a.auto_order_code as "autoOrderCode", r.rebill_number as "rebillNumber",
    r.order_id as "orderId", r.attempt, r.epoch, r.currency, r.amount_minor as "amountMinor",
    r.route[1] as gateway, r.at, r.checks, r.lease_until as "nextCheckAt",
    r.confirm_until as "confirmUntil", case when r.is_stranded then r.gone_gateway end as "goneGateway",
    null as key
  from rebill r left join auto_order a
    on a.merchant_id = $1 and a.auto_order_oid = r.auto_order_oid
  where r.merchant_id = $1 and r.${isUnsettled} and $5::boolean`;

// The charge of an order has no state: its gateway was asked again if its lease was taken over. An
// order that costs nothing has a test of its card, which charges nothing.
const ofOrders = `select case when o.charge_is_stranded is null then 'charging' else 'unknown' end,
    null, null, null, o.order_id, p.attempt, null, o.currency,
    coalesce(p.amount_minor, o.total_minor), s.route[1], coalesce(p.requested_at, o.created_at),
    null, o.charge_lease_until, null,
    case when o.charge_is_stranded then o.charge_gone_gateway end, p.idempotency_key
  from orders o
  left join order_payment_attempt p
    on p.merchant_id = $1 and p.order_id = o.order_id and p.state = 'charging'
  left join order_charge s on s.merchant_id = $1
    and s.key = coalesce(p.idempotency_key, 'order:' || $1 || ':' || o.order_id)
  where o.merchant_id = $1 and o.charge_lease_until is not null
    and (p.attempt is not null or o.total_minor > 0) and $6::boolean`;

interface Row {
  readonly key: string | null;
  readonly state: ListedCharge['state'];
  readonly autoOrderOid: number | null;
  readonly autoOrderCode: string | null;
  readonly rebillNumber: number | null;
  readonly orderId: string;
  readonly attempt: number | null;
  readonly epoch: number | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly gateway: string | null;
  readonly at: Temporal.Instant;
  readonly checks: number | null;
  readonly nextCheckAt: Temporal.Instant;
  readonly confirmUntil: Temporal.Instant | null;
  readonly goneGateway: string | null;
}

const listed = (merchantId: string, row: Row): ListedCharge => ({
  key: keyOf(merchantId, row),
  state: row.state,
  autoOrderOid: row.autoOrderOid ?? undefined,
  autoOrderCode: row.autoOrderCode ?? undefined,
  rebillNumber: row.rebillNumber ?? undefined,
  orderId: row.orderId,
  attempt: row.attempt ?? undefined,
  amountMinor: row.amountMinor,
  currency: row.currency,
  gateway: row.gateway ?? undefined,
  at: row.at,
  checks: row.checks ?? undefined,
  nextCheckAt: row.nextCheckAt,
  confirmUntil: row.confirmUntil ?? undefined,
  goneGateway: row.goneGateway ?? undefined,
});

function keyOf(
  merchantId: string,
  { key, autoOrderOid, rebillNumber, attempt, epoch, orderId }: Row,
): string {
  if (autoOrderOid === null || rebillNumber === null)
    return key ?? firstPaymentKey(merchantId, orderId);
  return chargeKey(merchantId, {
    autoOrderOid,
    rebillNumber,
    attempt: attempt ?? 1,
    epoch: epoch ?? 1,
  });
}
