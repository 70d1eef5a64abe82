-- What lists and searches for screens need of orders, customers, items, attempts and mails. None of
-- these indexes is written by a rebill that is paid.
create index orders_original on orders (merchant_id, created_at, order_id) where rebill_number = 0;
create index orders_ordinary on orders (merchant_id, created_at, order_id)
  where auto_order_oid is null;

create index customer_created on customer (merchant_id, created_at, customer_profile_oid);
create index customer_first_name on customer
  (merchant_id, (fold(document->'billing'->0->>'first_name') collate "C"), customer_profile_oid);
create index customer_last_name on customer
  (merchant_id, (fold(document->'billing'->0->>'last_name') collate "C"), customer_profile_oid);
create index customer_company on customer
  (merchant_id, (fold(document->'billing'->0->>'company') collate "C"), customer_profile_oid);
create index customer_phone on customer (merchant_id,
  (regexp_replace(document->'billing'->0->>'day_phone', '\D', '', 'g') collate "C"),
  customer_profile_oid);

create index item_description on item
  (merchant_id, (left(fold(document->>'description'), 100) collate "C"), merchant_item_oid);

create index rebill_declined on rebill (merchant_id, at)
  where state in ('declined', 'given up');
create index notice_bounced on notice (merchant_id, bounced_at) where bounced_at is not null;
