-- Coupons: the wire's Coupon as a document, with what is searched or ruled on next to it.
create table coupon (
  merchant_id text not null,
  coupon_oid integer not null,
  merchant_code text not null,
  merchant_code_lc text collate "C" not null generated always as (fold(merchant_code)) stored,
  document jsonb not null,
  start_at timestamptz,
  expires_at timestamptz,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  version integer not null default 1,
  primary key (merchant_id, coupon_oid),
  constraint coupon_merchant_code unique (merchant_id, merchant_code_lc)
);

-- One-time codes. The order that uses one locks its row, so one order wins.
create table coupon_code (
  merchant_id text not null,
  code_lc text collate "C" not null,
  code text not null,
  coupon_oid integer not null,
  expires_at timestamptz,
  order_id text,
  used_at timestamptz,
  primary key (merchant_id, code_lc)
);
create index coupon_code_of on coupon_code (merchant_id, coupon_oid, code_lc);

-- Which customer used a coupon that each customer has once.
create table coupon_use (
  merchant_id text not null,
  coupon_oid integer not null,
  -- The folded email.
  customer_key text collate "C" not null,
  order_id text not null,
  used_at timestamptz not null,
  primary key (merchant_id, coupon_oid, customer_key)
);
