import type { Database } from '../platform/storage/database.ts';

/*
 * Reads some auto orders of a merchant as examples, for demo data.
 */

/** An auto order that ended because its card was declined. */
export interface EndedByDeclines {
  readonly oid: number;
  readonly reason: string;
}

/** Returns auto orders that ended by declines, newest first. */
export function findEndedByDeclines(
  db: Database,
  merchantId: string,
  limit: number,
): Promise<EndedByDeclines[]> {
  return db.rows(
    `select auto_order_oid as oid, failure_reason as reason from auto_order
     where merchant_id = $1 and status = 'disabled' and failure_reason is not null
     order by modified_at desc, auto_order_oid limit $2`,
    [merchantId, limit],
  );
}

/** An active auto order with its original order. */
export interface ActiveSample {
  readonly oid: number;
  readonly code: string;
  readonly orderId: string;
  readonly email: string | null;
}

/** Returns active auto orders, newest first. */
export function findActive(
  db: Database,
  merchantId: string,
  limit: number,
): Promise<ActiveSample[]> {
  return db.rows(
    `select a.auto_order_oid as oid, a.auto_order_code as code, a.original_order_id as "orderId",
       s.billing_email as email
     from auto_order a
     join auto_order_search s on s.merchant_id = $1 and s.auto_order_oid = a.auto_order_oid
     where a.merchant_id = $1 and a.status = 'active'
     order by a.auto_order_oid desc limit $2`,
    [merchantId, limit],
  );
}
