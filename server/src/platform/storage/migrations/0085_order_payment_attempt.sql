-- A charge of an order that waits in Accounts Receivable: a person, a program or the Accounts Receivable retry began it. It is stored
-- before the gateway is asked and settled afterwards, so that it is made once even if the process ends in between. The first payment
-- of an inserted order has no row here: `orders.charge_lease_until` and `order_charge` are all that it needs.
create table order_payment_attempt (
  merchant_id text not null,
  order_id text not null,
  -- 1, 2, 3 … within the order.
  attempt integer not null,
  state text not null check (state in ('charging', 'paid', 'declined')),
  -- 'request': a person or a program asked for it. 'retry': the Accounts Receivable retry of the merchant.
  source text not null check (source in ('request', 'retry')),
  -- The day of the retry, counted from the day on which the order came into Accounts Receivable.
  retry_day integer,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  -- What the coupon of a retry takes off, if the charge succeeds.
  discount_minor bigint not null default 0,
  coupon json,
  card_token text not null,
  -- The kind of gateway that charged this card before: no other kind can use its token.
  charged_by_kind text,
  -- Identifies the charge at the gateway.
  idempotency_key text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  -- The gateway that answered, its id of the charge, and why it declined.
  gateway text,
  reference text,
  message text,
  primary key (merchant_id, order_id, attempt),
  foreign key (merchant_id, order_id) references orders (merchant_id, order_id) on delete cascade
);
-- One charge of an order at a time.
create unique index order_payment_attempt_open on order_payment_attempt (merchant_id, order_id) where state = 'charging';
-- The statistics of the retries.
create index order_payment_attempt_retry on order_payment_attempt (merchant_id, requested_at) where source = 'retry';
