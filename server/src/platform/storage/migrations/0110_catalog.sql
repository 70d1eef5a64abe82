-- What belongs to the catalogue besides its items. Each document is the wire's model without the oid.
create table item_review (
  merchant_id text not null,
  merchant_item_oid integer not null,
  review_oid integer not null,
  document jsonb not null,
  submitted_at timestamptz not null,
  primary key (merchant_id, merchant_item_oid, review_oid),
  foreign key (merchant_id, merchant_item_oid) references item (merchant_id, merchant_item_oid) on delete cascade
);
create table digital_item (
  merchant_id text not null,
  digital_item_oid integer not null,
  external_id text,
  document jsonb not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (merchant_id, digital_item_oid)
);
create index digital_item_external on digital_item (merchant_id, external_id) where external_id is not null;
create index digital_item_modified on digital_item (merchant_id, modified_at, digital_item_oid);
create table pricing_tier (
  merchant_id text not null,
  pricing_tier_oid integer not null,
  name_lc text collate "C" not null,
  document jsonb not null,
  primary key (merchant_id, pricing_tier_oid),
  constraint pricing_tier_name unique (merchant_id, name_lc)
);
