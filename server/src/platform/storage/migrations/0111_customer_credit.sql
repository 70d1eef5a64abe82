-- What a customer was credited; entries are only added.
create table store_credit (
  merchant_id text not null,
  customer_profile_oid integer not null,
  entry_oid integer not null,
  -- In minor units of the merchant's currency.
  amount bigint not null check (amount > 0),
  description text not null,
  entered_at timestamptz not null,
  vests_at timestamptz not null,
  expires_at timestamptz,
  primary key (merchant_id, customer_profile_oid, entry_oid),
  foreign key (merchant_id, customer_profile_oid)
    references customer (merchant_id, customer_profile_oid) on delete cascade
);
create table wish_list_item (
  merchant_id text not null,
  customer_profile_oid integer not null,
  customer_wishlist_item_oid integer not null,
  document jsonb not null,
  added_at timestamptz not null,
  primary key (merchant_id, customer_profile_oid, customer_wishlist_item_oid),
  foreign key (merchant_id, customer_profile_oid)
    references customer (merchant_id, customer_profile_oid) on delete cascade
);
create table email_list (
  merchant_id text not null,
  email_list_uuid text not null,
  name text not null,
  name_lc text collate "C" not null,
  created_at timestamptz not null,
  primary key (merchant_id, email_list_uuid),
  constraint email_list_name unique (merchant_id, name_lc)
);
create table email_list_member (
  merchant_id text not null,
  email_list_uuid text not null,
  customer_profile_oid integer not null,
  primary key (merchant_id, email_list_uuid, customer_profile_oid),
  foreign key (merchant_id, email_list_uuid)
    references email_list (merchant_id, email_list_uuid) on delete cascade,
  foreign key (merchant_id, customer_profile_oid)
    references customer (merchant_id, customer_profile_oid) on delete cascade
);
create index email_list_member_customer on email_list_member (merchant_id, customer_profile_oid);
