-- Cards whose expiration was noted, so that each customer gets one mail for each card and month.
create table card_expiry_notice (
  merchant_id text not null,
  auto_order_oid int not null,
  -- The last day of the month that is printed on the card.
  expires_on date not null,
  noted_at timestamptz not null,
  primary key (merchant_id, auto_order_oid, expires_on)
);
