-- Mails with the token that verifies an email address, and when each was asked for: their number is limited.
create table verification_mail (
  merchant_id text not null,
  customer_profile_oid int not null,
  asked_at timestamptz not null,
  primary key (merchant_id, customer_profile_oid, asked_at),
  foreign key (merchant_id, customer_profile_oid)
    references customer (merchant_id, customer_profile_oid) on delete cascade
);
alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check check (kind in (
  'preshipment', 'declined_card', 'confirm_payment', 'card_expiring', 'canceled', 'disabled', 'receipt', 'order_receipt', 'shipment', 'refund',
  'verify_email', 'webhook_disabled', 'merchant_declined', 'merchant_expired_card', 'merchant_canceled', 'merchant_parked', 'template_fault',
  'account_changed'));
