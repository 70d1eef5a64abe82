-- What people and programs added to the stock of an item, or took away, and why. Sales are not
-- here. Entries are only added.
create table stock_adjustment (
  merchant_id text not null,
  merchant_item_oid integer not null,
  adjustment_oid integer not null,
  center_code text not null,
  level_before numeric not null,
  change numeric not null check (change <> 0),
  reason text not null,
  adjusted_by text not null,
  adjusted_at timestamptz not null,
  primary key (merchant_id, merchant_item_oid, adjustment_oid),
  foreign key (merchant_id, merchant_item_oid)
    references item (merchant_id, merchant_item_oid) on delete cascade
);
