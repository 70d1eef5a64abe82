import type { Database } from '../platform/storage/database.ts';
import type { CreditOfOrder, OverusedCredit } from './auditCredit.ts';

/** Returns the credits whose uses add up to less than zero or to more than the credit. */
export function findOverusedCredits(db: Database, merchantId: string): Promise<OverusedCredit[]> {
  return db.rows(
    `select u.customer_profile_oid as "customerOid", u.entry_oid as "entryOid", c.amount, u.used
     from (
       select customer_profile_oid, entry_oid, sum(amount)::bigint as used
       from store_credit_use where merchant_id = $1 group by customer_profile_oid, entry_oid) u
     left join store_credit c on c.merchant_id = $1
       and c.customer_profile_oid = u.customer_profile_oid and c.entry_oid = u.entry_oid
     where u.used < 0 or u.used > coalesce(c.amount, 0)
     order by u.customer_profile_oid, u.entry_oid`,
    [merchantId],
  );
}

/**
 * Returns the store credit of orders, by their documents and by the ledger. Includes orders that
 * only one of the two has, and the credit that charges under way took. Leaves out orders whose
 * customer was deleted, because the ledger was deleted with the profile.
 */
export function loadCreditOfOrders(db: Database, merchantId: string): Promise<CreditOfOrder[]> {
  return db.rows(
    `select coalesce(o.order_id, l.order_id) as "orderId", o.summary, o.currency,
       o.is_lost as "isLost", h.held, coalesce(l.paid, 0)::bigint as paid,
       coalesce(l.returned, 0)::bigint as returned
     from (
       select order_id, sum(paid) as paid, sum(returned) as returned
       from (
         select order_id, case when purpose = 'payment' then amount else 0 end as paid,
           case when purpose = 'failed refund' then -amount else 0 end as returned
         from store_credit_use
         where merchant_id = $1 and order_id is not null and purpose <> 'adjustment'
         union all
         select order_id, 0, amount from store_credit where merchant_id = $1 and is_refund) each
       group by order_id) l
     full join (
       select b.order_id, b.summary, b.currency,
         b.current_stage = 'Rejected' and b.paid_at is null as is_lost
       from orders b
       where b.merchant_id = $1 and b.summary -> 'internal_gift_certificate_amount' is not null
         and exists (
           select from customer c where c.merchant_id = $1
             and c.customer_profile_oid = b.customer_profile_oid)) o
       on o.order_id = l.order_id
     left join (
       select r.order_id, coalesce((r.planned #>> '{order,credit}')::bigint, 0) as held
       from rebill r
       where r.merchant_id = $1 and r.lease_until is not null and r.planned is not null) h
       on h.order_id = coalesce(o.order_id, l.order_id)
     order by 1`,
    [merchantId],
  );
}
