-- The catalogue: the wire's Item as a document, with what is searched or ruled on beside it.
create table item (
  merchant_id text not null,
  merchant_item_oid integer not null,
  merchant_item_id text not null,
  merchant_item_id_lc text collate "C" not null generated always as (lower(merchant_item_id)) stored,
  inactive boolean not null default false,
  document jsonb not null,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (merchant_id, merchant_item_oid),
  constraint item_merchant_item_id unique (merchant_id, merchant_item_id_lc)
);
create index item_modified on item (merchant_id, modified_at, merchant_item_oid);
