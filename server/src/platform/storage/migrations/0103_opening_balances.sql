-- Figures of auto order items that a client wrote, for items that another system billed before: what they hold beyond the orders of this
-- database. Only the audit reads them.
create table opening_balance (
  merchant_id text not null,
  auto_order_item_oid integer not null,
  rebills integer not null,
  -- In the currency of the auto order.
  rebill_value_minor bigint not null,
  life_time_value_minor bigint not null,
  -- The dates that were written last. Null: never.
  first_order_at timestamptz,
  last_order_at timestamptz,
  primary key (merchant_id, auto_order_item_oid)
);
