-- Orders are documents. `head` holds the wire's scalars, `parts` its objects and lists by name (billing, items, payment, ...), both in the wire's own shape,
-- so an answer is put together without being read. What is searched stands beside them in lower case.
create table orders (
  merchant_id text not null,
  order_id text not null,
  head jsonb not null,
  parts jsonb not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  paid_at timestamptz,
  current_stage text not null,
  currency text not null,
  total_minor bigint not null,
  customer_profile_oid integer,
  -- The auto order this order started (rebill_number 0) or is a rebill of (1, 2, ...).
  auto_order_oid integer,
  rebill_number integer,
  email_lc text collate "C",
  primary key (merchant_id, order_id),
  check ((auto_order_oid is null) = (rebill_number is null))
);
create unique index orders_rebill on orders (merchant_id, auto_order_oid, rebill_number) where auto_order_oid is not null;
create index orders_created on orders (merchant_id, created_at, order_id);
create index orders_email on orders (merchant_id, email_lc, order_id);
