-- Orders that the refund of another order refunds as well (the item's refund_other_auto_orders).
-- A row is deleted when its order was refunded, or when it is certain that it cannot be.
create table other_refund (
  merchant_id text not null,
  order_id text not null,
  -- The order whose refund is the cause.
  cause_order_id text not null,
  -- Who requested that refund, and what else was requested.
  wishes jsonb not null,
  -- The machine's clock: until then only one process works on it.
  lease_until timestamptz not null,
  primary key (merchant_id, order_id)
);
create index other_refund_due on other_refund (merchant_id, lease_until);
