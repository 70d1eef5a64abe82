-- Orders that were rejected unpaid, or deleted, before 0375 kept their one-time codes and their coupons
-- that a customer may use once. They are given back as by a rejection now; a revived order takes them again.

update coupon_code c set order_id = null, used_at = null
where c.order_id is not null and not exists (
  select from orders o
  where o.merchant_id = c.merchant_id and o.order_id = c.order_id
    and (o.current_stage <> 'Rejected' or o.paid_at is not null));

delete from coupon_use u
where not exists (
  select from orders o
  where o.merchant_id = u.merchant_id and o.order_id = u.order_id
    and (o.current_stage <> 'Rejected' or o.paid_at is not null));
