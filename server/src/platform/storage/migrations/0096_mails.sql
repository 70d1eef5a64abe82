-- Mails about orders and more mails to the merchant.
alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check check (kind in (
  'preshipment', 'declined_card', 'canceled', 'disabled', 'receipt', 'order_receipt', 'shipment', 'refund',
  'webhook_disabled', 'merchant_declined', 'merchant_expired_card', 'merchant_canceled', 'merchant_parked', 'template_fault'));
-- What the mail is about, for kinds that more than one event may call for: such a mail is made once. Null: its event happens once.
alter table notice add column occasion text;
-- Where copies went.
alter table notice add column cc text[];
create unique index notice_occasion on notice (merchant_id, occasion) where occasion is not null;

-- The merchant's own words for a kind of mail, in a language. A mail without a template has the words of the code.
create table mail_template (
  merchant_id text not null,
  kind text not null,
  -- ISO 639, three letters in lower case; 'any' for every language without a template.
  language text not null,
  subject text not null,
  body text not null,
  modified_at timestamptz not null,
  primary key (merchant_id, kind, language)
);
