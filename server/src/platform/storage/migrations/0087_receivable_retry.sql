-- The Accounts Receivable retry of a merchant: on which days after an order came into Accounts Receivable its card is charged again.
create table receivable_retry_config (
  merchant_id text not null,
  config json not null,
  modified_at timestamptz not null,
  primary key (merchant_id)
);
-- An order that the retry takes care of. It begins when the retry sees the order for the first time, and ends when the order has left
-- Accounts Receivable.
create table receivable_retry (
  merchant_id text not null,
  order_id text not null,
  -- When the order came into Accounts Receivable, on the merchant's clock.
  entered_at timestamptz not null,
  -- When the retry looks at the order again, on the merchant's clock. Null: never, nothing is left to do.
  next_at timestamptz,
  -- The last day on which something was done. Null: the retry has not looked at the order yet.
  last_day integer,
  primary key (merchant_id, order_id),
  foreign key (merchant_id, order_id) references orders (merchant_id, order_id) on delete cascade
);
create index receivable_retry_due on receivable_retry (merchant_id, next_at) where next_at is not null;
-- The orders that the retry may take care of.
create index orders_receivable on orders (merchant_id, order_id)
  where current_stage = 'Accounts Receivable' and paid_at is null and card_token is not null;
