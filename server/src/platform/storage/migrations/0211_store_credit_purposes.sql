-- What a use is for. 'payment': the order is paid by it. 'adjustment': a person took it away, and the
-- order is only named. 'failed refund': what a refund of the order had given is taken back.
alter table store_credit_use add column purpose text not null default 'payment'
  constraint store_credit_use_purpose check (purpose in ('payment', 'adjustment', 'failed refund'));
update store_credit_use set purpose = 'failed refund' where description = 'A refund failed later';
update store_credit_use set purpose = 'adjustment'
  where purpose = 'payment'
    and (order_id is null or not starts_with(description, 'Order ' || order_id));
-- Whether a refund of the order gave the credit. Otherwise a person did, and the order is only named.
alter table store_credit add column is_refund boolean not null default false;
update store_credit set is_refund = true
  where order_id is not null and description = 'Refund of order ' || order_id;
