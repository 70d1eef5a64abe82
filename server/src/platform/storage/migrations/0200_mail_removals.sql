-- Mails of erased people and mails that were kept long enough. A mail may also be a file in the
-- folder of mails, which is deleted after the commit: the worker deletes the file, then the row.
create table mail_removal (
  merchant_id text not null,
  auto_order_oid int not null,
  notice_id bigint not null,
  -- The day of the folder that the file is in.
  made_at timestamptz not null,
  -- Not before a sender that holds the mail at this moment has written it.
  remove_at timestamptz not null,
  primary key (merchant_id, auto_order_oid, notice_id)
);
create index mail_removal_due on mail_removal (merchant_id, remove_at);
