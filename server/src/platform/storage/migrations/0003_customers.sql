-- Customer profiles: the wire's Customer as a document; one per email and merchant.
create table customer (
  merchant_id text not null,
  customer_profile_oid integer not null,
  email text not null,
  email_lc text collate "C" not null generated always as (lower(email)) stored,
  document jsonb not null,
  -- What stands for the cards at the gateway, by the card's id; kept out of the document because no answer shows it.
  card_tokens jsonb not null default '{}',
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (merchant_id, customer_profile_oid),
  constraint customer_email unique (merchant_id, email_lc)
);
create index customer_modified on customer (merchant_id, modified_at, customer_profile_oid);
