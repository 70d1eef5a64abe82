-- What was taken of a customer's credits, one row for each credit that it was taken of. Entries are
-- only added: what is given back is an entry below zero.
create table store_credit_use (
  merchant_id text not null,
  customer_profile_oid integer not null,
  use_oid integer not null,
  -- The credit.
  entry_oid integer not null,
  -- In minor units of the merchant's currency.
  amount bigint not null check (amount <> 0),
  description text not null,
  -- Absent: a person took it away.
  order_id text,
  used_at timestamptz not null,
  primary key (merchant_id, customer_profile_oid, use_oid),
  foreign key (merchant_id, customer_profile_oid)
    references customer (merchant_id, customer_profile_oid) on delete cascade
);
create index store_credit_use_order on store_credit_use (merchant_id, order_id)
  where order_id is not null;

-- The order that a credit was given for.
alter table store_credit add column order_id text;
