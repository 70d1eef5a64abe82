import type { Temporal } from 'temporal-polyfill';
import type { Database } from '../platform/storage/database.ts';
import { chargeKey } from './attempt.ts';
import { isUnsettled } from './store.ts';

/** A charge that has not ended. */
export interface ListedCharge {
  readonly key: string;
  readonly state: 'charging' | 'unknown';
  readonly autoOrderOid: number;
  readonly autoOrderCode: string | undefined;
  readonly rebillNumber: number;
  readonly orderId: string;
  readonly attempt: number;
  readonly amountMinor: number;
  readonly currency: string;
  readonly gateway: string | undefined;
  readonly at: Temporal.Instant;
  readonly checks: number;
  readonly nextCheckAt: Temporal.Instant;
  /** The deadline for the customer to confirm the payment. */
  readonly confirmUntil: Temporal.Instant | undefined;
}

/** Lists the charges that have not ended, sorted by the time of their next query. */
export async function listCharges(
  db: Database,
  merchantId: string,
  states: readonly ListedCharge['state'][],
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<ListedCharge[]> {
  const rows = await db.rows<
    Omit<ListedCharge, 'key' | 'autoOrderCode' | 'gateway' | 'confirmUntil'> & {
      autoOrderCode: string | null;
      gateway: string | null;
      confirmUntil: Temporal.Instant | null;
      epoch: number;
    }
  >(
    `select r.state, r.auto_order_oid as "autoOrderOid", a.auto_order_code as "autoOrderCode",
       r.rebill_number as "rebillNumber", r.order_id as "orderId", r.attempt, r.epoch, r.currency,
       r.amount_minor as "amountMinor", r.route[1] as gateway, r.at, r.checks,
       r.lease_until as "nextCheckAt", r.confirm_until as "confirmUntil"
     from rebill r left join auto_order a
       on a.merchant_id = $1 and a.auto_order_oid = r.auto_order_oid
     where r.merchant_id = $1 and r.${isUnsettled} and r.state = any($2::text[])
     order by r.lease_until, r.auto_order_oid, r.rebill_number limit $3 offset $4`,
    [merchantId, states, limit, offset],
  );
  return rows.map(({ epoch, ...row }) => ({
    ...row,
    autoOrderCode: row.autoOrderCode ?? undefined,
    gateway: row.gateway ?? undefined,
    confirmUntil: row.confirmUntil ?? undefined,
    key: chargeKey(merchantId, { ...row, epoch }),
  }));
}
