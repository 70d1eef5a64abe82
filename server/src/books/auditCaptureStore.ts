import type { Database } from '../platform/storage/database.ts';
import {
  type AuditedCharge,
  type BookedRefunds,
  isRebill,
  type OurDispute,
} from './auditCaptures.ts';

/** Returns the existing charges of these subjects: rebills, and payments of orders. */
export async function findBookedCharges(
  db: Database,
  merchantId: string,
  subjects: readonly string[],
): Promise<AuditedCharge[]> {
  const rebills = subjects
    .filter(isRebill)
    .map((subject) => subject.split(':').slice(2).map(Number));
  const payments = subjects.filter((subject) => !isRebill(subject)).map((key) => key.split(':'));
  const orderIds = payments.filter(({ length }) => length === 3).map((parts) => parts[2] ?? '');
  const later = payments.filter(({ length }) => length > 3);
  return db.rows(
    `select 'rebill:' || $1 || ':' || r.auto_order_oid || ':' || r.rebill_number as subject,
       r.lease_until is not null as "isUnderWay", r.state = 'paid' as "isPaid", r.reference,
       r.amount_minor as amount
     from unnest($2::int[], $3::int[]) as k (oid, number)
     join rebill r on r.merchant_id = $1 and r.auto_order_oid = k.oid
       and r.rebill_number = k.number
     union all
     select 'order:' || $1 || ':' || o.order_id, o.charge_lease_until is not null,
       o.paid_at is not null, null, o.total_minor
     from orders o where o.merchant_id = $1 and o.order_id = any($4::text[])
     union all
     select p.idempotency_key, p.state = 'charging', p.state = 'paid', p.reference, p.amount_minor
     from unnest($5::text[], $6::int[]) as k (order_id, attempt)
     join order_payment_attempt p on p.merchant_id = $1 and p.order_id = k.order_id
       and p.attempt = k.attempt`,
    [
      merchantId,
      rebills.map(([oid = 0]) => oid | 0),
      rebills.map(([, number = 0]) => number | 0),
      orderIds,
      later.map((parts) => parts[2] ?? ''),
      later.map((parts) => Number(parts[3]) | 0),
    ],
  );
}

/** Returns the refunds of these charges at gateways, by the gateway's id of the charge. */
export function findBookedRefunds(
  db: Database,
  merchantId: string,
  references: readonly string[],
): Promise<BookedRefunds[]> {
  return db.rows(
    `select charge_reference as reference, bool_or(state = 'refunding') as "isUnderWay",
       coalesce(sum(amount_minor) filter (where state = 'refunded'), 0)::bigint as refunded
     from order_refund where merchant_id = $1 and charge_reference = any($2::text[])
     group by charge_reference`,
    [merchantId, references],
  );
}

/** Returns all disputes that gateways reported. There are few. */
export function findBookedDisputes(db: Database, merchantId: string): Promise<OurDispute[]> {
  return db.rows(
    `select gateway_reference as reference, charge_reference as "chargeReference", state,
       amount_minor as amount
     from chargeback_dispute where merchant_id = $1 and gateway_reference is not null`,
    [merchantId],
  );
}

/** Returns the charges for which a gateway's report is not recorded yet. */
export async function findReportedCharges(
  db: Database,
  merchantId: string,
): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ reference: string }>(
    `select report->>'chargeReference' as reference from gateway_report
     where merchant_id = $1 and next_try_at is not null`,
    [merchantId],
  );
  return new Set(rows.map(({ reference }) => reference));
}
