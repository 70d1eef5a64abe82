-- compatible
-- The list of coupons for screens is read by cursor in each of its orders, so each has an index, like the list of items.
create index coupon_description on coupon (merchant_id, (left(fold(document->>'description'), 100) collate "C"), coupon_oid);
create index coupon_start on coupon (merchant_id, start_at, coupon_oid);
create index coupon_expiration on coupon (merchant_id, expires_at, coupon_oid);
