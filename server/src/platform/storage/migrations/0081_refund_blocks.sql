-- Orders whose refund a person has blocked, for example because the bank gives the money back.
create table refund_block (
  merchant_id text not null,
  order_id text not null,
  -- The reason code of the request. Null: none was named.
  reason text,
  -- The user or application that set it.
  set_by text not null,
  set_at timestamptz not null,
  primary key (merchant_id, order_id),
  foreign key (merchant_id, order_id) references orders (merchant_id, order_id) on delete cascade
);
