-- An order that is rejected without having been paid gives its coupons back: they are found by its id.

CREATE INDEX coupon_code_order ON coupon_code (merchant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX coupon_use_order ON coupon_use (merchant_id, order_id);
