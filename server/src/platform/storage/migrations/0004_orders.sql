-- Orders are documents: `head` holds the wire's scalars, and each of its objects and lists has a column of its name (orders/order.ts), all as JSON text in the
-- wire's own shape, so an answer is put together without being read. What is searched or ruled on stands beside them.
create table orders (
  merchant_id text not null,
  order_id text not null,
  head json not null,
  affiliates json,
  billing json,
  buysafe json,
  channel_partner json,
  checkout json,
  coupons json,
  current_stage_histories json,
  digital_order json,
  edi json,
  fraud_score json,
  gift json,
  gift_certificate json,
  internal json,
  items json,
  linked_shipment json,
  marketing json,
  payment json,
  point_of_sale json,
  properties json,
  quote json,
  salesforce json,
  shipping json,
  summary json,
  tags json,
  taxes json,
  utms json,
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
  -- Stands for the card at the gateway; kept out of the document because no answer shows it.
  card_token text,
  -- While its first charge is not settled: when somebody other than the request may ask the gateway again. Machine time, not the merchant's.
  charge_lease_until timestamptz,
  -- Lower case: one order per partner and the partner's own number.
  channel_partner_code text collate "C",
  channel_partner_order_id text collate "C",
  -- What exact filters compare, as `merchant|field=value` in lower case (orders/facets.ts). The merchant stands in front, so one index serves any
  -- mixture of filters and never walks through another merchant's orders.
  facets text[] collate "C" not null,
  primary key (merchant_id, order_id),
  check ((auto_order_oid is null) = (rebill_number is null))
);
create unique index orders_rebill on orders (merchant_id, auto_order_oid, rebill_number) where auto_order_oid is not null;
create unique index orders_channel_partner on orders (merchant_id, channel_partner_code, channel_partner_order_id)
  where channel_partner_order_id is not null;
create index orders_created on orders (merchant_id, created_at, order_id);
create index orders_customer on orders (merchant_id, customer_profile_oid, order_id) where customer_profile_oid is not null;
create index orders_charging on orders (merchant_id, charge_lease_until) where charge_lease_until is not null;
create index orders_facets on orders using gin (facets);
