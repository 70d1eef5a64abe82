-- Mails of the retry of Accounts Receivable, to the addresses of its configuration.
alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check check (kind in (
  'preshipment', 'declined_card', 'confirm_payment', 'card_expiring', 'canceled', 'disabled', 'receipt', 'order_receipt', 'shipment', 'refund',
  'verify_email', 'webhook_disabled', 'merchant_declined', 'merchant_expired_card', 'merchant_canceled', 'merchant_parked', 'template_fault',
  'account_changed', 'receivable_paid', 'receivable_rejected'));
